const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * The delays before each further attempt: the example schedule of Standard Webhooks, cut off after a little more than a day.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const webhookDelaysMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

export const webhookAttempts = webhookDelaysMs.length + 1;

/** Standard Webhooks recommends a timeout of 15 to 30 s. */
export const webhookTimeoutMs = 15_000;

/** Spreads retries, so that endpoints which failed together are not all called together. */
export const webhookJitter = 0.2;
/** Longer values of Retry-After are cut to this. */
export const longestRetryAfterMs = 24 * hour;

/**
 * Milliseconds from the failure of attempt number `attempt` (1-based) to the next one; undefined after the last. Never
 * less than the endpoint's Retry-After, up to the limit. `random` is in [0, 1).
 */
export function webhookDelay(attempt: number, random: number, retryAfterMs = 0): number | undefined {
  const delay = webhookDelaysMs[attempt - 1];
  if (delay === undefined) return undefined;
  return Math.ceil(Math.max(delay * (1 + webhookJitter * random), Math.min(retryAfterMs, longestRetryAfterMs)));
}
