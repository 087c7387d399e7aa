import { traceOf } from "../../../core/errors.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Log } from "../../../core/ports/ports.ts";
import { given } from "../../../core/schema/given.ts";
import { provesNothingDone } from "../../../core/targets/moves-on.ts";

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
    // Another target may take over only if each of the failures allows it by itself.
    ...(failures.length > 1
      ? { nothingDone: failures.every(provesNothingDone) }
      : given({ nothingDone: lead?.nothingDone })),
    progress,
    cause: lead,
  });
}
