import * as z from "zod";
import type { HttpRequest } from "../aws/http/route.ts";
import type { Job } from "../core/job/job.ts";
import { longestWaitSeconds } from "../core/operations/api-limits.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { type Waited, waitForEnd } from "../core/operations/wait.ts";
import { granting } from "../core/operations/waits.ts";
import { strict } from "../core/schema/schema.ts";
import { parseQuery } from "./parse-query.ts";

const then =
  `to ${longestWaitSeconds} s; the answer comes the moment the job has finished, or after that time, and at once ` +
  "where the job cannot finish within it: it is not due, paused, or recurs beyond it";
export const WaitQuery = strict({
  wait: z
    .string()
    .refine((text) => /^\d{1,2}$/.test(text) && Number(text) <= longestWaitSeconds, {
      error: `a whole number of seconds from 0 to ${longestWaitSeconds}`,
    })
    .meta({ type: "integer", minimum: 0, maximum: longestWaitSeconds })
    .optional()
    .describe(`How long to wait, 0 ${then}.`),
});
export const PreferHeader = z.object({
  Prefer: z.string().optional().describe(`\`wait=N\` (RFC 7240): how long to wait, 1 ${then}.`),
});

/** A preference of RFC 7240 2: a name, perhaps a value, perhaps parameters; a value in quotes may hold commas. */
const preference = /(?:^|,)\s*([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?(?:\s*;(?:"[^"]*"|[^,"])*)?\s*(?=,|$)/g;

/** The whole seconds of the first `wait` in a Prefer header; 0 where there is none that makes sense. */
function preferredSeconds(header: string): number {
  const wait = [...header.matchAll(preference)].find(([, name]) => name?.toLowerCase() === "wait");
  const value = wait?.[2] ?? wait?.[3] ?? "";
  return /^\d+$/.test(value) ? Math.min(longestWaitSeconds, Number(value)) : 0;
}

export interface Wait {
  seconds: number;
  /** What the answer says of a preference that was followed. */
  headers: { "preference-applied"?: string };
}

export const noWait: Wait = { seconds: 0, headers: {} };

/**
 * The seconds that a caller wants to wait: `?wait=N`, which must be 0 to 25, or `Prefer: wait=N` (RFC 7240 4.3), a
 * preference, which is cut to 25 and ignored when it makes no sense. `most` is what the deployment grants of either.
 */
export function waitOf({ query, headers }: Pick<HttpRequest, "query" | "headers">, most = longestWaitSeconds): Wait {
  const { wait } = parseQuery(WaitQuery, query);
  if (wait !== undefined) return { seconds: Math.min(most, Number(wait)), headers: {} };
  const seconds = headers.prefer === undefined ? 0 : Math.min(most, preferredSeconds(headers.prefer));
  return { seconds, headers: seconds > 0 ? { "preference-applied": `wait=${seconds}` } : {} };
}

/** Waits for the end of a job as long as was wanted, and as long as the key is granted to be waited for. */
export function awaited(services: ApiServices, { caller }: Pick<HttpRequest, "caller">, seconds: number, job: Job) {
  const { jobs, clock } = services;
  if (seconds === 0) return Promise.resolve<Waited>({ job });
  return waitForEnd(jobs, clock, { until: clock.now() + seconds * 1000, granted: granting(services, caller) }, job);
}
