import type { ChangeName } from "../job/actor.ts";
import type { Job } from "../job/job.ts";
import {
  canaryOf,
  hasMark,
  leaseMarginMs,
  markedBy,
  mostTries,
  type NotChanged,
  type Operation,
  type OperationAction,
  type Worked,
} from "../job/operation.ts";
import { TransientError, traceOf } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { RequestError } from "../kernel/request-error.ts";
import {
  type Change,
  type Changing,
  cancel,
  changedBy,
  changeJob,
  defaultReason,
  pauseJob,
  reschedule,
  resume,
  retry,
  runIn,
} from "./change-job.ts";
import { readList, selectedBy } from "./collect-jobs.ts";
import { deleteWithResults } from "./delete-job.ts";
import { jobFields } from "./log-fields.ts";
import { requireFeature } from "./parent-guard.ts";
import { type Retrying, requireKey, yieldKey } from "./schedule-shared.ts";
import type { Services } from "./services.ts";

/** What changing the jobs of an operation needs. */
type ChangingMany = Changing & Retrying & Pick<Services, "answers" | "catalog">;

/** How many jobs change at a time. Each change is two reads, a write and a call of a queue or the Scheduler. */
const atOnce = 10;
const readSize = 100;
/** How far the clocks of two processes may be apart. */
const clocksApartMs = 10_000;

/** What has become of one job; `again`: it is not known, or AWS refuses it for now. */
type Outcome = "changed" | "again" | NotChanged;

/** What a turn has done, and the page of the jobs that it has not changed. */
interface SliceDone {
  worked: Omit<Worked, "has_page">;
  notChanged: NotChanged[];
}

/** The jobs of a slice by their positions. Undefined where the list has a job of the canary, which came first. */
export async function idsOf(
  services: Pick<Services, "blobs">,
  operation: Operation,
  { from, to }: { from: number; to: number },
): Promise<(string | undefined)[]> {
  const canary = canaryOf(operation);
  const first = canary.slice(from, to);
  const rest =
    to > canary.length
      ? await readList(services, operation, Math.max(0, from - canary.length), to - canary.length)
      : [];
  const isCanary = new Set(canary);
  return [...first, ...rest.map((id) => (isCanary.has(id) ? undefined : id))];
}

/**
 * Changes the jobs of the slice that the turn has, each at most once, however often this is done. What is not done in the time of the lease, or
 * is refused by AWS for now, is left for the next turn, with all that is behind it in the list.
 */
export async function changeSlice(services: ChangingMany, operation: Operation): Promise<SliceDone> {
  const { clock } = services;
  const began = clock.now();
  const { slice = { from: 0, to: 0 }, lease_until = began, rate_per_second, start_at, planned_until } = operation;
  const ids = await idsOf(services, operation, slice);
  const jobs = await readJobs(services, ids);
  const stepMs = 1000 / rate_per_second;
  const base = start_at === undefined ? began : Math.max(start_at, planned_until ?? 0, began);
  const isLate = () => clock.now() >= lease_until - leaseMarginMs;
  const outcomes = await inParallel(atOnce, [...ids.entries()], async ([i, id]): Promise<Outcome | "nothing"> => {
    if (id === undefined) return "nothing";
    if (isLate()) return "again";
    return changeOne(services, operation, { id, job: jobs.get(id), plannedAt: Math.floor(base + i * stepMs) });
  });
  const until = outcomes.indexOf("again");
  const done = until < 0 ? outcomes : outcomes.slice(0, until);
  // A job that is refused again and again holds up no others.
  const stuck = until === 0 && (operation.tries ?? 0) + 1 >= mostTries ? ids[0] : undefined;
  if (stuck !== undefined) done.push({ job_id: stuck, outcome: "failed", ...refusedForLong });
  const notChanged = done.filter((one) => typeof one === "object");
  const failed = notChanged.filter(({ outcome }) => outcome === "failed").length;
  return {
    worked: {
      positions: done.length,
      changed: done.filter((one) => one === "changed").length,
      unchanged: notChanged.length - failed,
      failed,
      began,
      ...(start_at !== undefined && { planned_until: Math.ceil(base + done.length * stepMs) }),
    },
    notChanged,
  };
}

const refusedForLong = { code: "UNAVAILABLE", detail: "AWS refused to change it again and again." };

/** How many jobs a turn has changed that was never ended. */
export async function countChanged(
  services: Pick<ChangingMany, "jobs" | "blobs">,
  operation: Operation,
): Promise<number> {
  if (!operation.slice) return 0;
  const ids = await idsOf(services, operation, operation.slice);
  const jobs = await readJobs(services, ids);
  return ids.filter((id) => id !== undefined && isChangedBy(operation, jobs.get(id))).length;
}

/** Whether a job was changed: it has the mark, or it is gone if it was to be deleted. */
const isChangedBy = (operation: Operation, job: Job | undefined): boolean =>
  operation.action === "delete" ? isJobGone(operation, job) : job !== undefined && hasMark(job, operation);

