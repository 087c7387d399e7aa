import { calendarsOf } from "../catalog/calendars.ts";
import { type Catalog, ownValue } from "../catalog/catalog.ts";
import type { ProductEvent } from "../catalog/job-type.ts";
import { requestedTexts } from "../expressions/search.ts";
import type { Changer } from "../job/actor.ts";
import { isCodeProgress } from "../job/code-progress.ts";
import {
  hasBegun,
  isFinished,
  isKnownJob,
  isWaiting,
  type Job,
  type Parent,
  type Repeat,
  shownStatus,
} from "../job/job.ts";
import { childIdOf, isList, isListProgress } from "../job/list.ts";
import { cancelledMeanwhile, isLeft } from "../job/roll-back.ts";
import {
  type Calendars,
  firstOccurrence,
  nextOccurrence,
  noCalendars,
  skippedSeries,
  spread,
  withRun,
} from "../job/series.ts";
import { cancelled, cancelledAtOnce, isParked, waiting } from "../job/transitions.ts";
import { defined } from "../kernel/defined.ts";
import { type Fault, traceOf } from "../kernel/errors.ts";
import { invalidRequest, jobNotFound, RequestError } from "../kernel/request-error.ts";
import { orderOf } from "../limits/gate.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Gates } from "../ports/gates.ts";
import type { JobStore } from "../ports/job-store.ts";
import { type Dispatching, dispatch, scheduleName, timerName, wakeParent, wakeRun } from "./dispatch.ts";
import { leaveLines, mayStand } from "./lines.ts";
import { load } from "./payload.ts";
import { isSearchOld, type Searching, takeSearch } from "./take-search.ts";

/** What a change makes of a job: its next state, or `unchanged` if there is nothing to do. Throws STATE_CONFLICT. */
export type Change = (job: Job, now: number, calendars?: Calendars) => Job | "unchanged";

/** Is told of a change once it is stored, before what follows from it is done, and not of one that had nothing to do. */
export type OnChanged = (before: Job, after: Job) => Promise<void>;

/** The change of a caller: the job says whose the last one was. One that has nothing to do leaves that as it was. */
export const changedBy =
  (change: Change, by: Changer): Change =>
  (job, now, calendars) => {
    const next = change(job, now, calendars);
    return next === "unchanged" ? next : { ...next, by: { ...by, at: now } };
  };

/** The change of a caller that gets an entry of the audit. Those of a job are numbered, so that one without its entry shows there. */
export const audited = (change: Change, by: Changer): Change => {
  const own = changedBy(change, by);
  return (job, now, calendars) => {
    const next = own(job, now, calendars);
    return next === "unchanged" ? next : { ...next, changes: (job.changes ?? 0) + 1 };
  };
};

/** The ports that changing a job needs. The steps of a feature change with it. */
export interface Changing extends Dispatching, Searching {
  jobs: JobStore;
  /** A job that is changed leaves the lines of its limits. */
  gates: Gates;
  blobs: BlobStore;
  catalog: Pick<Catalog, "products">;
}

const rounds = 10;

/** The reason that a job is cancelled with if its caller gives none. */
export const defaultReason = "cancelled by request";

export const tooFast = () =>
  new RequestError("UNAVAILABLE", "The job changes too fast. Try again.", { retryAfterSeconds: 1 });

/**
 * Changes a job by a pure rule. If a consumer writes the job at the same time, the rule is applied again to the changed
 * job. Record first, then dispatch. Undefined if there is no such job. Throws STATE_CONFLICT for a job that only a later version of
 * this deployment knows how to change.
 */
