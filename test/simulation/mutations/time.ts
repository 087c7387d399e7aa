import type { Mutation } from "./mutation.ts";

const engine = "consumers/engine";
const transitions = "core/job/transitions.ts";

/** When an attempt starts, and whether another one follows it. */
export const time: Mutation[] = [
  {
    name: "time: starts up to a second early",
    at: "core/job/route.ts#arrival",
    find: "remaining <= 0",
    replace: "remaining < 1000",
  },
  {
    name: "time: creates a schedule in the past",
    at: "core/job/route.ts#routeAhead",
    find: "dueAt - now <= quarterHourMs",
    replace: "dueAt - now <= 0",
    also: [{ at: "core/job/route.ts#routeAhead", find: "at * 1000 - now < leastAheadMs", replace: "at < 0" }],
  },
  {
    name: "time: the schedule fires at the time itself",
    seed: 8,
    at: "core/job/route.ts#leadMs",
    find: "schedulerLeadMs + 1000 * (spreadHash(id) % leadSpreadSeconds)",
    replace: "0",
  },
  {
    name: "time: expired jobs run",
    seed: 10,
    at: "core/job/series.ts#hasExpired",
    find: "expires_at <= now",
    replace: "expires_at === -1",
  },
  {
    name: "time: a job expires as soon as it can",
    seed: 7,
    at: "core/job/series.ts#hasExpired",
    find: "expires_at !== undefined && expires_at <= now",
    replace: "expires_at !== undefined",
  },
  {
    name: "time: Retry-After is ignored",
    at: "core/job/retry.ts#retryDelay",
    find: "Math.max(backoff, retryAfterMs)",
    replace: "backoff",
  },
  {
    name: "retries: one too many",
    at: `${transitions}#attemptFailed`,
    find: "tries > job.retries",
    replace: "tries > job.retries + 1",
  },
  {
    name: "retries: one too few",
    at: `${transitions}#attemptFailed`,
    find: "tries > job.retries",
    replace: "tries >= job.retries",
  },
  {
    name: "retries: an attempt's progress is forgotten",
    at: `${engine}/attempt.ts#executionOf`,
    find: "progress: job.progress && (await kept(job.progress)),",
    replace: "progress: undefined,",
  },
];
