import type { Catalog } from "../catalog/catalog.ts";
import { driftOf, type Wanted } from "../catalog/schedules.ts";
import { isFinished, isWaiting, type Job } from "../job/job.ts";
import { fingerprint as hash } from "../job/job-id.ts";
import { nextOccurrence } from "../job/recurrence.ts";
import { withRun } from "../job/series.ts";
import { parseRequest } from "../requests/request.ts";
import { type Change, changeJob, deleteJob } from "./change-job.ts";
import { forget } from "./payload.ts";
import { prepare, type Scheduling, scheduleJob } from "./schedule-job.ts";

export interface Syncing extends Scheduling {
  catalog: Catalog;
}

/** What was done about a schedule. `busy`: its run has begun, so the change has to wait for the end of that. */
export type Synced = "made" | "changed" | "unchanged" | "busy";

/**
 * Makes the job of a schedule, or makes it again if it has ended, or changes it back to what the catalog has. Safe to repeat. Throws
 * as `scheduleJob` and `changeJob` do.
 */
export async function syncSchedule(services: Syncing, wanted: Wanted): Promise<Synced> {
  const { job_id, name, fingerprint, body } = wanted;
  const job = await services.jobs.get(job_id);
  if (job && driftOf(job, wanted).length === 0) return "unchanged";
  if (job && hasBegun(job)) return "busy";
  const schedule = { job_id, name, fingerprint };
  const request = { ...parseRequest(body, services.catalog, services.clock.now()), schedule };
  if (job && !isFinished(job)) return put(services, job, await prepare(services, request));
  if (job) await deleteJob(services, job_id);
  await scheduleJob(services, request);
  return "made";
}

/** A run in progress keeps the definition that it was started with. */
const hasBegun = (job: Job): boolean => job.status === "running" || (isWaiting(job) && job.attempt > 1);

async function put(services: Syncing, before: Job, fresh: Job): Promise<Synced> {
  const job = await changeJob(services, before.id, redefined(fresh));
  const isOurs = job.schedule?.fingerprint === fresh.schedule?.fingerprint && !hasBegun(job);
  // The input that is not used, whichever that is, belongs to nobody.
  const unused = isSame(job.input, fresh.input) ? before.input : fresh.input;
  if (!isSame(before.input, fresh.input)) await forget(services, unused);
  return isOurs ? "changed" : "busy";
}

const isSame = (a: unknown, b: unknown): boolean => hash(a) === hash(b);

/**
 * A series with the definition of another job. It keeps its id, its runs and, if its times stay the same, the time of its next run.
 * A run that has begun meanwhile is left alone.
 */
const redefined =
  (fresh: Job): Change =>
  (job, now, calendars) => {
    if (isFinished(job) || hasBegun(job) || !fresh.repeat) return "unchanged";
    const { anchor } = job.repeat?.every === fresh.repeat.every ? (job.repeat ?? fresh.repeat) : fresh.repeat;
    const repeat = { ...fresh.repeat, anchor };
    const isUnmoved = job.status !== "paused" && hash(job.repeat) === hash(repeat);
    const at = isUnmoved ? job.due_at : (nextOccurrence(repeat, now, calendars) ?? fresh.due_at);
    const { pause_requested: _pause, ...waits } = job;
    const { event, type, input, timeout_ms, retries, retry_policy, fingerprint, schedule } = fresh;
    const { app: _app, labels: _labels, fairness_key: _key, redact: _redact, expressions: _is, ...kept } = waits;
    const { app, labels, fairness_key, redact, expressions } = fresh;
    return {
      ...withRun(kept, job.run, { at }, now),
      ...{ event, type, input, timeout_ms, retries, retry_policy, fingerprint, repeat },
      ...(schedule && { schedule }),
      ...(app !== undefined && { app }),
      ...(labels && { labels }),
      ...(fairness_key !== undefined && { fairness_key }),
      ...(redact && { redact }),
      ...(expressions && { expressions }),
      version: job.version + 1,
    };
  };
