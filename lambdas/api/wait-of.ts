import * as z from "zod";
import type { HttpRequest } from "../aws/http/route.ts";
import type { Job } from "../core/job/job.ts";
import { strict } from "../core/kernel/schema.ts";
import { longestWaitSeconds } from "../core/operations/api-limits.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { type Waited, waitForEnd } from "../core/operations/wait.ts";
import { granting } from "../core/operations/waits.ts";
import { parseQuery } from "./parse-query.ts";

const then =
  `to ${longestWaitSeconds}. The answer comes as soon as the job has finished, or after this time. It comes at once if the job ` +
  "cannot finish in time because it is not due, is paused, or recurs beyond it";
export const WaitQuery = strict({
  wait: z
    .string()
    .refine((text) => /^\d{1,2}$/.test(text) && Number(text) <= longestWaitSeconds, {
      error: `a whole number of seconds from 0 to ${longestWaitSeconds}`,
    })
    .meta({ type: "integer", minimum: 0, maximum: longestWaitSeconds })
    .optional()
    .describe(`Seconds to wait for the job to finish, 0 ${then}.`),
});
export const PreferHeader = z.object({
  Prefer: z.string().optional().describe(`\`wait=N\` (RFC 7240): seconds to wait for the job to finish, 1 ${then}.`),
});

/**
 * A preference (RFC 7240, section 2): a name with an optional value and parameters. A quoted value may contain commas. Blanks are taken by one
 * part each, since a header may have thousands of them.
 */
const preference = /(?:^|,)\s*([\w-]+)(?:\s*=(?:\s*"([^"]*)"|\s*([^\s,;"]+))?)?(?:\s*;(?:"[^"]*"|[^,"])*|\s*)(?=,|$)/g;

/** The whole seconds of the first `wait` in a Prefer header; 0 if there is no valid one. */
function preferredSeconds(header: string): number {
  const wait = [...header.matchAll(preference)].find(([, name]) => name?.toLowerCase() === "wait");
  const value = wait?.[2] ?? wait?.[3] ?? "";
  return /^\d+$/.test(value) ? Math.min(longestWaitSeconds, Number(value)) : 0;
}

export interface Wait {
  seconds: number;
  /** Tells the caller that the preference was applied. */
  headers: { "preference-applied"?: string };
}

export const noWait: Wait = { seconds: 0, headers: {} };

/**
 * The seconds that a caller asks to wait: `?wait=N`, which must be 0 to 25, or `Prefer: wait=N` (RFC 7240, section 4.3), which
 * is a preference: it is capped at 25, and ignored if it is invalid. `most` is the limit of the deployment.
 */
export function requestedWait(
  { query, headers }: Pick<HttpRequest, "query" | "headers">,
  most = longestWaitSeconds,
): Wait {
  const { wait } = parseQuery(WaitQuery, query);
  if (wait !== undefined) return { seconds: Math.min(most, Number(wait)), headers: {} };
  const seconds = headers.prefer === undefined ? 0 : Math.min(most, preferredSeconds(headers.prefer));
  return { seconds, headers: seconds > 0 ? { "preference-applied": `wait=${seconds}` } : {} };
}

/** Waits for a job to end, for at most `seconds`, as long as the key does not have too many waiting requests. */
export function awaited(services: ApiServices, { caller }: Pick<HttpRequest, "caller">, seconds: number, job: Job) {
  const { jobs, clock } = services;
  if (seconds === 0) return Promise.resolve<Waited>({ job });
  return waitForEnd(jobs, clock, { until: clock.now() + seconds * 1000, granted: granting(services, caller) }, job);
}
