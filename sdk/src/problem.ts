import type { JobStatus } from "./answers.ts";
import {
  AuthenticationError,
  ConflictError,
  DuctapeError,
  type Fault,
  InvalidRequestError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  UnavailableError,
} from "./errors.ts";

/** An HTTP answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Parses JSON; undefined if it is not JSON. */
export function jsonOf(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch {
    return undefined;
  }
}

/** Milliseconds that the answer asks to wait (RFC 9110 10.2.3: seconds or a date). */
export function retryAfterMs({ headers }: Pick<Answer, "headers">, now: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The request id from the first of these headers: the API's own, then those of API Gateway's HTTP and REST APIs. */
const requestIdOf = (headers: Headers): string | undefined =>
  ["x-request-id", "apigw-requestid", "x-amzn-requestid"]
    .map((name) => headers.get(name))
    .find((value) => value !== null) ?? undefined;

const codes: Record<number, string> = {
  400: "INVALID_REQUEST",
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "ROUTE_NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  409: "STATE_CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "RATE_LIMITED",
  500: "INTERNAL",
};

const codeOf = (status: number): string => codes[status] ?? (status >= 500 ? "UNAVAILABLE" : "UNEXPECTED_ANSWER");

/** Hints for answers of API Gateway, a proxy or another web server, whose own messages do not help. */
const hints: Record<number, string> = {
  401: "the API key is missing or not known. Check DUCTAPE_API_KEY.",
  // API Gateway also answers 403 if the authorizer does not know the key.
  403: "the API key is not known, or may not do this. Check DUCTAPE_API_KEY.",
  404: "there is nothing at this address. Check DUCTAPE_URL.",
  413: "the request is too large.",
  429: "too many requests.",
};

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const countOf = (value: unknown): number | undefined => (typeof value === "number" && value > 0 ? value : undefined);

const faultsIn = (value: unknown): Fault[] =>
  Array.isArray(value)
    ? value.flatMap((fault) => [{ pointer: text(fault?.pointer) ?? "", detail: text(fault?.detail) ?? "is not valid" }])
    : [];

/** A shorter string is not a real key, and removing it from every word that contains it would reveal it. */
const shortestSecret = 8;

const withoutKey = (value: string, key: string): string =>
  key.length < shortestSecret ? value : value.replaceAll(key, "[API key]");

/**
 * The error for an answer, which is the API's problem+json (RFC 9457), API Gateway's `{"message"}`, or anything else. `key` is
 * removed from its strings, in case it echoes the request; `jobId` is the job that the request was about.
 */
export function errorOf(answer: Answer, now: number, key: string, jobId?: string): DuctapeError {
  const { status, headers } = answer;
  const parsed = jsonOf(answer.text, (_, value) => (typeof value === "string" ? withoutKey(value, key) : value));
  const body = (typeof parsed === "object" && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const gateway = text(body.message) ?? text(body.Message);
  const detail = text(body.detail) ?? text(body.title);
  const hint = hints[status] ?? (status >= 300 && status < 400 ? "it redirects. Check DUCTAPE_URL." : undefined);
  const message = detail ?? [`The API answered ${status}`, hint ?? gateway].filter(Boolean).join(": ");
  const code = text(body.code) ?? codeOf(status);
  const faults = faultsIn(body.errors);
  const details = {
    status,
    requestId: requestIdOf(headers) ?? text(body.request_id),
    jobId: text(body.job_id) ?? jobId,
  };
  const wait = { ...details, retryAfterMs: retryAfterMs(answer, now) };
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return new InvalidRequestError(code, message, faults, {
        ...details,
        errorsOmitted: countOf(body.errors_omitted),
      });
    case 401:
      return new AuthenticationError(code, message, details);
    case 403:
      return new PermissionError(code, message, details);
    case 404:
      return new NotFoundError(code, message, faults, details);
    case 409:
      return new ConflictError(code, message, {
        ...details,
        jobStatus: text(body.job_status) as JobStatus | undefined,
      });
    case 429:
      return new RateLimitError(code, message, wait);
    default:
      return status >= 500 ? new UnavailableError(code, message, wait) : new DuctapeError(code, message, details);
  }
}
