import type { Mutation } from "./mutation.ts";

const rules = "core/job/result-cache.ts";

/** Results that are remembered under a cache tag. Every 32nd history has them. */
export const remembered: Mutation[] = [
  {
    name: "cache: a cleared result is used",
    seed: 602,
    at: `${rules}#isUsable`,
    find: " && run.started_at > cleared_at",
    replace: "",
  },
  {
    name: "cache: a run counts as begun when it ended",
    seed: 602,
    at: `${rules}#cachedRun`,
    find: "started_at: attempt.started_at",
    replace: "started_at: attempt.ended_at + 60_000",
  },
  {
    name: "cache: a result is used for ever",
    seed: 90,
    at: `${rules}#isUsable`,
    find: "run.until > now",
    replace: "run.until > 0",
  },
  {
    name: "cache: every input is the same",
    seed: 218,
    at: `${rules}#cacheKeyOf`,
    find: "session ?? null, input]",
    replace: "session ?? null]",
  },
];
