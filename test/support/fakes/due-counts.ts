import { quarterOf } from "../../../lambdas/core/job/due-time.ts";
import type { DueCounts, DueMinute } from "../../../lambdas/core/ports/due-counts.ts";

/** Counters in memory. */
export function fakeDueCounts(): DueCounts {
  const minutes = new Map<string, DueMinute & { jobs: number }>();
  const within = (from: number, to: number) =>
    [...minutes.values()].filter(({ minute }) => quarterOf(minute) >= from && quarterOf(minute) < to);
  const sum = (all: readonly { jobs: number }[]) => all.reduce((total, { jobs }) => total + jobs, 0);
  return {
    async add({ product, env, minute }, jobs) {
      const key = JSON.stringify([product, env, minute]);
      minutes.set(key, { product, env, minute, jobs: (minutes.get(key)?.jobs ?? 0) + jobs });
      const quarter = quarterOf(minute);
      return sum(within(quarter, quarter + 1));
    },
    async read(from, to) {
      const quarters = [...new Set(within(from, to).map(({ minute }) => quarterOf(minute)))].sort((a, b) => a - b);
      return quarters.map((quarter) => {
        const found = within(quarter, quarter + 1);
        return { quarter, jobs: sum(found), minutes: found };
      });
    },
  };
}
