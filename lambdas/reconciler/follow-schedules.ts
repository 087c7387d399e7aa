import { wantedOf } from "../core/catalog/schedules.ts";
import { traceOf } from "../core/errors.ts";
import { cancel, changeJob } from "../core/operations/change-job.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { type Syncing, syncSchedule } from "../core/operations/sync-schedule.ts";
import type { ScheduleStates } from "../core/ports/ports.ts";
import { RequestError } from "../core/requests/request-error.ts";

/** The reason with which the job of a schedule is cancelled that the catalog no longer has. */
export const removedReason = "removed from the catalog";

const underWay = "under way";
const atOnce = 10;

/** Makes, changes and cancels the jobs of all schedules. `known` are those that there may be. Answers whether all is done. */
export async function followSchedules(
  services: Syncing,
  states: ScheduleStates,
  hash: string,
  known: string[],
): Promise<boolean> {
  const wanted = wantedOf(services.catalog.products);
  const ids = wanted.map(({ job_id }) => job_id);
  // Before a job is made it is on the list, so that a later round knows it even if this one dies.
  await states.put({ hash: underWay, job_ids: [...new Set([...known, ...ids])] });
  const gone = known.filter((id) => !ids.includes(id));
  const made = await inParallel(atOnce, wanted, (one) =>
    tryWork(services, one.job_id, async () => (await syncSchedule(services, one)) !== "busy"),
  );
  const ended = await inParallel(atOnce, gone, (id) => tryWork(services, id, () => end(services, id)));
  const isDone = [...made, ...ended].every(Boolean);
  if (isDone) await states.put({ hash, job_ids: ids });
  return isDone;
}

/** Cancels the job of a schedule that has left the catalog; one that has ended, or was deleted, counts as cancelled. */
async function end(services: Syncing, id: string): Promise<boolean> {
  try {
    await changeJob(services, id, cancel(removedReason));
  } catch (error) {
    if (!(error instanceof RequestError) || !["JOB_NOT_FOUND", "STATE_CONFLICT"].includes(error.code)) throw error;
  }
  return true;
}

/** Runs `work`. A failure is logged, and answers false. */
async function tryWork({ log }: Syncing, job_id: string, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    log.error("a schedule of the catalog could not be followed", { job_id, ...traceOf(error) });
    return false;
  }
}
