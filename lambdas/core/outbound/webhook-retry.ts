const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Before each further attempt: the schedule that Standard Webhooks gives as its example, ended after a day and some hours.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const webhookDelaysMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

export const webhookAttempts = webhookDelaysMs.length + 1;

/** What Standard Webhooks asks senders to wait at least: 15 to 30 s. */
export const webhookTimeoutMs = 15_000;

/** So that endpoints which were down together are not called together. */
export const webhookJitter = 0.2;
/** An endpoint may ask for patience, not for ever. */
export const longestRetryAfterMs = 24 * hour;

/**
 * Milliseconds from the failure of attempt number `attempt` (1-based) to the next one; undefined after the last. Never
 * less than the endpoint's Retry-After. `random` is in [0, 1).
 */
export function webhookDelay(attempt: number, random: number, retryAfterMs = 0): number | undefined {
  const delay = webhookDelaysMs[attempt - 1];
  if (delay === undefined) return undefined;
  return Math.ceil(Math.max(delay * (1 + webhookJitter * random), Math.min(retryAfterMs, longestRetryAfterMs)));
}
