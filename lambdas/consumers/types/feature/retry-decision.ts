import type { Job } from "../../../core/job/job.ts";
import { TransientError } from "../../../core/kernel/errors.ts";
import { RequestError } from "../../../core/kernel/request-error.ts";

/** The pause before a decision is retried: after a refusal by AWS, and after the first failure by a fault of the scheduler. */
export const retryPauseMs = 5000;

/** The longest delay of an SQS message. */
const longestPauseMs = 900_000;

/** How long the decisions of a feature may fail by a fault of the scheduler: long enough to deploy a fix. */
export const giveUpAfterMs = 3_600_000;

/** More than the clocks of two Lambdas differ: by the clock of another Lambda, a message may seem to arrive early. */
const clocksApartMs = 1000;

/** Whether an error is a refusal by AWS that may last but ends by itself. Anything else is a fault of the scheduler. */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassingFault);
  if (!(error instanceof RequestError)) return error instanceof TransientError;
  return error.code === "UNAVAILABLE" && (error.cause === undefined || isPassingFault(error.cause));
}

/**
 * When to decide again after a decision of which AWS refused a part. Messages that arrive before that time do not move it: if
 * each of them led to another message, those that SQS duplicates during an outage would multiply.
 */
export const retryAt = ({ retry_decision_at = 0 }: Job, now: number, pauseMs = 0) => ({
  retry_decision_at:
    retry_decision_at > now + clocksApartMs ? retry_decision_at : now + Math.max(retryPauseMs, pauseMs),
});

/** The pause after a fault of the scheduler: as long as the faults have lasted, so that it doubles each time. */
export const faultPauseMs = (failingSince: number, now: number): number => Math.min(longestPauseMs, now - failingSince);
