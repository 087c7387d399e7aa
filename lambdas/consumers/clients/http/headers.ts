import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import type { TraceHeaders } from "../../../core/job/trace.ts";
import { quoted } from "./names.ts";
import type { Scalar } from "./query.ts";

/** The characters of a name and of a value (RFC 9110 5.6.2 and 5.5). CR and LF would start another header. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of the connection or of the framing of the message (RFC 9110 7.6.1), which callers must not set. */
const reserved = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Sets a header, or throws an error with this code that names the header (`who`), but not its value. */
export function setHeader(headers: Headers, name: string, value: string, code: JobErrorCode, who: string): void {
  const fault = headerFault(name, value);
  if (fault !== undefined) throw new JobError(code, `${who} ${fault}.`);
  headers.set(name, value);
}

/** Why a header cannot be set, or undefined if it can. */
export function headerFault(name: string, value: string): string | undefined {
  if (!token.test(name)) return "has a name that no header can have";
  if (reserved.has(name.toLowerCase())) return "cannot be set";
  return fieldValue.test(value) ? undefined : "has characters that no header can carry";
}

/** A list is several values of one header. */
type HeaderValue = Scalar | Scalar[];

/** The headers of a request. Later records replace earlier ones, whatever the case of their names; an empty list removes one. */
export function mergeHeaders(...records: (Record<string, HeaderValue> | undefined)[]): Headers {
  const headers = new Headers();
  for (const [name, value] of records.flatMap((record) => Object.entries(record ?? {}))) {
    setHeader(headers, name, [value].flat().join(", "), "VALIDATION_ERROR", `The header ${quoted(name)}`);
    if (Array.isArray(value) && value.length === 0) headers.delete(name);
  }
  return headers;
}

/** Adds what carries the trace of the attempt, unless the request names a trace itself. */
export function addTrace(headers: Headers, trace: TraceHeaders | undefined): void {
  if (!trace || headers.has("traceparent")) return;
  for (const [name, value] of Object.entries(trace)) headers.set(name, value);
}

/** Response headers with cookies and credentials, which must not be stored in a result. */
const confidential =
  /(^|-)(cookie2?|auth|authorization|authenticate|authentication|token|secret|session|signature|credentials?|api-?key)($|-)/;

/** The headers of a response for a result. Their names are already in lower case. */
export const shownHeaders = (headers: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !confidential.test(name)));
