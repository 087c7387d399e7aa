import type { Catalog } from "../catalog/catalog.ts";
import { driftOf, type WantedSeries } from "../catalog/schedules.ts";
import { hasBegun, isFinished, isKnownJob, type Job, type Repeat } from "../job/job.ts";
import { fingerprint as hash } from "../job/job-id.ts";
import { type Calendars, isExcepted, nextOccurrence } from "../job/series.ts";
import { waiting } from "../job/transitions.ts";
import { defined, pick } from "../kernel/defined.ts";
import { parseRequest } from "../requests/request.ts";
import { type Change, changeJob, deleteJob } from "./change-job.ts";
import { forgetPayload } from "./payload.ts";
import { prepareJob, type Scheduling, scheduleJob } from "./schedule-job.ts";

export interface Syncing extends Scheduling {
  catalog: Catalog;
}

/**
 * What was done about a schedule. `busy`: its run has begun, so the change has to wait for the end of that; or a later version made its
 * job what it is, and the change waits for that version.
 */
type Synced = "made" | "changed" | "unchanged" | "busy";

/**
 * Makes the job of a schedule, or makes it again if it has ended, or changes it back to what the catalog has. Safe to repeat. Throws
 * as `scheduleJob` and `changeJob` do.
 */
export async function syncSchedule(services: Syncing, wanted: WantedSeries): Promise<Synced> {
  const { job_id, name, fingerprint, body } = wanted;
  const job = await services.jobs.get(job_id);
  if (job && driftOf(job, wanted).length === 0) return "unchanged";
  if (job && (hasBegun(job) || !isKnownJob(job))) return "busy";
  const schedule = { job_id, name, fingerprint };
  const request = { ...parseRequest(body, services.catalog, services.clock.now()), schedule };
  if (job && !isFinished(job)) return putSeries(services, job, await prepareJob(services, request));
  if (job) await deleteJob(services, job_id);
  await scheduleJob(services, request);
  return "made";
}

async function putSeries(services: Syncing, before: Job, fresh: Job): Promise<Synced> {
  const job = await changeJob(services, before.id, redefined(fresh));
  const isOurs = job.schedule?.fingerprint === fresh.schedule?.fingerprint && !hasBegun(job);
  // The input that is not used, whichever that is, belongs to no job.
  const unused = isSameHash(job.input, fresh.input) ? before.input : fresh.input;
  if (!isSameHash(before.input, fresh.input)) await forgetPayload(services, unused);
  return isOurs ? "changed" : "busy";
}

const isSameHash = (a: unknown, b: unknown): boolean => hash(a) === hash(b);

/**
 * The job that the catalog asks for now, in place of an earlier one, whose runs it takes over. A run that has begun keeps the definition
 * that it was started with, and is left alone.
 */
const redefined =
  (fresh: Job): Change =>
  (job, now, calendars) => {
    if (isFinished(job) || hasBegun(job) || !job.repeat || !fresh.repeat) return "unchanged";
    const { anchor } = job.repeat.every === fresh.repeat.every ? job.repeat : fresh.repeat;
    const repeat = { ...fresh.repeat, anchor };
    const next = { ...fresh, ...runFields(job), ...plannedSince(job, repeat, now), repeat, version: job.version + 1 };
    return isOnTime(job, next.repeat, calendars) ? keepTime(job, next, now) : planAnew(job, next, now, calendars);
  };

/** What belongs to the job that was read: to its runs, to those that wait for it, and to its last write. Not its definition. */
const runFields = (job: Job) =>
  pick(job, [
    "id",
    "created_at",
    "write_id",
    "run",
    "last_run",
    "skipped_runs",
    "idempotency_ids",
    "task_tokens",
    "by",
  ]);

/** What the new series would have planned earlier was never planned. */
const plannedSince = ({ status, repeat, planned_since }: Job, next: Repeat, now: number) =>
  status === "paused" || !repeat || !isSameHash(planOf(repeat), planOf(next))
    ? { planned_since: now }
    : defined({ planned_since });

const planOf = (repeat: Repeat) => ({ ...repeatTimes(repeat), except: repeat.except });

/** Whether the time for which a job waits is one of its new series as well. */
function isOnTime(job: Job, repeat: Repeat, calendars?: Calendars): boolean {
  if (job.status === "paused" || !job.repeat || !isSameHash(repeatTimes(job.repeat), repeatTimes(repeat))) return false;
  return job.moved === true || !calendars || !isExcepted(repeat, job.scheduled_at, calendars);
}

const repeatTimes = ({ cron, tz, every, anchor, offset_ms }: Repeat) => ({ cron, tz, every, anchor, offset_ms });

function planAnew(before: Job, next: Job & { repeat: Repeat }, now: number, calendars?: Calendars): Job {
  const at = nextOccurrence(next.repeat, now, calendars) ?? next.due_at;
  // Its messages are under way, and pass other limits or none: they name its old time, so that they are dropped.
  const due_at = at === before.due_at && !isSameHash(dispatchedFields(before), dispatchedFields(next)) ? at + 1 : at;
  return { ...next, due_at, scheduled_at: at, status: waiting(due_at, now) };
}

/** The run that waits is the same one, and what was noted of its time and of its waiting holds on. */
function keepTime(before: Job, next: Job, now: number): Job {
  const { scheduled_at, coalesced_until, moved, reserved, noted_wait } = before;
  const planned = { ...next, scheduled_at, ...defined({ coalesced_until, moved }) };
  if (isSameHash(dispatchedFields(before), dispatchedFields(next))) {
    const { due_at } = before;
    return { ...planned, ...defined({ reserved, noted_wait }), due_at, status: waiting(due_at, now) };
  }
  // Its messages are under way, and pass other limits or none: they name its old time, so that they are dropped.
  const due_at = (reserved ? scheduled_at : before.due_at) + 1;
  return { ...planned, due_at, status: waiting(due_at, now) };
}

/** What a message and a place on a waiting list depend on. */
const dispatchedFields = ({ type, gates = [] }: Job) => ({ type, gates });
