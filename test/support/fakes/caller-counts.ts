import { waitSlot } from "../../../lambdas/core/operations/wait.ts";
import type { CallerCounts } from "../../../lambdas/core/ports/waits.ts";

/** What callers did, counted in memory, in slots of so many milliseconds. */
export function fakeCallerCounts(slotMs: number): CallerCounts {
  const counts = new Map<string, number>();
  return {
    async add(caller, now) {
      const key = JSON.stringify([caller, waitSlot(now, slotMs)]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
  };
}
