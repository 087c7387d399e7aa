import { Cron, CronPattern } from "croner";
import { defined } from "../kernel/defined.ts";
import { dayMs } from "../kernel/duration-ms.ts";
import { endOfDay, offsetAt, wallClock } from "../kernel/zone.ts";
import type { Claim } from "./claim.ts";
import { firstStartOf } from "./first-start.ts";
import { hasBegun, isFinished, isKnownSeries, type Job, type Repeat, type RunRecord } from "./job.ts";
import { cancelled, waiting, withoutRun } from "./transitions.ts";

interface Continuation {
  /** The archive's record of the run that has ended. */
  run: RunRecord;
  /** The job with its next run. */
  next: Job;
}

/** When a run is planned, and up to which time it stands for occurrences that were missed. */
interface Planned {
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
  ...defined({ started_at: job.started_at ?? job.begun_at }),
  finished_at: job.finished_at ?? job.due_at,
  attempts: job.attempts,
  ...defined({ result: job.result, error: job.error, reason: job.reason, rolled_back: job.rolled_back }),
});

/** How many further runs the series may have after the current one. Runs that were skipped do not count. */
export function runsLeft({ repeat, run, skipped_runs = 0, ...job }: Job): number {
  const limit = repeat?.limit ?? Number.POSITIVE_INFINITY;
  return limit - run + skipped_runs + Number(isSkipped({ run, ...job }));
}

/** The lateness with `missed: skip` from which a run counts as missed: the reconciler dispatches a lost message after a minute. */
const skippedAfterMs = 60_000;

const maxLateness = ({ max_lateness_ms, missed }: Repeat): number =>
  max_lateness_ms ?? (missed === "skip" ? skippedAfterMs : Number.POSITIVE_INFINITY);

/**
 * Why a run that could start now is skipped instead. A run that waited behind another one is late only from the end of that one.
 * A run that has begun is never skipped, nor one whose time a caller has chosen, except for being late.
 */
export function skipReason(job: Job, now: number, calendars: Calendars = noCalendars): string | undefined {
  const { repeat, scheduled_at } = job;
  if (!repeat || !isFirstStart(job)) return undefined;
  if (plannedStartOf(job, now) > latestStartOf(job)) return runReasons.late;
  return !job.moved && isExcepted(repeat, scheduled_at, calendars) ? runReasons.excepted : undefined;
}

/** Whether it is too late to start a job. A parked one has started: only its start expires. */
export const hasExpired = ({ expires_at, parked_since }: Job, now: number): boolean =>
  parked_since === undefined && expires_at !== undefined && expires_at <= now;

/**
 * Whether a job would be ended by its next claim, and not started: it has expired, its run is skipped, or the end of that for the next
 * one was begun.
 */
