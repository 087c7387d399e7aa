import { longestRetryDelayMs } from "../schema/request-limits.ts";

/**
 * Milliseconds that a Retry-After asks for, given in seconds or as an HTTP date (RFC 9110 10.2.3), at most a week: no longer than
 * a job may ask for itself (`retry_config.max_delay`).
 */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(longestRetryDelayMs, Math.max(0, ms));
}

/** `Date.parse` reads far more than HTTP dates ("-5" is a year to it), hence the look at its first letters. */
const httpDate = (text: string): number => (/^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN);

interface Answered {
  $response?: { headers?: unknown };
  response?: { headers?: unknown };
}

/** What the answer behind a client's error asks for in seconds, wherever that client keeps its headers. */
export function retryAfterOf(error: unknown): number | undefined {
  const { $response, response } = Object(error) as Answered;
  const headers = Object($response?.headers ?? response?.headers) as Record<string, unknown>;
  const value = typeof headers.get === "function" ? headers.get("retry-after") : headers["retry-after"];
  return typeof value === "string" && /^\d+$/.test(value) ? retryAfterMs(value, 0) : undefined;
}
