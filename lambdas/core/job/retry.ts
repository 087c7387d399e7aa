import type { RetryPolicy } from "./attempt.ts";
import { isNamed } from "./error-names.ts";
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

/** The part of a delay that is random unless a `jitter_percent` says otherwise. */
export const fullJitter = 1;

/** Whether this failure is retried. The job's own lists, of our codes and the provider's, win over what the executor says. */
export function isRetryable(error: JobError, policy: RetryPolicy): boolean {
  const isIn = (names: readonly string[]) => names.some((name) => isNamed(name, error));
  const isByDefault = error.retryable && policy.only_retryable_errors !== true;
  return !isIn(policy.non_retryable_errors) && (isByDefault || isIn(policy.retryable_errors));
}

/**
 * Milliseconds from the end of attempt number `attempt` (1-based) to the next one: exponential, with a random part that is the
 * whole of it by default (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter), but never less than
 * the provider's Retry-After. `random` is in [0, 1).
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(policy.max_delay, policy.initial_delay * policy.backoff_multiplier ** (attempt - 1));
  const part = policy.jitter ? (policy.jitter_percent ?? fullJitter) : 0;
  const backoff = ceiling * (1 - part + part * random);
  return Math.ceil(Math.max(backoff, retryAfterMs));
}
