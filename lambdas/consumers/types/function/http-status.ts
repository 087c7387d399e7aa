import { statusError } from "../../clients/http/status.ts";
import type { HttpAnswer } from "./http-post.ts";

/** The failure for a status other than 2xx. The body is not quoted. */
export function statusFault({ status, headers }: Pick<HttpAnswer, "status" | "headers">, now: number) {
  if (status >= 200 && status < 300) return undefined;
  const message =
    status >= 300 && status < 400
      ? `The function answered with a redirect (${status}), which is not followed.`
      : `The function answered with status ${status}.`;
  return statusError({ status, headers: new Headers(headers) }, now, { message });
}
