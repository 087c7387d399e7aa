import { isStuck } from "../core/job/transitions.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import { askOperations } from "./ask-operations.ts";
import { askRelays } from "./ask-relays.ts";
import { newMemory } from "./memory.ts";
import { handlePauses } from "./pauses.ts";
import { takePlace } from "./place.ts";
import { keepRollUp } from "./roll-up.ts";
import { pageSize, type Round, type RoundCounts, redispatch, scanCatalog, tryWork } from "./scan.ts";
import { sweepGates } from "./sweep-gates.ts";
import { sweepIncidents } from "./sweep-incidents.ts";

/** A job this late has lost its message, or its queue is behind. In both cases another message does no harm. */
export const graceMs = 60_000;

/** The lines of limits come first in a round, since jobs wait there that nothing else calls, and have this much of it. */
const longestSweepMs = 10_000;
/** Incidents come before them, since people wait for what they tell. */
const longestIncidentsMs = 5_000;
/**
 * A round ends before the function times out, because a timeout would end the process and with it the memory. What the handler does
 * after it has the rest.
 */
export const longestRoundMs = 40_000;

interface Reconciled extends RoundCounts {
  /** How long the oldest pause without an end has lasted, in milliseconds, and how many jobs of ended ones were sent. Absent: 0. */
  pause_age_ms?: number;
  drained?: number;
  /** How many incidents were open. Absent: 0. */
  open_incidents?: number;
  /** How many partitions of the catalog this round had no time for. Absent: 0. */
  left?: number;
}

/**
 * Dispatches overdue jobs again: those that still wait `grace` ms after they were due, and those whose consumer's lease has
 * ended, each at growing intervals (`needsRedispatch`). Reads only the overdue ends of the catalog's pending partitions, so
 * that its work does not grow with the number of jobs. With the number of products, envs and shards it does: what is left at the
 * end of a round comes first in the next one (`scanCatalog`). Claims are conditional, so a surplus message is dropped.
 * What a pause holds is left alone (`pauses.ts`).
 */
export async function reconcile(
  services: ReconcilerServices,
  grace = graceMs,
  memory = newMemory(),
): Promise<Reconciled> {
  const { clock } = services;
  const end = clock.now() + longestRoundMs;
  const pauses = await handlePauses(services);
  const { failed, pause_age_ms, drained } = pauses.measured;
  const total: Reconciled = { looked: 0, dispatched: 0, failed };
  Object.assign(total, { ...(pause_age_ms > 0 && { pause_age_ms }), ...(drained > 0 && { drained }) });
  const round: Round = { services, memory, graceMs: grace, end, total, pauses };
  const incidents = await sweepIncidents(services, memory, {
    end: clock.now() + longestIncidentsMs,
    pauses: pauses.all,
  });
  total.failed += incidents.failed;
  if (incidents.open > 0) total.open_incidents = incidents.open;
  await takePlace(services, memory);
  await sweepGates(services, memory, clock.now() + longestSweepMs);
  total.failed += await askRelays(services, services.relays, memory);
  total.failed += await askOperations(services);
  await retryRefused(round);
  const left = await scanCatalog(round);
  if (left > 0) total.left = left;
  await keepRollUp(services, memory, left);
  return total;
}

/**
 * Dispatches the jobs that AWS refused in earlier rounds, whose next regular redispatch may be far away. This takes at most half
 * of what is left of the round, so that jobs which are refused for long do not delay the others. What is refused again moves to
 * the end.
 */
async function retryRefused(round: Round): Promise<void> {
  const { clock } = round.services;
  const ids = [...round.memory.refused];
  const now = clock.now();
  const half = now + (round.end - now) / 2;
  for (let first = 0; first < ids.length && clock.now() < half; first += pageSize) {
    const some = ids.slice(first, first + pageSize);
    const isDone = await tryWork(round, async () => {
      await redispatch(round, some, async (jobs) => jobs.filter((job) => isStuck(job, now, round.graceMs)));
      return true;
    });
    if (!isDone) return;
  }
}
