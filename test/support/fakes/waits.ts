import { slotOf, type Waits } from "../../../lambdas/core/operations/waits.ts";

/** The counts of waiting callers, in memory. */
export function fakeWaits(): Waits {
  const counts = new Map<string, number>();
  return {
    async add(caller, now) {
      const key = JSON.stringify([caller, slotOf(now)]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
  };
}
