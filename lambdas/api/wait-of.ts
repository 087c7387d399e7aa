import * as z from "zod";
import type { HttpRequest } from "../aws/http-api.ts";
import { RequestError } from "../core/errors.ts";
import { longestWaitSeconds } from "../core/wait.ts";

const seconds = `to ${longestWaitSeconds} s; the answer comes the moment the job has finished, or after that time`;
export const WaitQuery = z.object({ wait: z.string().optional().describe(`How long to wait, 0 ${seconds}.`) });
export const PreferHeader = z.object({
  Prefer: z.string().optional().describe(`\`wait=N\` (RFC 7240): how long to wait, 1 ${seconds}.`),
});

/**
 * The seconds that a caller wants to wait: `?wait=N`, which must be 0 to 25, or `Prefer: wait=N` (RFC 7240 4.3), a
 * preference, which is cut to 25 and ignored when it makes no sense.
 */
export function waitOf({ query, headers }: Pick<HttpRequest, "query" | "headers">): {
  seconds: number;
  preferred: boolean;
} {
  if (query.wait !== undefined) {
    const seconds = /^\d{1,2}$/.test(query.wait) ? Number(query.wait) : Number.NaN;
    if (seconds <= longestWaitSeconds) return { seconds, preferred: false };
    const detail = `a whole number of seconds from 0 to ${longestWaitSeconds}`;
    throw new RequestError("INVALID_REQUEST", "The query is not valid.", {
      faults: [{ pointer: "/query/wait", detail }],
    });
  }
  const preference = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?:[,;\s]|$)/i.exec(headers.prefer ?? "");
  const seconds = Math.min(longestWaitSeconds, Number(preference?.[1] ?? 0));
  return { seconds, preferred: seconds > 0 };
}
