import { given } from "../../kernel/given.ts";
import type { Claim } from "../claim.ts";
import { firstStartOf } from "../first-start.ts";
import { hasBegun, isFinished, type Job, type Repeat, type RunRecord } from "../job.ts";
import { cancelled, waiting } from "../transitions.ts";
import { type Calendars, noCalendars } from "./calendars.ts";
import { isExcepted, nextOccurrence } from "./recurrence.ts";

export interface Continuation {
  /** The archive's record of the run that has ended. */
  run: RunRecord;
  /** The job with its next run. */
  next: Job;
}

/** When a run is planned, and up to which time it stands for occurrences that were missed. */
export interface Planned {
  at: number;
  coalesced_until?: number;
}

/** Why a run, and not its series, was cancelled. These strings are stored. */
export const runReasons = {
  late: "skipped: it could not start within its max_lateness_ms",
  excepted: "skipped: its series does not run on this day",
  superseded: "cancelled by the next run",
} as const;

/** Whether a series continues after this end of a run: cancelling the job ends it, but skipping or superseding a run does not. */
export const isRunOver = (job: Job): boolean =>
  isFinished(job) && (job.status !== "cancelled" || Object.values<unknown>(runReasons).includes(job.reason));

/** Whether the run has ended without having been started. */
const isSkipped = ({ reason }: Job): boolean => reason === runReasons.late || reason === runReasons.excepted;

/** What the archive keeps of a run that has ended. */
export const runRecordOf = (job: Job): RunRecord => ({
  job_id: job.id,
  run: job.run,
  version: job.version,
  created_at: job.created_at,
  status: job.status as RunRecord["status"],
  scheduled_at: job.scheduled_at,
  due_at: job.due_at,
  // A run that a provider has put off may end before it goes on.
  ...given({ started_at: job.started_at ?? job.begun_at }),
  finished_at: job.finished_at ?? job.due_at,
  attempts: job.attempts,
  ...given({ result: job.result, error: job.error, reason: job.reason }),
});

/** How many further runs the series may have after the current one. Runs that were skipped do not count. */
export function runsLeft({ repeat, run, skipped_runs = 0, ...job }: Job): number {
  const limit = repeat?.limit ?? Number.POSITIVE_INFINITY;
  return limit - run + skipped_runs + Number(isSkipped({ run, ...job }));
}

/** The lateness with `missed: skip` from which a run counts as missed: the reconciler dispatches a lost message after a minute. */
export const skippedAfterMs = 60_000;

const maxLateness = ({ max_lateness_ms, missed }: Repeat): number =>
  max_lateness_ms ?? (missed === "skip" ? skippedAfterMs : Number.POSITIVE_INFINITY);

/**
 * Why a run that could start now is skipped instead. A run that waited behind another one is late only from the end of that one.
 * A run that has begun is never skipped, nor one whose time a caller has chosen, except for being late.
 */
export function skipReason(job: Job, now: number, calendars: Calendars = noCalendars): string | undefined {
  const { repeat, scheduled_at } = job;
  if (!repeat || !isFirstStart(job)) return undefined;
  if (startOf(job, now) > latestStartOf(job)) return runReasons.late;
  return !job.moved && isExcepted(repeat, scheduled_at, calendars) ? runReasons.excepted : undefined;
}

/** Whether it is too late to start a job. A parked one has started: only its start expires. */
export const hasExpired = ({ expires_at, parked_since }: Job, now: number): boolean =>
  parked_since === undefined && expires_at !== undefined && expires_at <= now;

/**
 * Whether a job would be ended by its next claim, and not started: it has expired, its run is skipped, or the end of that for the next
 * one was begun.
 */
export function isOver(job: Job, now: number, calendars: Calendars = noCalendars): boolean {
  if (hasExpired(job, now) || (job.next_at !== undefined && job.next_at <= now)) return true;
  return skipReason({ ...job, claims: job.claims + 1 }, now, calendars) !== undefined;
}

/** Whether the run has not begun before; `claims` counts the claim under which it is to start. */
const isFirstStart = (job: Job): boolean =>
  job.parked_since === undefined && !hasBegun({ ...job, status: "queued", claims: job.claims - 1 });

/** The time, epoch milliseconds, after which the next start of a job comes too late, so that its run is skipped. */
function latestStartOf(job: Job): number {
  const { repeat, scheduled_at, coalesced_until = 0 } = job;
  if (!repeat || !isFirstStart(job)) return Number.POSITIVE_INFINITY;
  return Math.max(scheduled_at, coalesced_until) + maxLateness(repeat);
}

/** How late a claim may come for the start that a rate gave its job, in milliseconds, and still be that start. */
const onReservationMs = 5000;

/** When a job starts if it is claimed now: at the time that was reserved for it, if that is only just over. */
function startOf({ reserved, due_at }: Job, now: number): number {
  const isOnReservation = reserved?.until === due_at && now >= due_at && now <= due_at + onReservationMs;
  return isOnReservation ? due_at : now;
}

/** When the next run is planned if the current one ends now. */
export function plannedAfter(job: Job, now: number, calendars: Calendars = noCalendars): Planned | undefined {
  const { repeat } = job;
  if (!repeat || runsLeft(job) < 1) return undefined;
  if (job.next_at !== undefined) return { at: job.next_at };
  const { scheduled_at, coalesced_until = 0 } = job;
  if (isSkipped(job) || repeat.overlap === "cancel_previous") {
    // Occurrences that are too late as well are passed over with the first one.
    const stood = isSkipped(job) ? scheduled_at : standsUntil(job);
    const from = Math.max(stood, now - maxLateness(repeat) - 1 + marginOf(job));
    return catchingUp(repeat, nextOccurrence(repeat, from, calendars), now);
  }
  // A run that stood for missed occurrences may have been moved by hand since, and then stands for those until its new time too.
  const at = nextOccurrence(repeat, Math.max(scheduled_at, coalesced_until), calendars);
  if (at === undefined || at > now) return at === undefined ? undefined : { at };
  const isMissed = repeat.missed === "all" && at <= (firstStartOf(job) ?? now);
  if (isMissed || repeat.overlap === "queue") return catchingUp(repeat, at, now);
  const later = nextOccurrence(repeat, now, calendars);
  return later === undefined ? undefined : { at: later };
}

