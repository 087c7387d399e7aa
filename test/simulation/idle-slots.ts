import type { World } from "./adversary.ts";
import { gateKey, isWaiting } from "./ledger.ts";
import { holds } from "./pausing.ts";
import { limits } from "./product.ts";
import type { System } from "./system.ts";

/** A waiting job with a free slot of a limit that has no rate starts within a sweep of the reconciler, if nothing breaks and no pause holds it. */
export function watchIdleSlots({ time, observer, hardship, pausing }: World, { jobs, gates }: System) {
  const idle = new Map<string, number>();
  const look = () => {
    for (const { gate, parts, waiters } of gates.all()) {
      const now = time.now();
      const { concurrency: most = 0, rate } = limits[gate.limit] ?? {};
      // Who waits for a start could do nothing with a slot.
      if (rate) continue;
      const held = Object.values(parts.get(0)?.holders ?? {}).filter(({ lease }) => lease >= now).length;
      const isThere = waiters.some(({ job, due_at }) => {
        const found = jobs.peek(job);
        const isThere = found && isWaiting(found) && found.due_at === due_at && !parts.get(0)?.holders[job];
        return isThere && !pausing.held.some((one) => holds(one, found) && now < Math.min(one.to, one.until));
      });
      const name = gateKey(gate);
      if (!isThere || held >= most) idle.delete(name);
      else if (!idle.has(name)) idle.set(name, now);
      const since = idle.get(name) ?? now;
      if (now - since > 75_000 + hardship.patience)
        observer.violated("limits", `a slot of ${gate.limit} is free for ${now - since} ms while jobs wait for it`);
    }
    time.after(5000, look);
  };
  time.after(5000, look);
}
