import { addCounts, noCounts } from "../../../lambdas/core/job/stats.ts";
import type { HourCounts, StatsStore } from "../../../lambdas/core/ports/stats-store.ts";

/** Counters in memory. */
export function fakeStatsStore(): StatsStore & { all(): HourCounts[] } {
  const hours = new Map<string, HourCounts>();
  const marks = new Set<string>();
  return {
    all: () => structuredClone([...hours.values()]),

    async add(increments) {
      for (const { mark, written_at: _, ...increment } of increments) {
        const { product, env, event, hour, counts } = increment;
        const key = JSON.stringify([product, env, event, hour]);
        if (marks.has(key + mark)) continue;
        marks.add(key + mark);
        const before = hours.get(key)?.counts ?? noCounts();
        hours.set(key, { ...increment, counts: addCounts(before, counts) });
      }
    },

    async read(product, env, fromHour, toHour, event) {
      return [...hours.values()]
        .filter(
          (one) =>
            one.product === product &&
            one.env === env &&
            one.event === event &&
            one.hour >= fromHour &&
            one.hour < toHour,
        )
        .sort((a, b) => a.hour - b.hour)
        .map(({ hour, counts }) => structuredClone({ hour, counts }));
    },

    async latest(product, env) {
      const own = [...hours.values()].filter(
        (one) => one.product === product && one.env === env && one.event === undefined,
      );
      return own.length === 0 ? undefined : Math.max(...own.map(({ hour }) => hour));
    },
  };
}