/** The most time that the run after a late one has left, so that it is not late as well by the time it starts, in milliseconds. */
const mostMarginMs = 5000;

/** Without it a frequent series that is behind would plan for ever what is just in time, and skip all of it. */
const marginOf = ({ reason, repeat }: Job): number =>
  repeat && reason === runReasons.late ? Math.min(mostMarginMs, maxLateness(repeat) / 2) : 0;

/** Up to which time a run that has begun stands for occurrences of its series: one that started late made others miss theirs. */
const standsUntil = (job: Job): number => Math.max(job.scheduled_at, job.coalesced_until ?? 0, firstStartOf(job) ?? 0);

/** A run that is planned for an occurrence that may have passed: it stands for all others, unless each has its own run. */
function catchingUp({ missed, overlap }: Repeat, at: number | undefined, now: number): Planned | undefined {
  if (at === undefined) return undefined;
  // With `cancel_previous` a run stands for the occurrences up to its start.
  return at > now || missed === "all" || overlap === "cancel_previous" ? { at } : { at, coalesced_until: now };
}

/**
 * When the run is planned that will end the current one, with `overlap: cancel_previous`. Undefined if the current run has not begun,
 * or nothing may follow it.
 */
export function successorOf(job: Job, now: number, calendars: Calendars = noCalendars): number | undefined {
  if (job.repeat?.overlap !== "cancel_previous" || !hasBegun(job) || job.pause_requested) return undefined;
  return plannedAfter(job, now, calendars)?.at;
}

/**
 * When the next run is planned, if it is due at `now` and so ends the current one: a retry, or the restart of a run whose end was
 * under way, comes too late. Undefined if the current run may go on.
 */
export function supersededBy(job: Job, now: number, calendars: Calendars = noCalendars): number | undefined {
  const at = job.next_at ?? successorOf(job, now, calendars);
  return at !== undefined && at <= now ? at : undefined;
}

/** The job as it will be once its next run, which is planned for `at`, has ended the current one: that run is dispatched ahead. */
export const withSuccessor = (job: Job, at: number): Job => ({ ...job, run: job.run + 1, attempt: 1, due_at: at });

/**
 * A running job whose next run, which is planned for `at`, has come to end it. The consumer that had the claim has lost it, so its outcome
 * is discarded. The new claim does not count, since nothing is started under it.
 */
export const takenOver = (job: Job, { claimId, now, leaseMarginMs }: Claim, at: number): Job => ({
  ...job,
  claim_id: claimId,
  lease_until: now + leaseMarginMs,
  next_at: at,
  version: job.version + 1,
});

/** A run that ends at `now` because the next one, which is planned for `at`, is due. */
export const superseded = (job: Job, now: number, at: number): Job => ({
  ...cancelled(job, now, runReasons.superseded),
  next_at: at,
});

/**
 * The same of a run that waits for another attempt. Its record depends on nothing but the job, since several may write it at the
 * same time.
 */
export const supersededWhileWaiting = (job: Job, at: number): Job =>
  superseded(job, Math.max(at, job.attempts.at(-1)?.ended_at ?? at), at);

/**
 * The next run of a recurring job whose run is over. Undefined if the series has reached its limit or its end date: the job
 * then ends with its last run.
 */
export function continued(ended: Job, now: number, calendars: Calendars = noCalendars): Continuation | undefined {
  const planned = plannedAfter(ended, now, calendars);
  if (!planned) return undefined;
  const last_run = ended.attempts.at(-1);
  const skipped_runs = (ended.skipped_runs ?? 0) + Number(isSkipped(ended));
  const next = {
    ...withRun(ended, ended.run + 1, planned, now),
    ...(last_run && { last_run }),
    ...(skipped_runs > 0 && { skipped_runs }),
  };
  return { run: runRecordOf(ended), next };
}

/**
 * A series whose next run is skipped: the occurrence after it takes the number of the run, so that numbers stay without gaps and
 * the limit counts only runs. Undefined if the series has no later occurrence.
 */
export function skipped(job: Job, now: number, calendars: Calendars = noCalendars): Job | undefined {
  const { repeat, coalesced_until = 0, scheduled_at } = job;
  const from = repeat?.missed === "all" ? scheduled_at : Math.max(scheduled_at, coalesced_until, now);
  const at = repeat && nextOccurrence(repeat, from, calendars);
  return at === undefined ? undefined : { ...withRun(job, job.run, { at }, now), version: job.version + 1 };
}

/** A recurring job between two runs, waiting for run number `run`. */
export function withRun(job: Job, run: number, { at, coalesced_until }: Planned, now: number): Job {
  const { started_at, finished_at, result, error, reason, progress, retried_after, pause_requested, ...rest } = job;
  const {
    begun_at: _begun,
    begun_claims: _claims,
    coalesced_until: _before,
    next_at: _next,
    moved: _moved,
    reserved: _reserved,
    snoozes: _snoozes,
    ...kept
  } = rest;
  return {
    ...kept,
    status: pause_requested ? "paused" : waiting(at, now),
    run,
    attempt: 1,
    due_at: at,
    scheduled_at: at,
    ...(coalesced_until !== undefined && { coalesced_until }),
    claims: 0,
    attempts: [],
  };
}
