import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import { quoted } from "./names.ts";
import type { Scalar } from "./url.ts";

/** RFC 9110 5.6.2 and 5.5: the characters of a name and of a value. CR and LF would start another header. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** They belong to the connection or to the framing of the message (RFC 9110 7.6.1), not to a caller. */
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

/** Sets a header, or throws an error of this code that names it (`who` in a sentence, never its value). */
export function setHeader(headers: Headers, name: string, value: string, code: JobErrorCode, who: string): void {
  const fault = headerFault(name, value);
  if (fault !== undefined) throw new JobError(code, `${who} ${fault}.`);
  headers.set(name, value);
}

/** What keeps a header from being set; undefined where nothing does. */
export function headerFault(name: string, value: string): string | undefined {
  if (!token.test(name)) return "has a name that no header can have";
  if (reserved.has(name.toLowerCase())) return "cannot be set";
  return fieldValue.test(value) ? undefined : "has characters that no header can carry";
}

/** The headers of a request. Later records replace earlier ones, whatever the case of their names. */
export function mergeHeaders(...records: (Record<string, Scalar> | undefined)[]): Headers {
  const headers = new Headers();
  for (const [name, value] of records.flatMap((record) => Object.entries(record ?? {}))) {
    setHeader(headers, name, String(value), "VALIDATION_ERROR", `The header ${quoted(name)}`);
  }
  return headers;
}

/** Cookies and credentials that a provider or a function answers with must not end up in a stored result. */
const confidential =
  /(^|-)(cookie2?|auth|authorization|authenticate|authentication|token|secret|session|signature|credentials?|api-?key)($|-)/;

/** The headers of a response as a result shows them. Their names are in lower case already. */
export const shownHeaders = (headers: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !confidential.test(name)));
