import { TransientError } from "../../../core/errors.ts";
import type { Job } from "../../../core/job/job.ts";
import { RequestError } from "../../../core/requests/request-error.ts";

/** The pause before a decision is retried: after a refusal of AWS, and after a decision's first failure by a fault of ours. */
export const retryPauseMs = 5000;

/** SQS delays no message longer. */
const longestPauseMs = 900_000;

/** How long the decisions of a feature may fail by a fault of ours: long enough to deploy a repair. */
export const giveUpAfterMs = 3_600_000;

/** Less than this the clocks of two Lambdas differ: a message may find itself early by the clock of another Lambda. */
const clocksApartMs = 1000;

/** Whether an error is a refusal of AWS that may last but passes by itself. Anything else is a fault of ours. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  if (!(error instanceof RequestError)) return error instanceof TransientError;
  return error.code === "UNAVAILABLE" && (error.cause === undefined || isPassing(error.cause));
}

/**
 * When the next decision is made after one that AWS refused a part of. Messages that come before that time do not move it:
 * if each of them led to another message, those that SQS duplicates during an outage would multiply.
 */
export const retryAt = ({ retry_decision_at = 0 }: Job, now: number, pauseMs = 0) => ({
  retry_decision_at:
    retry_decision_at > now + clocksApartMs ? retry_decision_at : now + Math.max(retryPauseMs, pauseMs),
});

/** The pause after a fault of ours: as long as the faults have lasted, so that it doubles each time. */
export const faultPauseMs = (failingSince: number, now: number): number => Math.min(longestPauseMs, now - failingSince);
