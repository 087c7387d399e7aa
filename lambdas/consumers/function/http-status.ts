import { JobError } from "../../core/errors.ts";
import { codeOfStatus } from "../http/status.ts";
import type { HttpAnswer } from "./http-post.ts";

/** What an answer that is not 2xx means for the job; undefined for one that is. Its body is not quoted. */
export function statusFault({ status, headers }: Pick<HttpAnswer, "status" | "headers">, now: number) {
  if (status >= 200 && status < 300) return undefined;
  const message =
    status >= 300 && status < 400
      ? `The function answered with a redirect (${status}), which is not followed.`
      : `The function answered ${status}.`;
  const code = codeOfStatus(status);
  const retryAfterMs = retryAfter(headers["retry-after"], now);
  return new JobError(code, message, {
    ...(code === "PROVIDER_ERROR" && { retryable: status >= 500 }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Milliseconds of a Retry-After (RFC 9110 10.2.3): seconds, or a date. */
export function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
