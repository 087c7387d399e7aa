import { JobError } from "../../../core/job/job-error.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import type { Log } from "../../../core/ports/log.ts";

export const asJobError = (cause: unknown, log: Log): JobError => {
  if (cause instanceof JobError) return cause;
  log.error("channel threw", traceOf(cause));
  return new JobError("PROVIDER_ERROR", "It failed unexpectedly; the consumer's log has the trace.", { cause });
};

/** Combines failures into one. It is retryable if one of them is, after the longest wait that any of them asks for. */
export function combined(failures: readonly JobError[], message: string, progress: unknown): JobError {
  const lead = failures.find((error) => error.retryable) ?? failures[0];
  const waits = failures.flatMap((error) => error.retryAfterMs ?? []);
  return new JobError(lead?.code ?? "PROVIDER_ERROR", message, {
    retryable: lead?.retryable ?? true,
    ...(waits.length > 0 && { retryAfterMs: Math.max(...waits) }),
    providerCode: lead?.providerCode,
    // What was reached is in the progress, so another target may take over the rest, if each of the failures proves that it was not.
    nothingDone: failures.length > 0 && failures.every(({ nothingDone }) => nothingDone),
    progress,
    answer: lead?.answer,
    cause: lead,
  });
}