/** Whether the job of the list is gone. A repeated idempotency key may have given its id to another. */
const isJobGone = ({ collected_at = 0 }: Operation, job: Job | undefined): boolean =>
  !job || job.created_at > collected_at + clocksApartMs;

async function readJobs(
  { jobs }: Pick<Services, "jobs">,
  ids: readonly (string | undefined)[],
): Promise<Map<string, Job>> {
  const known = ids.filter((id) => id !== undefined);
  const found = new Map<string, Job>();
  for (let from = 0; from < known.length; from += readSize)
    for (const job of await jobs.getMany(known.slice(from, from + readSize))) found.set(job.id, job);
  return found;
}

async function changeOne(
  services: ChangingMany,
  operation: Operation,
  { id, job, plannedAt }: { id: string; job: Job | undefined; plannedAt: number },
): Promise<Outcome> {
  if (isChangedBy(operation, job)) return againDispatched(services, operation, id);
  if (!job || isJobGone(operation, job)) return unchanged(id, gone);
  try {
    const after = await makeChange(services, operation, job, plannedAt);
    return after && !hasMark(after, operation) ? unchanged(id, nothingToDo) : "changed";
  } catch (error) {
    if (error instanceof RequestError && error.code !== "UNAVAILABLE")
      return jobRefusal(services, operation, id, error);
    if (error instanceof RequestError || error instanceof TransientError) return "again";
    services.log.error("a job of an operation failed", {
      ...jobFields(job),
      operation: operation.id,
      ...traceOf(error),
    });
    return { job_id: id, outcome: "failed", code: "INTERNAL", detail: "Something went wrong on our side." };
  }
}

const gone = { code: "JOB_NOT_FOUND", detail: "It was deleted, or was kept long enough." };
const nothingToDo = { code: "UNCHANGED", detail: "There was nothing to change." };
const unchanged = (job_id: string, why: { code: string; detail: string }): NotChanged => ({
  job_id,
  outcome: "unchanged",
  ...why,
});

/** A job that has the mark was changed, although its process may have died before it was dispatched. */
async function againDispatched(services: ChangingMany, { action }: Operation, id: string): Promise<Outcome> {
  if (action === "delete") return "changed";
  try {
    await changeJob(services, id, () => "unchanged");
    return "changed";
  } catch (error) {
    // The reconciler dispatches it.
    services.log.warn("a job of an operation could not be dispatched again", { job_id: id, ...traceOf(error) });
    return "changed";
  }
}

/** Another process, or the same one before its answer was lost, may have changed it all the same. */
async function jobRefusal(
  { jobs }: ChangingMany,
  operation: Operation,
  id: string,
  { code, message }: RequestError,
): Promise<Outcome> {
  const job = await jobs.get(id);
  if (isChangedBy(operation, job)) return "changed";
  return unchanged(id, job ? { code, detail: message } : gone);
}

const names: Readonly<Record<Exclude<OperationAction, "delete" | "count">, ChangeName>> = {
  retry: "retry",
  cancel: "cancel",
  pause: "pause",
  resume: "resume",
  reschedule: "reschedule",
  "run-now": "run_now",
};

function operationJobChange({ action, reason = defaultReason }: Operation, plannedAt: number): Change {
  switch (action) {
    case "retry":
      return (job, now) => retry(Math.max(0, plannedAt - now))(job, now);
    case "run-now":
      return (job, now) => runIn(Math.max(0, plannedAt - now))(job, now);
    case "reschedule":
      return reschedule({ due_at: plannedAt });
    case "cancel":
      return cancel(reason);
    case "pause":
      return pauseJob;
    case "resume":
      return resume;
    default:
      throw new Error(`${action} is no change of a job`);
  }
}

/** Changes the job, unless it has the mark or is none of the filter any more. Undefined: it is deleted. Throws as a change of one job does. */
async function makeChange(
  services: ChangingMany,
  operation: Operation,
  job: Job,
  plannedAt: number,
): Promise<Job | undefined> {
  const { action, actor, actor_name: name, id } = operation;
  const admit = (now: number, found: Job) => {
    if (isJobGone(operation, found)) throw new RequestError("JOB_NOT_FOUND", gone.detail);
    if (!selectedBy(services, operation, now)(found)) throw new RequestError("STATE_CONFLICT", notAnyMore);
  };
  if (action === "delete") {
    await deleteWithResults(services, job.id, (found) => admit(services.clock.now(), found));
    return undefined;
  }
  const change = operationJobChange(operation, plannedAt);
  const by = { actor, ...(name !== undefined && { name }), change: names[action as keyof typeof names], operation: id };
  const asked: Change = (found, now, calendars) => {
    if (hasMark(found, operation)) return "unchanged";
    admit(now, found);
    const next = changedBy(change, by)(found, now, calendars);
    return next === "unchanged" ? next : markedBy(next, operation);
  };
  if (action !== "retry") return changeJob(services, job.id, asked);
  admit(services.clock.now(), job);
  await requireFeature(services, job);
  await requireKey(services, job);
  const after = await changeJob(services, job.id, asked);
  await yieldKey(services, job);
  return after;
}

const notAnyMore = "It does not match the filter any more.";
