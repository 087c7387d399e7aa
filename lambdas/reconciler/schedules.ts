import { schedulesOff } from "../core/catalog/schedules.ts";
import type { Syncing } from "../core/operations/sync-schedule.ts";
import type { ScheduleStates } from "../core/ports/ports.ts";
import type { Memory } from "./memory.ts";

export interface Schedules {
  states: ScheduleStates;
  /** The hash of the deployed catalog's schedules, or `schedulesOff`. */
  hash: string;
}

/**
 * Makes, changes and cancels the jobs of the catalog's schedules if a deployment has changed these. What cannot be done in this
 * round, because AWS refuses it or a run is in progress, is tried again in the next one. Hardly any round has something to do, so the
 * code that does it is loaded on first use.
 */
export async function syncSchedules(services: Syncing, { states, hash }: Schedules, memory: Memory): Promise<void> {
  if (hash === schedulesOff || memory.schedules === hash) return;
  const state = await states.get();
  if (state?.hash !== hash) {
    const { followSchedules } = await import("./follow-schedules.ts");
    if (!(await followSchedules(services, states, hash, state?.job_ids ?? []))) return;
  }
  memory.schedules = hash;
}
