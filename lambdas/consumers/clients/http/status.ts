import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import { retryAfterMs } from "../../../core/job/retry-after.ts";

interface Meaning {
  code: JobErrorCode;
  why: string;
  retryable?: boolean;
}

const badInput: Meaning = { code: "VALIDATION_ERROR", why: "it refuses the request as invalid" };
const absent: Meaning = { code: "NOT_FOUND", why: "it knows no such resource" };
const unavailable: Meaning = { code: "SERVICE_UNAVAILABLE", why: "it is unavailable" };
const unsupported: Meaning = { code: "PROVIDER_ERROR", why: "it does not support the request", retryable: false };

const meanings: Record<number, Meaning> = {
  400: badInput,
  401: { code: "UNAUTHORIZED", why: "it does not accept the credentials" },
  403: { code: "FORBIDDEN", why: "the credentials do not allow this" },
  404: absent,
  408: { code: "TIMEOUT", why: "it waited too long for the request" },
  410: absent,
  422: badInput,
  429: { code: "RATE_LIMITED", why: "it limits the rate of requests" },
  500: { code: "PROVIDER_ERROR", why: "it failed", retryable: true },
  501: unsupported,
  502: unavailable,
  503: unavailable,
  504: unavailable,
  505: unsupported,
};

/** The answers of a gateway that has passed the request on, and does not know what became of it. */
const isUnsure = (status: number): boolean => status === 502 || status === 504;

/** What a status other than a success means. A 5xx that is not listed may be temporary, all others are permanent. */
const meaningOf = (status: number): Meaning =>
  meanings[status] ??
  (status >= 500
    ? { code: "PROVIDER_ERROR", why: "it failed", retryable: true }
    : { code: "PROVIDER_ERROR", why: "it refuses the request", retryable: false });

/**
 * The failure that a status means. The message has the status and its meaning but nothing of the response, because a body may
 * echo the request with its credentials. `providerCode` is the provider's own code in the body; default: the status.
 */
export function statusError(
  response: { status: number; headers: Headers },
  now: number,
  options: { who?: string; message?: string; progress?: unknown; providerCode?: string | undefined } = {},
): JobError {
  const { code, why, retryable } = meaningOf(response.status);
  const wait = retryAfterMs(response.headers.get("retry-after"), now);
  const message = `${options.who ?? "The provider"} answered with status ${response.status}: ${why}.`;
  return new JobError(code, options.message ?? message, {
    ...(retryable !== undefined && { retryable }),
    ...(wait !== undefined && { retryAfterMs: wait }),
    progress: options.progress,
    ...(isUnsure(response.status) && { nothingDone: false }),
    providerCode: options.providerCode ?? String(response.status),
  });
}