async function rewrite(
  services: Changing,
  id: string,
  change: Change,
  onChanged?: OnChanged,
  followUp = dispatchFollowUps,
): Promise<Job | undefined> {
  for (let round = 0; round < rounds; round++) {
    const job = await services.jobs.get(id);
    if (!job) return undefined;
    if (!isKnownJob(job))
      throw conflict(job, services.clock.now(), "a later version of this deployment made it what it is.");
    const changed = change(job, services.clock.now(), calendarsOf(services.catalog, job.product));
    const event = changed === "unchanged" ? undefined : eventSearchedBy(services, changed);
    const next = changed === "unchanged" || !event ? changed : await withSearch(services, changed, event);
    if (next === "unchanged") {
      // Again, because the first request may have died, or been refused by AWS, before it reached queues, steps or feature.
      if (job.status === "cancelled" || isWaiting(job) || job.ending) await followUp(services, job);
      return job;
    }
    if ((await services.jobs.replace(next)) === "lost") continue;
    await onChanged?.(job, next);
    await unschedule(services, job, next);
    if (losesPlace(job, next, services.clock.now()))
      await leaveLines(services, job).catch((error) => stays(services, error));
    await dispatchFollowUps(services, next);
    return next;
  }
  throw tooFast();
}

/** The event of a job that is found by other values than the catalog names now. */
function eventSearchedBy({ catalog }: Changing, job: Job): ProductEvent | undefined {
  const product = catalog.products.find(({ tag }) => tag === job.product);
  const event = product && ownValue(product.jobs, job.event);
  return event && isSearchOld(event, job.search) ? event : undefined;
}

/**
 * The changed job with the values by which the catalog has it found now. A running job, and one whose input is not in its item, get them when
 * an attempt ends.
 */
async function withSearch(services: Changing, job: Job, event: ProductEvent): Promise<Job> {
  if (job.status === "running" || !("inline" in job.input)) return job;
  const isTemplate = job.expressions === true;
  const input = requestedTexts(event, job.input.inline, isTemplate);
  const { product, env, search: before } = job;
  const search = await takeSearch(services, { product, env, event, before, input, isTemplate });
  return { ...job, ...defined({ search }) };
}

/** Whether a change takes a job out of the line in which it may stand: it does not wait any more, or for something else. */
const losesPlace = (before: Job, next: Job, now: number): boolean =>
  mayStand(before, now) && !(isWaiting(next) && isIndexedAlike(before, next));

const isIndexedAlike = (a: Job, b: Job): boolean =>
  a.run === b.run && a.attempt === b.attempt && a.due_at === b.due_at && orderOf(a) === orderOf(b);

const stays = ({ log }: Changing, error: unknown): void =>
  log.warn("a job that was changed still stands in a line; the pump or the reconciler takes it off", traceOf(error));

/** Changes a job and returns the changed job. Throws JOB_NOT_FOUND, or STATE_CONFLICT with the current state. */
export async function changeJob(services: Changing, id: string, change: Change, onChanged?: OnChanged): Promise<Job> {
  const job = await rewrite(services, id, change, onChanged);
  if (!job) throw jobNotFound();
  return job;
}

/** The job as a change would leave it. Nothing is written. Throws STATE_CONFLICT. */
export function previewOf({ clock, catalog }: Pick<Changing, "clock" | "catalog">, job: Job, change: Change): Job {
  const next = change(job, clock.now(), calendarsOf(catalog, job.product));
  return next === "unchanged" ? job : next;
}

/**
 * Cancels a job that has not finished, and the steps of a feature with it. The outcome of a running attempt is discarded.
 * Returns the job after that. A finished job stays unchanged. Safe to repeat.
 */
export async function cancelJob(services: Changing, id: string, reason: string): Promise<Job | undefined> {
  return rewrite(services, id, (job, now) => (isEnding(job) ? "unchanged" : cancelled(job, now, reason)));
}

/** Whether a job has ended, or will once its steps are undone. */
const isEnding = (job: Job): boolean => isFinished(job) || job.ending !== undefined;

/**
 * Cancels the open steps that a feature's progress names, and the undos that are under way; one that it does not name cancels itself
 * instead of starting (`endedParentOf`). `job` is the feature as it was recorded: a step that a later retry of it has revived is not
 * cancelled.
 */
