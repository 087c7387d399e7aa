import { ConnectionError, RateLimitError, UnavailableError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

export const firstDelayMs = 250;
export const longestDelayMs = 8_000;
/** If the API asks for a longer pause, the call fails instead, and the error's `retryAfterMs` says how long to wait. */
export const longestRetryAfterMs = 60_000;

const transient = new Set([502, 503, 504]);

function retryable(error: unknown): error is ConnectionError | RateLimitError | UnavailableError {
  if (error instanceof UnavailableError) return transient.has(error.status ?? 503);
  return error instanceof ConnectionError || error instanceof RateLimitError;
}

/**
 * Milliseconds to wait after so many failures, or undefined not to retry. The delay grows exponentially with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter). It is added to a server's Retry-After,
 * so that clients that were refused together do not return together.
 */
function delayBeforeRetry(error: unknown, failures: number, random: number): number | undefined {
  if (!retryable(error)) return undefined;
  const jitter = random * Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  const asked = "retryAfterMs" in error ? (error.retryAfterMs ?? 0) : 0;
  return asked > longestRetryAfterMs ? undefined : Math.ceil(asked + jitter);
}

/**
 * Retries a request. One that is not `repeatable` is sent again only after a 429, which says that nothing was done: after any other
 * failure the API may have carried it out.
 */
export async function withRetries<T>(
  runtime: Runtime,
  maxRetries: number,
  { signal, repeatable }: { signal: AbortSignal | undefined; repeatable: boolean },
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const allowed = failures <= maxRetries && (repeatable || error instanceof RateLimitError);
      const delay = !allowed ? undefined : delayBeforeRetry(error, failures, runtime.random());
      if (delay === undefined) throw error;
      await runtime.sleep(delay, signal);
    }
  }
}
