import { JobError } from "../../../../core/job/job-error.ts";
import { given } from "../../../../core/schema/given.ts";

/** The fault of one row of a list. Rows are counted from 0, as in a pointer, and none of their values is named. */
export function inRow(row: number, fault: JobError, after = ""): JobError {
  const { code, message, retryable, retryAfterMs, providerCode } = fault;
  return new JobError(code, `In row ${row}: ${message}${after}`, {
    retryable,
    providerCode,
    ...given({ retryAfterMs }),
  });
}
