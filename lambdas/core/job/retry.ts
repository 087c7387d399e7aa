import type { RetryPolicy } from "./job.ts";
import type { JobError } from "./job-error.ts";

/** The default: 1 s, 2 s, 4 s ... up to 5 minutes, with full jitter. */
export const defaultRetryPolicy: RetryPolicy = {
  initial_delay: 1000,
  max_delay: 300_000,
  backoff_multiplier: 2,
  jitter: true,
  retryable_errors: [],
  non_retryable_errors: [],
};

/** Whether this failure is retried. The job's own lists win over what the executor says. */
export function isRetryable(error: JobError, policy: RetryPolicy): boolean {
  if (policy.non_retryable_errors.includes(error.code)) return false;
  return error.retryable || policy.retryable_errors.includes(error.code);
}

/**
 * Milliseconds from the end of attempt number `attempt` (1-based) to the next one: exponential with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter), but never less than the provider's Retry-After. `random` is in [0, 1).
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(policy.max_delay, policy.initial_delay * policy.backoff_multiplier ** (attempt - 1));
  const backoff = policy.jitter ? ceiling * random : ceiling;
  return Math.ceil(Math.max(backoff, retryAfterMs));
}
