import { JobError } from "../../../../core/job/job-error.ts";
import { defined } from "../../../../core/kernel/defined.ts";

/**
 * The fault of one row of a list. Rows are counted from 0, as in a pointer, and none of their values is named. `isUndone` says whether
 * the rows before it are undone, so that what the fault says of its own row is true of the list.
 */
export function inRow(
  row: number,
  fault: JobError,
  { isUndone, after = "" }: { isUndone: boolean; after?: string },
): JobError {
  const { code, message, retryable, retryAfterMs, providerCode } = fault;
  return new JobError(code, `In row ${row}: ${message}${after}`, {
    retryable,
    providerCode,
    nothingDone: fault.nothingDone && (isUndone || row === 0),
    ...defined({ retryAfterMs }),
  });
}