export async function cancelSteps(services: Changing, job: Job, reason: string): Promise<void> {
  if (job.type !== "feature" || !job.progress) return;
  const open = openSteps(job, await load(services.blobs, job.progress));
  await Promise.all(open.map((id) => cancelStep(services, id, job, reason)));
}

interface RecordedStep {
  job_id?: string;
  status?: string;
  finished_at?: number | undefined;
}

/** The jobs of the steps that are open according to a feature's progress, and of their undos. */
function openSteps(job: Job, progress: unknown): string[] {
  if (isCodeProgress<RecordedStep>(progress)) return openIn(Object.values(progress.code.open));
  if (isList(job)) return isListProgress(progress) ? progress.list.open.map((child) => childIdOf(job, child)) : [];
  const steps = Object.values(progress as Record<string, RecordedStep & { undo?: RecordedStep }>);
  return openIn(
    steps.flatMap((step) => [mayBeRevived(job, step) ? { ...step, finished_at: undefined } : step, step.undo ?? {}]),
  );
}

/** A step that a retry of its feature has revived stands as it had ended, until the decision that revives it is recorded. */
const mayBeRevived = ({ retried_after }: Job, { status }: RecordedStep): boolean =>
  retried_after !== undefined && status !== "completed";

const openIn = (steps: RecordedStep[]): string[] =>
  steps.flatMap(({ job_id, finished_at }) => (job_id !== undefined && finished_at === undefined ? [job_id] : []));

/**
 * Cancels a step of a feature that ends. Returns it as it stands then: it may have ended before, undo its own steps first, or go on because
 * its feature has abandoned it. Undefined if it is gone, or if only a later version of this deployment can change it.
 */
export async function cancelStep(services: Changing, id: string, job: Job, reason: string): Promise<Job | undefined> {
  const cancelling: Change = (step, now) =>
    isEnding(step) || isRevived(step, job) || isAbandoned(step) ? "unchanged" : cancelled(step, now, reason);
  // Its feature has asked: a message for each step that it cancels again would have it ask again, for as long as AWS refuses what follows.
  return rewrite(services, id, cancelling, undefined, dispatchOwn).catch(leftAlone);
}

/** Whether a step goes on when its feature has ended. */
export const isAbandoned = ({ parent }: Job): boolean => parent?.on_end === "abandon";

/** A step that only a later version of this deployment can change stays unchanged, and cancels itself instead of starting. */
function leftAlone(error: unknown): undefined {
  if (!(error instanceof RequestError) || error.code !== "STATE_CONFLICT") throw error;
}

/** Whether a step belongs to a later attempt of its feature. */
const isRevived = ({ parent }: Job, feature: Job): boolean => (parent?.message.attempt ?? 0) > feature.attempt;

/** Deletes the schedules that a recorded change has made obsolete. */
export async function unschedule({ scheduler }: Pick<Changing, "scheduler">, before: Job, next: Job): Promise<void> {
  const moved = scheduleName(before) !== scheduleName(next) || next.status !== "scheduled";
  if (before.status === "scheduled" && moved) await scheduler.unschedule(scheduleName(before));
  if (before.timer_at !== undefined && before.timer_at !== next.timer_at)
    await scheduler.unschedule(timerName(before, before.timer_at));
}

/**
 * Does what follows from a job's recorded state: dispatches a waiting job, lets a run that ends undo its steps, cancels the steps of a cancelled feature, wakes the
 * feature of a finished step. Safe to repeat. The reconciler repairs what fails here, or what a crash prevents.
 */
export async function dispatchFollowUps(services: Changing, job: Job): Promise<void> {
  await dispatchOwn(services, job);
  if (isFinished(job)) await wakeParent(services, job);
}

/** The same, but for its feature. */
async function dispatchOwn(services: Changing, job: Job): Promise<void> {
  if (isWaiting(job)) await dispatch(services, job);
  if (job.ending && isParked(job) && (job.wake_at ?? 0) <= services.clock.now()) await wakeRun(services, job);
  if (job.status === "cancelled") await cancelSteps(services, job, job.reason ?? defaultReason);
}

