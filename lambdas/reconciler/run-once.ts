import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { defined } from "../core/kernel/defined.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import { forgetCode } from "./forget-code.ts";
import { countHotMinutes } from "./hot-minutes.ts";
import type { RoundMemory } from "./memory.ts";
import { reconcile } from "./reconcile.ts";
import { type Schedules, syncSchedules } from "./schedules.ts";
import { wakeParked } from "./wake-parked.ts";

/** Nothing is begun any more when a run is this old, in milliseconds: shortly before the function times out. */
const longestRunMs = 50_000;

interface RunOptions {
  graceMs: number;
  schedules: Schedules;
  memory: RoundMemory;
  /** How many days ended jobs are kept. */
  keptDays: number;
}

/** One run of the reconciler: a round, which ends in time for what follows it, however large the catalog is. */
export async function runOnce(
  services: ReconcilerServices,
  { graceMs, schedules, memory, keptDays }: RunOptions,
): Promise<void> {
  const { log, clock } = services;
  const end = clock.now() + longestRunMs;
  const { looked, dispatched, failed, left, ...pauses } = await withSafeErrors(log, () =>
    reconcile(services, graceMs, memory),
  );
  const hot_minutes = await countHotMinutes(services);
  const again = { redispatched: dispatched, redispatches_failed: failed };
  const formerly = { nudged: dispatched, nudges_failed: failed };
  const values = { looked, ...again, ...formerly, ...pauses, hot_minutes };
  log.measure("reconciled", { values }, defined({ partitions_left: left }));
  await withSafeErrors(log, () => wakeParked(services, memory, end));
  await withSafeErrors(log, () => forgetCode(services, memory, { keptDays, end }));
  await withSafeErrors(log, () => syncSchedules(services, schedules, memory, end));
}
