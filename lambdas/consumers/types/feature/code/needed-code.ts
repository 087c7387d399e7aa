import { dayMs } from "../../../../core/kernel/duration-ms.ts";
import type { RunLogs } from "../../../../core/ports/run-logs.ts";

/** A process notes that of a bundle once in two days, whatever runs by it: code is kept for weeks longer (`lambdas/reconciler/forget-code.ts`). */
const everyMs = 2 * dayMs;

/** Until when this process has noted that code is needed, by its hash. */
const noted = new Map<string, number>();

/**
 * Notes that a run goes on by its code until it looks again at the latest: it decides then, and notes that anew. Before the run is parked, since
 * a note that is lost would leave a run without its code that sleeps for years.
 */
export async function noteNeed(runLogs: Pick<RunLogs, "need">, sha256: string, wakeAt: number): Promise<void> {
  if ((noted.get(sha256) ?? Number.NEGATIVE_INFINITY) >= wakeAt - everyMs) return;
  await runLogs.need({ sha256, until: wakeAt });
  noted.set(sha256, wakeAt);
}