export function conflict(job: Job, now: number, what: string): RequestError {
  const jobStatus = shownStatus(job, now);
  return new RequestError("STATE_CONFLICT", `The job is ${jobStatus}: ${what}`, { jobId: job.id, jobStatus });
}

const changedJob = (job: Job, change: Partial<Job>): Job => ({ ...job, ...change, version: job.version + 1 });

interface Cancelling {
  /** End at once, and undo nothing more. Default: no. */
  force?: boolean | undefined;
  /** Whether a caller that cancels once more wants the same. Default: no, since it may only repeat itself. */
  isDecided?: boolean;
}

/**
 * Ends a job before its time. The outcome of a running attempt is discarded. A run whose steps are undone first ends once they are, at
 * once with `force`, and at once if a caller asks for it a second time.
 */
export const cancel =
  (reason: string, { force = false, isDecided = false }: Cancelling = {}): Change =>
  (job, now) => {
    if (job.status === "cancelled") return "unchanged";
    if (isFinished(job)) throw conflict(job, now, "a finished job cannot be cancelled.");
    if (force) return cancelledAtOnce(job, now, reason);
    if (!job.ending) return cancelled(job, now, reason);
    const { cause, asked_at = now } = job.ending;
    if (cause === "failed") return cancelledMeanwhile(job, job.ending, now, reason);
    return isDecided && now - asked_at >= sameRequestMs ? cancelledAtOnce(job, now, reason) : "unchanged";
  };

/** A request that comes again within this time, in milliseconds, is the same one: clients repeat what was not answered. */
export const sameRequestMs = 60_000;

/** Pauses a recurring job. A run in progress is finished first. */
export const pauseJob: Change = (job, now) => {
  if (!job.repeat) throw conflict(job, now, "only recurring jobs can be paused; cancel or reschedule this one.");
  if (isFinished(job)) throw conflict(job, now, "a finished job cannot be paused.");
  if (job.status === "paused" || job.pause_requested) return "unchanged";
  return hasBegun(job) ? changedJob(job, { pause_requested: true }) : changedJob(job, { status: "paused" });
};

/** Resumes a paused job with the next occurrence from now. Occurrences that it missed are not made up for. */
export const resume: Change = (job, now, calendars = noCalendars) => {
  if (isFinished(job) || !job.repeat) throw conflict(job, now, "only a paused job can be resumed.");
  const { pause_requested, ...rest } = job;
  if (pause_requested) return changedJob(rest, {});
  if (job.status !== "paused") return "unchanged";
  const at = job.scheduled_at > now ? job.scheduled_at : nextOccurrence(job.repeat, now, calendars);
  if (at === undefined) return changedJob(job, { status: "completed", finished_at: now, reason: "the series is over" });
  return changedJob(withRun(job, job.run, { at }, now), { planned_since: now });
};

/** Moves a job that has not started to another time, or a recurring one to another series. Takes validated values. */
export const reschedule =
  ({ due_at, repeat }: { due_at?: number; repeat?: Repeat }): Change =>
  (job, now, calendars = noCalendars) => {
    if (isFinished(job)) throw conflict(job, now, "a finished job cannot be rescheduled; retry it or make a new one.");
    if (job.status === "running") throw conflict(job, now, "it cannot be rescheduled while it runs.");
    if (repeat && !job.repeat) throw conflict(job, now, "a one-time job cannot be given a repeat; make a new one.");
    if (repeat && hasBegun(job)) {
      throw conflict(job, now, "its run has begun; give it another series once that has ended, or cancel the job.");
    }
    const series = repeat ? spread(repeat, job.id) : job.repeat;
    if (due_at !== undefined && due_at >= (job.expires_at ?? Number.POSITIVE_INFINITY)) {
      throw conflict(job, now, "it expires before the new time.");
    }
    if (due_at !== undefined && due_at > (series?.end_date ?? Number.POSITIVE_INFINITY)) {
      throw conflict(job, now, "its series ends before the new time.");
    }
    const first = series && firstOccurrence(series, Math.max(now, series.anchor), calendars);
    if (repeat && first === undefined) throw conflict(job, now, "the new series has no run.");
    const at = due_at ?? first ?? job.due_at;
    const status = job.status === "paused" ? "paused" : waiting(at, now);
    const { reserved: _reserved, ...rest } = job;
    // A run that has begun keeps its planned time, from which missed occurrences are counted.
    if (hasBegun(job)) return changedJob(rest, { due_at: at, status });
    // Another stands for its new time, and no longer for occurrences that the old series missed.
    const { coalesced_until: _before, moved: _moved, ...planned } = rest;
    const choice = due_at !== undefined && series ? { moved: true as const } : {};
    return changedJob(planned, {
      ...(repeat && series && { repeat: series, planned_since: Math.max(now, due_at ?? now) }),
      ...choice,
      due_at: at,
      scheduled_at: at,
      status,
    });
  };

