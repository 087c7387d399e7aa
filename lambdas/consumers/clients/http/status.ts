import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import type { ProviderAnswer } from "../../../core/job/provider-answer.ts";
import { retryAfterMs } from "../../../core/job/retry-after.ts";
import { failureBehind } from "./exchange.ts";

interface StatusMeaning {
  code: JobErrorCode;
  why: string;
  retryable?: boolean;
  /** Whether the status, as the answer to the request itself, says that nothing was done. Default: no. */
  nothingDone?: boolean;
}

const badInput: StatusMeaning = {
  code: "VALIDATION_ERROR",
  why: "it refuses the request as invalid",
  nothingDone: true,
};
const absent: StatusMeaning = { code: "NOT_FOUND", why: "it knows no such resource", nothingDone: true };
const unavailable: StatusMeaning = { code: "SERVICE_UNAVAILABLE", why: "it is unavailable" };
const unsupported: StatusMeaning = { code: "PROVIDER_ERROR", why: "it does not support the request", retryable: false };
const refused: StatusMeaning = {
  code: "PROVIDER_ERROR",
  why: "it refuses the request",
  retryable: false,
  nothingDone: true,
};

/** A client error says that the request is refused (RFC 9110 15.5). 408 and 409 may be about work that is under way. */
const meanings: Record<number, StatusMeaning> = {
  400: badInput,
  401: { code: "UNAUTHORIZED", why: "it does not accept the credentials", nothingDone: true },
  403: { code: "FORBIDDEN", why: "the credentials do not allow this", nothingDone: true },
  404: absent,
  405: refused,
  406: refused,
  408: { code: "TIMEOUT", why: "it waited too long for the request" },
  410: absent,
  411: refused,
  412: refused,
  413: refused,
  414: refused,
  415: refused,
  417: refused,
  422: badInput,
  429: { code: "RATE_LIMITED", why: "it limits the rate of requests", nothingDone: true },
  500: { code: "PROVIDER_ERROR", why: "it failed", retryable: true },
  501: unsupported,
  502: unavailable,
  503: unavailable,
  504: unavailable,
  505: unsupported,
};

/** What a status other than a success means. A 5xx that is not listed may be temporary, all others are permanent. */
const meaningOf = (status: number): StatusMeaning =>
  meanings[status] ??
  (status >= 500
    ? { code: "PROVIDER_ERROR", why: "it failed", retryable: true }
    : { code: "PROVIDER_ERROR", why: "it refuses the request", retryable: false });

/**
 * Whether an answer to the request itself proves that nothing was done. A 503 does with a Retry-After: the server says on purpose that
 * the request is to come again. Without one it may be a proxy's, which has lost the server in the middle of its work.
 */
const refuses = ({ nothingDone = false }: StatusMeaning, status: number, wait: number | undefined): boolean =>
  nothingDone || (status === 503 && wait !== undefined);

/**
 * The failure that a status means. The message has the status and its meaning but nothing of the response, because a body may
 * echo the request with its credentials. `providerCode` is the provider's own code in the body; default: the status.
 * `accepted` is the method of a request that was accepted before, and has led to this answer by a redirect.
 */
export function statusError(
  response: { status: number; headers: Headers },
  now: number,
  options: {
    who?: string;
    message?: string;
    progress?: unknown;
    providerCode?: string | undefined;
    accepted?: string | undefined;
    answer?: ProviderAnswer | undefined;
  } = {},
): JobError {
  const meaning = meaningOf(response.status);
  const { code, why, retryable } = meaning;
  const wait = retryAfterMs(response.headers.get("retry-after"), now);
  const message = `${options.who ?? "The provider"} answered with status ${response.status}: ${why}.`;
  const error = new JobError(code, options.message ?? message, {
    ...(retryable !== undefined && { retryable }),
    ...(wait !== undefined && { retryAfterMs: wait }),
    progress: options.progress,
    nothingDone: refuses(meaning, response.status, wait),
    providerCode: options.providerCode ?? String(response.status),
    answer: options.answer,
  });
  return failureBehind(options.accepted, error);
}
