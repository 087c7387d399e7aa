import { ConnectionError, RateLimitError, UnavailableError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

export const firstDelayMs = 250;
export const longestDelayMs = 8_000;
/** A server that wants a longer pause is not waited for: the caller is told, with the error's `retryAfterMs`. */
export const longestRetryAfterMs = 60_000;

const transient = new Set([502, 503, 504]);

function retryable(error: unknown): error is ConnectionError | RateLimitError | UnavailableError {
  if (error instanceof UnavailableError) return transient.has(error.status ?? 503);
  return error instanceof ConnectionError || error instanceof RateLimitError;
}

/**
 * Milliseconds to wait after that many failures: exponential with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter), on top of a server's Retry-After,
 * so that clients that were turned away together do not come back together. Undefined: do not try again.
 */
export function delayBeforeRetry(error: unknown, failures: number, random: number): number | undefined {
  if (!retryable(error)) return undefined;
  const jitter = random * Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  const asked = "retryAfterMs" in error ? (error.retryAfterMs ?? 0) : 0;
  return asked > longestRetryAfterMs ? undefined : Math.ceil(asked + jitter);
}

/**
 * A request that is not `repeatable` is sent again only after an answer that says that nothing was done: after any other
 * failure the API may have done it.
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
