import { isFinished, isWaiting, type Job, type Parent, type Repeat, shownStatus } from "../job/job.ts";
import { firstOccurrence, nextOccurrence } from "../job/recurrence.ts";
import { withRun } from "../job/series.ts";
import { cancelled, waiting } from "../job/transitions.ts";
import type { BlobStore, JobStore } from "../ports/ports.ts";
import { jobNotFound, RequestError } from "../requests/request-error.ts";
import { type Dispatching, dispatch, scheduleName, wakeParent } from "./dispatch.ts";
import { load } from "./payload.ts";

/** What a change makes of a job: its next state, or `unchanged` where it is so already. Throws STATE_CONFLICT. */
export type Change = (job: Job, now: number) => Job | "unchanged";

/** What changing jobs takes: a feature's steps are changed with it. */
export interface Changing extends Dispatching {
  jobs: JobStore;
  blobs: BlobStore;
}

const rounds = 10;

/** What is kept with a job that its caller gave no reason for. */
export const defaultReason = "cancelled by request";

const tooFast = () => new RequestError("UNAVAILABLE", "The job changes too fast. Try again.", { retryAfterSeconds: 1 });

/**
 * Changes a job by a pure rule, however consumers race with it: the rule is asked again about the job as it is by then.
 * Record first, then dispatch. Undefined where there is no such job.
 */
async function rewrite(services: Changing, id: string, change: Change): Promise<Job | undefined> {
  for (let round = 0; round < rounds; round++) {
    const job = await services.jobs.get(id);
    if (!job) return undefined;
    const next = change(job, services.clock.now());
    if (next === "unchanged") {
      // Once more: the change may have died, or been refused by AWS, before it reached the queues, the steps or the feature.
      if (job.status === "cancelled" || isWaiting(job)) await dispatchFollowUps(services, job);
      return job;
    }
    if ((await services.jobs.replace(next)) === "lost") continue;
    await unschedule(services, job, next);
    await dispatchFollowUps(services, next);
    return next;
  }
  throw tooFast();
}

/** Answers the job after the change. Throws a RequestError: JOB_NOT_FOUND, or STATE_CONFLICT with the current state. */
export async function changeJob(services: Changing, id: string, change: Change): Promise<Job> {
  const job = await rewrite(services, id, change);
  if (!job) throw jobNotFound();
  return job;
}

/**
 * Cancels a job that has not finished, and the steps of a feature with it. A running attempt's outcome is discarded.
 * Answers the job as it is afterwards; one that finished before stays as it is. Safe to repeat.
 */
export async function cancelJob(services: Changing, id: string, reason: string): Promise<Job | undefined> {
  return rewrite(services, id, (job, now) => (isFinished(job) ? "unchanged" : cancelled(job, now, reason)));
}

/**
 * Cancels the jobs of a feature's steps, as far as its progress names them. One that it does not name cancels itself
 * instead of starting (`endedParentOf`). The feature is as it was recorded: a step that a retry of it has revived since
 * goes on.
 */
export async function cancelSteps(services: Changing, job: Job, reason: string): Promise<void> {
  if (job.type !== "feature" || !job.progress) return;
  const steps = (await load(services.blobs, job.progress)) as Record<string, { job_id?: string; finished_at?: number }>;
  const open = Object.values(steps).flatMap(({ job_id, finished_at }) =>
    job_id !== undefined && finished_at === undefined ? [job_id] : [],
  );
  const cancelling: Change = (step, now) =>
    isFinished(step) || isRevived(step, job) ? "unchanged" : cancelled(step, now, reason);
  await Promise.all(open.map((id) => rewrite(services, id, cancelling)));
}

/** Whether a step belongs to a later attempt of its feature. */
const isRevived = ({ parent }: Job, feature: Job): boolean => (parent?.message.attempt ?? 0) > feature.attempt;

/** Takes back the schedule that a recorded change has left behind. */
async function unschedule({ scheduler }: Changing, before: Job, next: Job): Promise<void> {
  const moved = scheduleName(before) !== scheduleName(next) || next.status !== "scheduled";
  if (before.status === "scheduled" && moved) await scheduler.unschedule(scheduleName(before));
}

/**
 * What a job, as it is recorded, asks of the queues, of its steps and of its feature. Safe to repeat; what fails here, or
 * dies before it, is the reconciler's.
 */
export async function dispatchFollowUps(services: Changing, job: Job): Promise<void> {
  if (isWaiting(job)) await dispatch(services, job);
  if (job.status === "cancelled") await cancelSteps(services, job, job.reason ?? defaultReason);
  if (isFinished(job)) await wakeParent(services, job);
}

function conflict(job: Job, now: number, what: string): RequestError {
  const jobStatus = shownStatus(job, now);
  return new RequestError("STATE_CONFLICT", `The job is ${jobStatus}: ${what}`, { jobId: job.id, jobStatus });
}

const changed = (job: Job, change: Partial<Job>): Job => ({ ...job, ...change, version: job.version + 1 });

