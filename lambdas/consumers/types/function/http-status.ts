import { JobError } from "../../../core/job/job-error.ts";
import { retryAfterMs } from "../../../core/job/retry-after.ts";
import { meaningOf } from "../../clients/http/status.ts";
import type { HttpAnswer } from "./http-post.ts";

/** What an answer that is not 2xx means for the job; undefined for one that is. Its body is not quoted. */
export function statusFault({ status, headers }: Pick<HttpAnswer, "status" | "headers">, now: number) {
  if (status >= 200 && status < 300) return undefined;
  const message =
    status >= 300 && status < 400
      ? `The function answered with a redirect (${status}), which is not followed.`
      : `The function answered ${status}.`;
  const { code, retryable } = meaningOf(status);
  const wait = retryAfterMs(headers["retry-after"], now);
  return new JobError(code, message, {
    ...(retryable !== undefined && { retryable }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  });
}
