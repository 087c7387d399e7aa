import type { Pause } from "../../../lambdas/core/job/pause.ts";
import { withRecent } from "../../../lambdas/core/operations/recent-pauses.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { Pauses, StoredPauses } from "../../../lambdas/core/ports/pauses.ts";

/** Pauses in memory. `reads` counts the lists that were read, `any` says whether there is one. */
export function fakeStoredPauses(...given: Pause[]): StoredPauses & { reads: number; any(): boolean } {
  const stored = new Map(given.map((pause) => [pause.id, structuredClone(pause)]));
  const isUnchanged = (id: string, before?: Pick<Pause, "version" | "since">) => {
    const now = stored.get(id);
    return now?.version === before?.version && now?.since === before?.since;
  };
  const fake = {
    reads: 0,
    any: () => stored.size > 0,
    async list() {
      fake.reads++;
      return structuredClone([...stored.values()]);
    },
    async put(next: Pause, before?: Pick<Pause, "version" | "since">) {
      if (!isUnchanged(next.id, before)) return "lost" as const;
      stored.set(next.id, structuredClone(next));
      return "written" as const;
    },
    async remove(pause: Pick<Pause, "id" | "version" | "since">) {
      if (!stored.has(pause.id)) return "removed" as const;
      if (!isUnchanged(pause.id, pause)) return "lost" as const;
      stored.delete(pause.id);
      return "removed" as const;
    },
  };
  return fake;
}

/** The same with the memory of a process. */
export const fakePauses = (clock: Pick<Clock, "now">, stored: StoredPauses = fakeStoredPauses()): Pauses =>
  withRecent(stored, clock);