/** Ends a job before its time; a running attempt's outcome is discarded. */
export const cancel =
  (reason: string): Change =>
  (job, now) => {
    if (job.status === "cancelled") return "unchanged";
    if (isFinished(job)) throw conflict(job, now, "a finished job cannot be cancelled.");
    return cancelled(job, now, reason);
  };

/** Holds a recurring job; a run under way goes on to its end. */
export const pause: Change = (job, now) => {
  if (!job.repeat) throw conflict(job, now, "only recurring jobs can be paused; cancel or reschedule this one.");
  if (isFinished(job)) throw conflict(job, now, "a finished job cannot be paused.");
  if (job.status === "paused" || job.pause_requested) return "unchanged";
  return job.status === "running" || job.attempt > 1
    ? changed(job, { pause_requested: true })
    : changed(job, { status: "paused" });
};

/** Lets a paused job go on with the next occurrence from now; what was missed meanwhile is not made up for. */
export const resume: Change = (job, now) => {
  if (isFinished(job) || !job.repeat) throw conflict(job, now, "only a paused job can be resumed.");
  const { pause_requested, ...rest } = job;
  if (pause_requested) return changed(rest, {});
  if (job.status !== "paused") return "unchanged";
  const at = job.scheduled_at > now ? job.scheduled_at : nextOccurrence(job.repeat, now);
  if (at === undefined) return changed(job, { status: "completed", finished_at: now, reason: "the series is over" });
  return changed(withRun(job, job.run, { at }, now), {});
};

/** Moves a job that has not started to another time, or a recurring one to another series. Both as they were validated. */
export const reschedule =
  ({ due_at, repeat }: { due_at?: number; repeat?: Repeat }): Change =>
  (job, now) => {
    if (isFinished(job)) throw conflict(job, now, "a finished job cannot be rescheduled; retry it or make a new one.");
    if (job.status === "running") throw conflict(job, now, "it cannot be rescheduled while it runs.");
    if (repeat && !job.repeat) throw conflict(job, now, "a one-time job cannot be given a repeat; make a new one.");
    const series = repeat ?? job.repeat;
    if (due_at !== undefined && due_at >= (job.expires_at ?? Number.POSITIVE_INFINITY)) {
      throw conflict(job, now, "it expires before the time that it would be moved to.");
    }
    if (due_at !== undefined && due_at > (series?.end_date ?? Number.POSITIVE_INFINITY)) {
      throw conflict(job, now, "its series ends before the time that it would be moved to.");
    }
    const at = due_at ?? (series && firstOccurrence(series, Math.max(now, series.anchor))) ?? job.due_at;
    const status = job.status === "paused" ? "paused" : waiting(at, now);
    // It stands for the time that it is moved to, not for occurrences of the series as it was.
    const { coalesced_until: _before, ...rest } = job;
    return changed(rest, { ...(repeat && { repeat }), due_at: at, scheduled_at: at, status });
  };

/** Tries a failed job again, with its whole count of retries. `delayMs` from now. */
export const retry =
  (delayMs: number): Change =>
  (job, now) => {
    if (job.status !== "failed") throw conflict(job, now, "only a failed job can be retried.");
    if (now + delayMs >= (job.expires_at ?? Number.POSITIVE_INFINITY)) {
      throw conflict(job, now, "it expires before the time at which it would be tried again.");
    }
    return triedAgain(job, now, now + delayMs);
  };

/**
 * The same for the step of a feature that is retried; its end wakes the feature's new attempt. A late decision of an
 * earlier attempt leaves it as it is.
 */
export const revive =
  (parent: Parent): Change =>
  (job, now) => {
    const known = job.parent?.message.attempt ?? 0;
    if (known >= parent.message.attempt || job.status === "completed") return "unchanged";
    if (!isFinished(job)) return changed(job, { parent });
    // One that had not started waits for its delay, which counts from the end of what it depends on.
    const due = job.started_at === undefined ? Math.max(now, job.due_at) : now;
    return { ...triedAgain(job, now, due), parent };
  };

function triedAgain(job: Job, now: number, due_at: number): Job {
  const { finished_at: _finished, error: _error, reason: _reason, ...rest } = job;
  return changed(rest, {
    status: waiting(due_at, now),
    attempt: job.attempt + 1,
    retried_after: job.attempt,
    due_at,
    claims: 0,
  });
}

/** Makes a waiting job due now. A recurring one runs once more than planned: its series goes on as it was. */
export const runNow: Change = (job, now) => {
  if (!isWaiting(job)) {
    throw conflict(job, now, "only a job that waits for its time can be run now.");
  }
  if (job.due_at <= now) return "unchanged";
  // A run that waits for its retry was planned before: what it has outlasted of its series counts from there.
  return changed(job, { status: "queued", due_at: now, ...(job.attempt === 1 && { scheduled_at: now }) });
};

/** Deletes a finished job; its archived runs and results expire by themselves, and the lifecycle deletes its other blobs. */
export async function deleteJob(services: Changing, id: string): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const job = await services.jobs.get(id);
    if (!job) throw jobNotFound();
    if (!isFinished(job))
      throw conflict(job, services.clock.now(), "only a finished job can be deleted; cancel it first.");
    if ((await services.jobs.remove(job)) === "removed") return;
  }
  throw tooFast();
}