/** Retries a failed job `delayMs` from now, with all its retries. */
export const retry =
  (delayMs: number, { definition }: { definition?: "current" | undefined } = {}): Change =>
  (job, now) => {
    if (definition !== undefined && job.type !== "feature") throw invalidRequest([onlyFeatures]);
    if (job.status !== "failed") throw conflict(job, now, "only a failed job can be retried.");
    if (isLeft(job)) throw conflict(job, now, notUndone);
    if (now + delayMs >= (job.expires_at ?? Number.POSITIVE_INFINITY)) {
      throw conflict(job, now, "it expires before the time at which it would be tried again.");
    }
    return triedAgain(definition === undefined ? job : byPresent(job), now, now + delayMs);
  };

/** A job whose next attempt goes by the present definition. */
function byPresent({ definition: _kept, undoes: _undoes, bundle: _code, ...job }: Job): Job {
  return { ...job, present_since: job.attempt + 1 };
}

const notUndone =
  "steps of it could not be undone, and would be done twice. See `rolled_back`; schedule a new job once that is dealt with.";

const onlyFeatures: Fault = { pointer: "/definition", detail: "is for features only: other jobs keep no definition" };

/**
 * Retries the step of a feature that is retried; its end wakes the feature's new attempt. A late decision of an earlier
 * attempt leaves the step unchanged.
 */
export const revive =
  (parent: Parent): Change =>
  (job, now) => {
    const known = job.parent?.message.attempt ?? 0;
    if (known >= parent.message.attempt || job.status === "completed") return "unchanged";
    // It undoes its steps first; and what could not be undone must not be done again.
    if (job.ending || isLeft(job)) return "unchanged";
    if (!isFinished(job)) return changedJob(job, { parent, ...(job.retried_after !== undefined && { revived: true }) });
    // A step that had not started waits for the rest of its delay, which counts from the end of what it depends on.
    const due = job.started_at === undefined ? Math.max(now, job.due_at) : now;
    const isPresent = parent.is_present && job.type === "feature";
    return { ...triedAgain(isPresent ? byPresent(job) : job, now, due), parent, revived: true };
  };

function triedAgain(job: Job, now: number, due_at: number): Job {
  const {
    finished_at: _finished,
    error: _error,
    reason: _reason,
    begun_claims: _begun,
    revived: _own,
    ...rest
  } = begunAnew(job, now, due_at);
  return changedJob(rest, {
    status: waiting(due_at, now),
    attempt: job.attempt + 1,
    retried_after: job.attempt,
    due_at,
    claims: 0,
  });
}

/** A run that is retried after its steps were undone begins from the start, with other jobs for them, and with other messages. */
function begunAnew(job: Job, now: number, at: number): Job {
  const { rolled_back, progress: _undone, ...rest } = job;
  if (!rolled_back) return job;
  const code = job.code_since !== undefined && { code_since: at };
  return { ...rest, begun_anew: job.attempt + 1, messages_since: now, ...code };
}

/**
 * Lets the run of a feature go on by another definition, and be woken. A decision under way would go on by the one that it has read, and
 * record the steps of that one.
 */
