import { hasCodeFeatures } from "../core/catalog/code-target.ts";
import { dayMs, hourMs } from "../core/kernel/duration-ms.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import type { NeededBundle } from "../core/ports/run-logs.ts";
import { bundlesPrefix } from "../topology.ts";
import type { RoundMemory } from "./memory.ts";

/**
 * How long code is kept beyond the time for which a run needs it and the days for which ended jobs are kept, which may be retried: runs look
 * late in an outage, and consumers note only every other day that they need it.
 */
const marginMs = 30 * dayMs;

/** A pause holds runs for any time, without a decision that says what they need. They have that long to decide once it has ended. */
const quietMs = hourMs;

/**
 * Deletes the code with which runs of features began that none can need any more: each open run has said until when it looks again. Once a day
 * and process, and not while anything is paused or was a moment ago. The note goes first, if nobody has needed the code since it was read; a
 * crash behind that leaves a file of some kilobytes.
 */
export async function forgetCode(
  services: ReconcilerServices,
  memory: RoundMemory,
  { keptDays, end }: { keptDays: number; end: number },
): Promise<void> {
  const { catalog, clock, pauses, runLogs, log } = services;
  if (!catalog.products.some(hasCodeFeatures)) return;
  const now = clock.now();
  const { quietSince = now, codeForgottenAt = Number.NEGATIVE_INFINITY } = memory;
  memory.quietSince = (await pauses.recent()).length > 0 ? now : quietSince;
  if (now - memory.quietSince < quietMs || now - codeForgottenAt < dayMs) return;
  const unneeded = (await runLogs.needed()).filter(({ until }) => until + keptDays * dayMs + marginMs < now);
  for (const bundle of unneeded) {
    if (clock.now() >= end) return;
    if (await forgotten(services, bundle)) log.info("code was deleted that no run needs", { bundle: bundle.sha256 });
  }
  memory.codeForgottenAt = now;
}

/** A run that begins by the same code at this very moment has noted that again, and gets it back. */
async function forgotten({ blobs, runLogs }: ReconcilerServices, bundle: NeededBundle): Promise<boolean> {
  const key = `${bundlesPrefix}${bundle.sha256}.mjs.gz`;
  const code = await blobs.get(key);
  if (!(await runLogs.forget(bundle))) return false;
  await blobs.remove(key);
  const isNeeded = (await runLogs.needed()).some(({ sha256 }) => sha256 === bundle.sha256);
  if (isNeeded && code) await blobs.put(key, code, "application/gzip");
  return !isNeeded;
}
