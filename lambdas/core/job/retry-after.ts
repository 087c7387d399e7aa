import { longestRetryDelayMs } from "../kernel/request-limits.ts";

/**
 * The milliseconds that a Retry-After asks for, in seconds or as an HTTP date (RFC 9110 10.2.3). At most a week, which is the
 * longest that a job may ask for itself (`retry_config.max_delay`).
 */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(longestRetryDelayMs, Math.max(0, ms));
}

/** `Date.parse` reads far more than HTTP dates (it takes "-5" for a year), so the first letters are checked. */
const httpDate = (text: string): number => (/^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN);

interface ErrorWithResponse {
  $response?: { headers?: unknown };
  response?: { headers?: unknown };
}

/** The seconds that the response behind a client's error asks for, wherever that client keeps its headers. */
export function retryAfterOf(error: unknown): number | undefined {
  const { $response, response } = Object(error) as ErrorWithResponse;
  const headers = Object($response?.headers ?? response?.headers) as Record<string, unknown>;
  const value = typeof headers.get === "function" ? headers.get("retry-after") : headers["retry-after"];
  return typeof value === "string" && /^\d+$/.test(value) ? retryAfterMs(value, 0) : undefined;
}