export function isSeriesOver(job: Job, now: number, calendars: Calendars = noCalendars): boolean {
  if (job.ending) return false;
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
function plannedStartOf({ reserved, due_at }: Job, now: number): number {
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
    const from = Math.max(stood, now - maxLateness(repeat) - 1 + lateMargin(job));
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
const lateMargin = ({ reason, repeat }: Job): number =>
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
  // The next run has ended it already, or comes once it has ended by itself.
  if (job.ending) return undefined;
  return plannedAfter(job, now, calendars)?.at;
}

/**
 * When the next run is planned, if it is due at `now` and so ends the current one: a retry, or the restart of a run whose end was
 * under way, comes too late. Undefined if the current run may go on.
 */
export function supersededBy(job: Job, now: number, calendars: Calendars = noCalendars): number | undefined {
  const at = job.ending ? undefined : (job.next_at ?? successorOf(job, now, calendars));
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
export const supersededRun = (job: Job, now: number, at: number): Job => ({
  ...cancelled(job, now, runReasons.superseded),
  next_at: at,
});

/**
 * The same of a run that waits for another attempt. Its record depends on nothing but the job, since several may write it at the
 * same time.
 */
export const supersededWhileWaiting = (job: Job, at: number): Job =>
  supersededRun(job, Math.max(at, job.attempts.at(-1)?.ended_at ?? at), at);

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
export function skippedSeries(job: Job, now: number, calendars: Calendars = noCalendars): Job | undefined {
  const { repeat, coalesced_until = 0, scheduled_at } = job;
  const from = repeat?.missed === "all" ? scheduled_at : Math.max(scheduled_at, coalesced_until, now);
  const at = repeat && nextOccurrence(repeat, from, calendars);
  return at === undefined ? undefined : { ...withRun(job, job.run, { at }, now), version: job.version + 1 };
}

/** After a run has ended, and after what it has received last, by whatever clock. */
const afterReceived = ({ waits = [] }: Job, now: number): number =>
  Math.max(now, ...waits.map(({ received }) => received?.at ?? 0)) + 1;

/** A recurring job between two runs, waiting for run number `run`. */
export function withRun(job: Job, run: number, { at, coalesced_until }: Planned, now: number): Job {
  const { started_at, finished_at, result, error, reason, progress, retried_after, pause_requested, ...rest } =
    withoutRun(job);
  const {
    begun_at: _begun,
    begun_claims: _claims,
    coalesced_until: _before,
    next_at: _next,
    messages_since: _since,
    moved: _moved,
    reserved: _reserved,
    snoozes: _snoozes,
    ...kept
  } = rest;
  return {
    ...kept,
    // What the run has received last is told by the write that ends it, which this is.
    ...defined({ waits: job.waits }),
    status: pause_requested ? "paused" : waiting(at, now),
    run,
    attempt: 1,
    due_at: at,
    scheduled_at: at,
    ...(coalesced_until !== undefined && { coalesced_until }),
    ...(job.type === "feature" && at < now && { messages_since: afterReceived(job, now) }),
    claims: 0,
    attempts: [],
  };
}

/** The last 12 hexadecimal digits of an id are random, or those of a hash. */
const offsetOf = (id: string, spreadMs: number): number => Number.parseInt(id.slice(-12), 16) % spreadMs;

/** A series with its own part of `spread_ms`, which is derived from the id of its job and so never changes. */
export const spread = (repeat: Repeat, id: string): Repeat =>
  repeat.spread_ms === undefined ? repeat : { ...repeat, offset_ms: offsetOf(id, repeat.spread_ms) };

const mode = "5-or-6-parts";

const cronOf = ({ cron = "", tz }: Pick<Repeat, "cron" | "tz">): Cron =>
  new Cron(cron, { paused: true, mode, fixedTimeRule: "no-wildcard", ...zoneOf(tz) });

/**
 * croner keeps a format of some 40 KB for every spelling of a time zone, and never drops it. So each name has one spelling
 * here, and offsets, of which there are thousands, use no format.
 */
function zoneOf(tz = "UTC"): { timezone: string } | { utcOffset: number } {
  const minutes = offsetMinutes(tz);
  return minutes === undefined || Math.abs(minutes) > farthestMinutes
    ? { timezone: tz.toLowerCase() }
    : { utcOffset: minutes };
}

/** No time zone on Earth is farther from UTC. */
const farthestMinutes = 14 * 60;

/** Minutes ahead of UTC for a time zone that is an offset, such as `+01:00` or `+01`. Undefined for any other. */
function offsetMinutes(tz: string): number | undefined {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(tz) ?? [];
  if (sign === undefined) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

export function isTimeZone(tz: string): boolean {
  if (Math.abs(offsetMinutes(tz) ?? 0) > farthestMinutes) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: tz });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first occurrence after `after`, within the series' end date. It is computed from the pattern or the anchor and never
 * from the end of a run, so that nothing drifts.
 *
 * When clocks go forward, the times that they leave out are made up for by one at the end of the gap (02:30 becomes 03:00), except those
 * of an expression for every hour, which goes on in the next one. When they go back, croner's rule holds: times of day occur once, and
 * those of an expression with `*` or a step in its second, minute or hour occur both times. Vixie cron divides expressions similarly, but
 * makes up for no time of one that begins its minute or hour with `*`.
 * https://croner.56k.guru/usage/configuration/
 *
 * The days of `except` are left out. The series' own offset comes last: it moves a run, but not the day that counts.
 */
export function nextOccurrence(repeat: Repeat, after: number, calendars: Calendars = noCalendars): number | undefined {
  const { offset_ms = 0, end_date = Number.POSITIVE_INFINITY } = repeat;
  const planned = nextOpen(repeat, after - offset_ms, calendars);
  const next = planned === undefined ? undefined : planned + offset_ms;
  return next !== undefined && next <= end_date ? next : undefined;
}

/** The first occurrence at or after `from`. */
export const firstOccurrence = (repeat: Repeat, from: number, calendars?: Calendars): number | undefined =>
  nextOccurrence(repeat, from - 1, calendars);

/** Whether a time of the series lies on a day that it excepts. */
export const isExcepted = (repeat: Repeat, at: number, calendars: Calendars): boolean =>
  exceptedUntil(repeat, calendars)(at - (repeat.offset_ms ?? 0)) !== undefined;

/** The next time on a day that is not excepted. Whole days are left out at a time, since a day may have many occurrences. */
function nextOpen(repeat: Repeat, after: number, calendars: Calendars): number | undefined {
  const closed = exceptedUntil(repeat, calendars);
  for (let from: number | undefined = after; ; ) {
    const next = nextByPattern(repeat, from);
    const until: number | undefined = next === undefined ? undefined : closed(next);
    if (until === undefined) return next;
    from = until;
  }
}

function nextByPattern(repeat: Repeat, after: number): number | undefined {
  if (!isKnownSeries(repeat)) return undefined;
  return repeat.every === undefined ? nextByCron(repeat, after) : nextByInterval(repeat, repeat.every, after);
}

function nextByCron(repeat: Repeat, after: number): number | undefined {
  const { cron = "", tz } = repeat;
  const next = cronOf(repeat).nextRun(new Date(after))?.getTime();
  if (tz === undefined || offsetMinutes(tz) !== undefined) return next;
  if (next !== undefined && isSteady(after, next, tz)) return next;
  const moved = isHourly(cron) ? undefined : nextMoved(cron, tz, after);
  return moved === undefined ? next : Math.min(moved, next ?? moved);
}

/** Whether the clocks do not change between two times. In no time zone they change and change back within a week. */
const isSteady = (from: number, to: number, tz: string): boolean =>
  to - from < 7 * dayMs && offsetAt(from, tz) === offsetAt(to, tz);

/** The end of the gap in which the next time of an expression lies. */
function nextMoved(cron: string, tz: string, after: number): number | undefined {
  const next = cronOf({ cron })
    .nextRun(new Date(wallClock(after, tz)))
    ?.getTime();
  return next === undefined ? undefined : endOfGap(next, tz);
}

const isHourly = (cron: string): boolean => new CronPattern(cron, undefined, { mode }).hour.every((isNamed) => isNamed);

/** When the clocks go forward past a local time that they leave out. Undefined for a time that there is. */
function endOfGap(wall: number, tz: string): number | undefined {
  const [before, after] = [offsetAt(wall - dayMs, tz), offsetAt(wall + dayMs, tz)];
  if (before >= after || [before, after].some((offset) => offsetAt(wall - offset, tz) === offset)) return undefined;
  let [earlier, end] = [wall - after, wall - before];
  while (end - earlier > 1) {
    const middle = Math.floor((earlier + end) / 2);
    if (offsetAt(middle, tz) === after) end = middle;
    else earlier = middle;
  }
  return end;
}

const nextByInterval = ({ anchor }: Repeat, every: number, after: number): number =>
  after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;

/** The calendars of a product: by name, the days (`YYYY-MM-DD`) on which series that name the calendar do not run. */
export type Calendars = Readonly<Record<string, readonly string[]>>;

export const noCalendars: Calendars = {};

const datePattern = /^\d{4}-\d\d-\d\d$/;

/** Whether an entry of `except` is a date rather than the name of a calendar, which cannot begin with a digit. */
export const isDate = (entry: string): boolean => datePattern.test(entry);

/** Whether the calendar has such a day. */
export const dayExists = (day: string): boolean => isDate(day) && endOfDay(day, "UTC") !== undefined;

/** The day of a time in the time zone of a series. */
const dayInZone = (at: number, tz: string): string => new Date(wallClock(at, tz)).toISOString().slice(0, 10);

/** The days on which a series does not run. A calendar that the catalog has lost excepts nothing. */
function exceptedDays({ except = [] }: Repeat, calendars: Calendars): Set<string> {
  const named = (name: string) => (Object.hasOwn(calendars, name) ? (calendars[name] ?? []) : []);
  return new Set(except.flatMap((entry) => (isDate(entry) ? [entry] : named(entry))));
}

/** The end of the day on which a time lies if the series does not run on that day, epoch milliseconds; otherwise undefined. */
function exceptedUntil(repeat: Repeat, calendars: Calendars): (at: number) => number | undefined {
  if (repeat.except === undefined) return () => undefined;
  const days = exceptedDays(repeat, calendars);
  const { tz = "UTC" } = repeat;
  return (at) => {
    const day = dayInZone(at, tz);
    return days.has(day) ? Math.max(at, endOfDay(day, tz) ?? at) : undefined;
  };
}
