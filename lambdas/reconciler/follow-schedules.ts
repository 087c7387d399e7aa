import { wantedOf } from "../core/catalog/schedules.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallelUntil } from "../core/kernel/in-parallel.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { cancel, changedBy, changeJob } from "../core/operations/change-job.ts";
import { type Syncing, syncSchedule } from "../core/operations/sync-schedule.ts";
import type { ScheduleStates, SyncedSchedules } from "../core/ports/schedule-states.ts";
import type { RoundMemory } from "./memory.ts";

/** The reason with which the job of a schedule is cancelled that the catalog no longer has. */
export const removedReason = "removed from the catalog";

const underWay = "under way";
const atOnce = 10;
/** What begins before the end of a round has ended so long after it: the function has timed out by then. */
const lastWorkMs = 10_000;

/**
 * Makes, changes and cancels the jobs of all schedules, as many as there is time for until `end`, epoch milliseconds: the next round
 * goes on from there. `state` is what the last round has left. While a round of another process may be at work, perhaps for an earlier
 * deployment, nothing counts as done, since that one may still make what this one does not know of. Returns whether all is done.
 */
export async function followSchedules(
  services: Syncing,
  states: ScheduleStates,
  memory: RoundMemory,
  { hash, state, end }: { hash: string; state: SyncedSchedules | undefined; end: number },
): Promise<boolean> {
  const wanted = wantedOf(services.catalog.products);
  const ids = new Set(wanted.map(({ job_id }) => job_id));
  const known = state?.job_ids ?? [];
  // In the same order in each round, since those that are known do not change until all is done.
  const steps = [
    ...wanted.map((one) => ({
      job_id: one.job_id,
      work: async () => (await syncSchedule(services, one)) !== "busy",
    })),
    ...known.filter((id) => !ids.has(id)).map((id) => ({ job_id: id, work: () => cancelSeries(services, id) })),
  ];
  const begun = state?.next?.hash === hash ? state.next : { hash, at: 0, isRepeated: false };
  const until = end + lastWorkMs;
  const underway: SyncedSchedules = { hash: underWay, job_ids: [...new Set([...known, ...ids])], until };
  const isAlone = (state?.until ?? 0) <= services.clock.now() || state?.until === memory.followsUntil;
  memory.followsUntil = until;
  // Before a job is made it is on the list, so that a later round knows it even if this one dies.
  await states.put({ ...underway, ...(begun.at > 0 && { next: begun }) });
  let { at } = begun;
  let isRepeated = begun.isRepeated || !isAlone;
  at += await inParallelUntil(
    atOnce,
    steps.slice(at),
    () => services.clock.now() >= end,
    async ({ job_id, work }) => {
      if (!(await trySync(services, job_id, work))) isRepeated = true;
    },
  );
  if (at < steps.length) await states.put({ ...underway, next: { hash, at, isRepeated } });
  else if (!isRepeated) await states.put({ hash, job_ids: [...ids] });
  else if (begun.at > 0) await states.put(underway);
  return at === steps.length && !isRepeated;
}

/** Cancels the job of a schedule that has left the catalog; one that has ended, or was deleted, counts as cancelled. */
async function cancelSeries(services: Syncing, id: string): Promise<boolean> {
  try {
    await changeJob(services, id, changedBy(cancel(removedReason), { actor: "schedule", change: "cancel" }));
  } catch (error) {
    if (!(error instanceof RequestError) || !["JOB_NOT_FOUND", "STATE_CONFLICT"].includes(error.code)) throw error;
  }
  return true;
}

/** Runs `work`. A failure is logged, and answers false. */
async function trySync({ log }: Syncing, job_id: string, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    log.error("a schedule of the catalog could not be followed", { job_id, ...traceOf(error) });
    return false;
  }
}