export const migrate =
  (definition: string, undoes: boolean): Change =>
  (job, now) => {
    if (job.ending) throw conflict(job, now, "its run ends, and its steps are undone.");
    if (job.status === "completed" || job.status === "cancelled") throw conflict(job, now, "its run is over.");
    if (isLeft(job)) throw conflict(job, now, notUndone);
    if (job.definition === undefined)
      throw conflict(job, now, "its run has not begun, and begins by the present definition.");
    if (job.definition === definition && job.code_since === undefined) return "unchanged";
    if (job.claim_id !== undefined) throw conflict(job, now, "a decision of it is under way. Try again.");
    // Code goes on as the present code, from its log.
    const { undoes: _before, bundle: _code, ...rest } = job;
    return changedJob(rest, {
      definition,
      ...(undoes && { undoes }),
      ...(isParked(job) && { wake_at: now }),
      ...(job.status === "failed" && { present_since: job.attempt + 1 }),
    });
  };

/** Makes a waiting job due `delayMs` from now. A recurring job has one more run than planned, and its series is unchanged. */
export const runIn =
  (delayMs: number): Change =>
  (job, now, calendars = noCalendars) => {
    if (!isWaiting(job)) {
      throw conflict(job, now, "only a job that waits for its time can be run now.");
    }
    const due_at = now + delayMs;
    if (job.due_at <= due_at) return "unchanged";
    const { reserved: _reserved, ...rest } = job;
    // A run that has begun keeps its planned time, from which missed occurrences are counted.
    if (hasBegun(job)) return changedJob(rest, { status: waiting(due_at, now), due_at });
    const added = job.repeat && { moved: true as const, ...withoutSkipped(job, due_at, calendars) };
    return changedJob(rest, { status: waiting(due_at, now), due_at, scheduled_at: due_at, ...added });
  };

/** The run that is added stands for the occurrences that a caller has skipped: the series goes on where it would have. */
function withoutSkipped({ repeat, scheduled_at, moved }: Job, due_at: number, calendars: Calendars): Partial<Job> {
  const next = repeat && !moved ? nextOccurrence(repeat, due_at, calendars) : undefined;
  if (next === undefined || next >= scheduled_at) return {};
  return { coalesced_until: scheduled_at - 1, planned_since: scheduled_at - 1 };
}

export const runNow: Change = runIn(0);

/** Moves a series that waits for its next run to the occurrence after it. */
export const skipNext: Change = (job, now, calendars = noCalendars) => {
  if (!job.repeat)
    throw conflict(job, now, "only a recurring job has a next run to skip; cancel or reschedule this one.");
  if (isFinished(job)) throw conflict(job, now, "a finished series has no next run.");
  if (job.status === "paused") throw conflict(job, now, "a paused series has no next run; resume it first.");
  if (hasBegun(job)) {
    throw conflict(job, now, "its run has begun; skip the next one once it has ended, or cancel the job.");
  }
  const next = skippedSeries(job, now, calendars);
  if (!next) throw conflict(job, now, "its series ends with this run, so there is none to skip to; cancel it instead.");
  return next;
};

/** Throws STATE_CONFLICT for a job that cannot be deleted. */
export function requireFinished(job: Job, now: number): void {
  if (isFinished(job)) return;
  if (job.ending) throw conflict(job, now, "its steps are undone; delete it once it has ended.");
  throw conflict(job, now, "only a finished job can be deleted; cancel it first.");
}

/** Deletes a finished job, after what has to be done before, and returns what it was. The lifecycle deletes its input and its progress. */
export async function deleteJob(
  services: Changing,
  id: string,
  before: (job: Job) => Promise<void> = async () => {},
): Promise<Job> {
  for (let round = 0; round < rounds; round++) {
    const job = await services.jobs.get(id);
    if (!job) throw jobNotFound();
    requireFinished(job, services.clock.now());
    await before(job);
    if ((await services.jobs.remove(job)) === "removed") return job;
  }
  throw tooFast();
}
