import type { Product } from "../core/catalog/job-type.ts";
import { schedulesHash, schedulesOff } from "../core/catalog/schedules.ts";
import type { Syncing } from "../core/operations/sync-schedule.ts";
import type { ScheduleStates } from "../core/ports/schedule-states.ts";
import { followSchedules } from "./follow-schedules.ts";
import type { RoundMemory } from "./memory.ts";

export interface Schedules {
  states: ScheduleStates;
  /** What they are followed for (`followedFor`), or `schedulesOff`. */
  hash: string;
}

/**
 * What schedules are followed for: once for each hash of them, and once for each deployed code, so that the next deployment puts
 * back what was changed by hand.
 */
export const followedFor = (hash: string, code: string): string =>
  hash === schedulesOff || code === "" ? hash : `${hash} ${code}`;

/**
 * Whether the running code has the schedules for which it is to follow them. Lambda changes code and environment one after the other, so
 * that a round may have the old code in the new environment.
 */
const isHashOf = (hash: string, products: readonly Product[]): boolean =>
  hash.split(" ")[0] === schedulesHash(products);

/**
 * Makes, changes and cancels the jobs of the catalog's schedules if a deployment has changed these. What cannot be done in this
 * round, because AWS refuses it, a run is in progress, or `end` has come (epoch milliseconds), is done in the next one.
 */
export async function syncSchedules(
  services: Syncing,
  { states, hash }: Schedules,
  memory: RoundMemory,
  end: number,
): Promise<void> {
  if (hash === schedulesOff || memory.schedules === hash) return;
  if (!isHashOf(hash, services.catalog.products)) {
    services.log.warn("the schedules wait for the code of their deployment: that of this process has other ones");
    return;
  }
  const state = await states.get();
  if (state?.hash !== hash && !(await followSchedules(services, states, memory, { hash, state, end }))) return;
  memory.schedules = hash;
}
