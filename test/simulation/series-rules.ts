import type { Job, Repeat } from "../../lambdas/core/job/job.ts";
import { isPutOff, isWaiting, type Ledger, type Life, nameOf } from "./ledger.ts";
import { secondDay } from "./policies.ts";
import { limits } from "./product.ts";
import type { Write } from "./write.ts";

/**
 * The most time between an outcome and the planning of the next run, by the consumer's clock: the consumer may be suspended in
 * between.
 */
const plannedWithinMs = 90_000;

/** The occurrence after `time` in a series that the simulated requests use (requests.ts, policies.ts). */
function occurrenceAfter({ every, anchor, end_date = never, except, offset_ms = 0 }: Repeat, time: number) {
  const [first, step] = every === undefined ? [0, 300_000] : [anchor, every];
  const after = (from: number) => (from < first ? first : first + (Math.floor((from - first) / step) + 1) * step);
  const next = after(time - offset_ms);
  const open = except && next < secondDay ? after(secondDay - 1) : next;
  return open + offset_ms <= end_date ? open + offset_ms : undefined;
}

export const isOccurrence = (repeat: Repeat, time: number): boolean => occurrenceAfter(repeat, time - 1) === time;

const never = Number.POSITIVE_INFINITY;
/** The reasons of runs that ended before their time, in words of our own. */
type Ended = { reason?: string | undefined };
const isLate = ({ reason = "" }: Ended) => reason.includes("max_lateness_ms");
export const isSkipped = ({ reason = "" }: Ended) => isLate({ reason }) || reason.includes("does not run on this day");
const isEndedByNext = ({ reason = "" }: Ended) => reason.includes("by the next run");

const mostLate = ({ max_lateness_ms, missed }: Repeat) => max_lateness_ms ?? (missed === "skip" ? 60_000 : never);

/**
 * After a run that was late, occurrences that are so soon too late are passed over too: the next run would be late as well, and a
 * frequent series that is behind would never catch up.
 */
const marginOf = (run: Ended, repeat: Repeat) => (isLate(run) ? Math.min(5000, mostLate(repeat) / 2) : 0);

/** When the current run of a job was first started. */
const startOf = ({ run, attempts, parked_since, started_at }: Job, { putOff }: Life) =>
  (putOff?.run === run ? putOff.since : undefined) ?? attempts[0]?.started_at ?? parked_since ?? started_at;

/** A provider that puts off the first attempt of a run has been asked: from then on the run has begun. */
export function startIsRemembered({ lifeOf }: Ledger, { before, after }: Write) {
  // A run that is resumed begins anew.
  if (before?.status === "paused" && isWaiting(after)) {
    const life = lifeOf(after.id);
    delete life.putOff;
    life.started.delete(after.run);
    life.claims.delete(`${after.run} ${after.attempt}`);
  }
  if (!isPutOff(before, after) || before?.started_at === undefined || before.attempts.length > 0) return;
  const life = lifeOf(after.id);
  if (life.putOff?.run !== before.run) life.putOff = { run: before.run, since: before.started_at };
}

/**
 * Invariant 7: runs follow one another, each archived before the next exists, within limit and end date, and on the grid. None
 * is left out but those that a run has outlasted, and those that are too late: all of these with `skip`, and all but one, which
 * is due at once, with `queue`.
 */
export function runsFollow(ledger: Ledger, write: Write) {
  const { before, after, by } = write;
  if (!before || after.run === before.run) return;
  const { observer, lifeOf } = ledger;
  const wrong = (text: string) => observer.violated(7, `${nameOf(after)} ${text}`);
  const life = lifeOf(before.id);
  const kept = life.archive.get(before.run);
  if (after.run !== before.run + 1) wrong(`follows run ${before.run}`);
  // The lifecycle would take that write for a claim, and sleep through the end of the run before.
  if (after.status === "running") wrong("runs as soon as it is there");
  if (!kept) wrong("is there, and the run before it is not in the archive");
  if (before.pause_requested && after.status !== "paused")
    observer.violated(4, `${nameOf(before)} was to pause, and continues with run ${after.run}`);
  if (after.attempt !== 1 || after.attempts.length > 0) wrong("does not begin with its first attempt");
  const { repeat, scheduled_at } = after;
  if (!repeat || !kept) return;
  const skipped = skippedBefore(life, after.run);
  if (repeat.limit !== undefined && after.run - skipped > repeat.limit) wrong(`is beyond its limit ${repeat.limit}`);
  if (isSkipped(kept) && life.started.has(before.run)) wrong("follows a run that was skipped after it had started");
  if (scheduled_at !== occurrenceAfter(repeat, scheduled_at - 1)) wrong("is not at an occurrence of its series");
  if (isSkipped(kept)) followsSkipped(ledger, write);
  else if (repeat.overlap === "cancel_previous") followsBegun(ledger, write);
  else if (repeat.missed === "all") followsEach(ledger, write);
  else followsOutlasted(ledger, write);
  if (isEndedByNext(kept)) {
    observer.cover("a run is cancelled by the next one");
    if (repeat.overlap !== "cancel_previous") wrong("has cancelled the run before it");
    if (scheduled_at > by.began + by.skew + plannedWithinMs) wrong("has cancelled the run before it ahead of its time");
  }
}

/** After a run that was skipped: the first occurrence that is not too late. */
function followsSkipped({ observer, lifeOf }: Ledger, { before, after, now, by }: Write) {
  const life = lifeOf(after.id);
  const { repeat, scheduled_at } = after;
  if (!before || !repeat) return;
  observer.cover("a run is skipped");
  const kept = life.archive.get(before.run);
  const waited = Math.max(before.scheduled_at, before.coalesced_until ?? 0);
  const late = (kept?.finished_at ?? 0) - waited;
  // A rate that knows of no start in time gives the run none, so it is skipped before it is late (limits).
  const isRated = after.gates?.some(({ limit }) => limits[limit]?.rate) ?? false;
  if (kept && isLate(kept) && late <= mostLate(repeat) && !isRated)
    observer.violated("series", `${nameOf(before)} was skipped and was only ${late} ms late`);
  const floor = (from: number) => Math.max(before.scheduled_at, from - mostLate(repeat) - 1);
  const margin = kept ? marginOf(kept, repeat) : 0;
  const first = occurrenceAfter(repeat, floor((kept?.finished_at ?? 0) + margin));
  const last = occurrenceAfter(repeat, floor(now + by.skew + margin));
  if (scheduled_at < (first ?? 0) || scheduled_at > (last ?? never))
    observer.violated(7, `${nameOf(after)} is not the first run that is in time after one that was not`);
  remember(life, after, kept?.finished_at ?? 0);
}

/** With `cancel_previous`: the first occurrence after the start of the run, unless it is too late by now. */
function followsBegun({ observer, lifeOf }: Ledger, { before, after, now, by }: Write) {
  const { repeat, scheduled_at } = after;
  if (!before || !repeat) return;
  const stood = Math.max(before.scheduled_at, startOf(before, lifeOf(after.id)) ?? 0, before.coalesced_until ?? 0);
  const floor = Math.max(stood, now + by.skew - mostLate(repeat) - 1);
  const isFirst = scheduled_at === occurrenceAfter(repeat, stood) || scheduled_at === before.next_at;
  const isInTime = scheduled_at > stood && scheduled_at <= (occurrenceAfter(repeat, floor) ?? never);
  if (!isFirst && !(mostLate(repeat) < never && isInTime))
    observer.violated(7, `${nameOf(after)} is not the first one after the start of the run before it`);
  delete lifeOf(after.id).madeUpUntil;
}

/** With `missed: all`: each occurrence in turn, but those that a run has outlasted with `skip`. */
function followsEach(ledger: Ledger, write: Write) {
  const { before, after } = write;
  const { repeat, scheduled_at } = after;
  if (!before || !repeat) return;
  const stood = Math.max(before.scheduled_at, before.coalesced_until ?? 0);
  const next = occurrenceAfter(repeat, stood);
  const start = startOf(before, ledger.lifeOf(after.id)) ?? 0;
  const isMissed = next !== undefined && next <= start;
  if (repeat.overlap === "skip" && !isMissed) return followsOutlasted(ledger, write);
  if (scheduled_at <= start) ledger.observer.cover("a missed occurrence has its own run");
  if (scheduled_at !== next) ledger.observer.violated(7, `${nameOf(after)} leaves an occurrence out, or repeats one`);
  delete ledger.lifeOf(after.id).madeUpUntil;
}

function followsOutlasted({ observer, lifeOf }: Ledger, { before, after }: Write) {
  const wrong = (text: string) => observer.violated(7, `${nameOf(after)} ${text}`);
  const { repeat, scheduled_at } = after;
  if (!before || !repeat) return;
  const life = lifeOf(after.id);
  const ended = after.last_run?.ended_at ?? 0;
  const { madeUpUntil = 0 } = life;
  const isOutlasted = scheduled_at <= ended;
  if (isOutlasted && repeat.overlap === "skip") wrong("is planned for what the run before it has outlasted");
  const first = occurrenceAfter(repeat, Math.max(before.scheduled_at, madeUpUntil)) ?? 0;
  const skipped = repeat.overlap === "skip" ? ended : madeUpUntil;
  // An added run stands for what a caller has skipped, and for what is before the start that was asked for.
  const stood = Math.max(before.scheduled_at, before.coalesced_until ?? 0);
  const last = occurrenceAfter(repeat, Math.max(stood, skipped + plannedWithinMs * Number(skipped > 0)));
  if (scheduled_at < first) wrong("is planned for what a run before it stands for");
  if (scheduled_at > (last ?? scheduled_at)) wrong("leaves an occurrence out");
  remember(life, after, ended);
}

/** A run that is due at once stands for all occurrences until then. */
function remember(life: Life, { scheduled_at, coalesced_until }: Job, until: number) {
  if (coalesced_until !== undefined && scheduled_at <= until + plannedWithinMs) life.madeUpUntil = until;
  else delete life.madeUpUntil;
}

/** With `cancel_previous` the next run takes the claim of the one before it only to end it, and only once it is due. */
export function endsForTheNext({ observer }: Ledger, { by, before, after }: Write) {
  if (after.next_at === undefined || after.next_at === before?.next_at || after.status !== "running" || !before) return;
  const wrong = (text: string) => observer.violated(3, `${nameOf(before)} has lost its claim ${text}`);
  const { repeat } = after;
  if (repeat?.overlap !== "cancel_previous" || before.status !== "running") wrong("to a run that must wait for it");
  if (before.pause_requested)
    observer.violated(4, `${nameOf(before)} has lost its claim although a pause waits for it`);
  if (after.next_at > by.began + by.skew + plannedWithinMs) wrong("to a run that is not due");
  if (before.claims !== after.claims || before.attempt !== after.attempt) wrong("and spends an attempt");
}

/** How many of the runs before one were skipped. */
const skippedBefore = ({ skipped }: Pick<Life, "skipped">, run: number): number =>
  [...skipped].filter((one) => one < run).length;

/** Invariants 1 and 7: a series ends at its limit or its end date, and never with a failed run. */
export function seriesGoesOn({ observer, lifeOf }: Ledger, { by, before, after, now }: Write) {
  if (before?.status !== "running" || by.job_id !== after.id || !after.repeat) return;
  if (after.status !== "completed" && after.status !== "failed" && !isSkipped(after) && !isEndedByNext(after)) return;
  const { limit = never } = after.repeat;
  const life = lifeOf(after.id);
  const { madeUpUntil } = life;
  const run = after.run - skippedBefore(life, after.run);
  const outlasted = after.repeat.missed === "all" ? undefined : madeUpUntil;
  const skipped = after.repeat.overlap === "queue" ? outlasted : after.finished_at;
  const tooLate =
    mostLate(after.repeat) < never ? now + by.skew - mostLate(after.repeat) + marginOf(after, after.repeat) : 0;
  const from = Math.max(after.scheduled_at, tooLate, skipped === undefined ? 0 : skipped + plannedWithinMs);
  if (run - Number(isSkipped(after)) < limit && occurrenceAfter(after.repeat, from) !== undefined)
    observer.violated(7, `${nameOf(after)} was the last one, although its series is not over`);
}

/** Invariant 4: a paused job waits between two runs, until somebody resumes it, for a future occurrence. */
export function pausedWaits({ observer }: Ledger, { by, before, after }: Write) {
  if (after.status === "paused" && (after.attempt > 1 || (before?.status === "running" && before.run === after.run)))
    observer.violated(4, `${nameOf(after)} was paused during the run`);
  if (before?.status !== "paused" || !isWaiting(after)) return;
  // A deployment undoes what people have done to the job of a schedule.
  const isUndone = by.purpose === "reconciler" && after.schedule !== undefined;
  if (!by.what.endsWith("resume") && !isUndone)
    observer.violated(4, `${nameOf(after)}, which was paused, was resumed by ${by.what}`);
  if (after.due_at < by.began + by.skew) observer.violated(4, `${nameOf(after)} makes up for what it has missed`);
}

/** A planned run lies within the series, and its first attempt is due at the run's time. */
export function plannedIsDue({ observer, lifeOf }: Ledger, { before, after }: Write) {
  // Whoever moves a run chooses its time, and it still counts for its original occurrence.
  if (before?.run === after.run && before.scheduled_at !== after.scheduled_at) delete lifeOf(after.id).madeUpUntil;
  if (!["scheduled", "queued", "paused"].includes(after.status) || after.attempt > 1) return;
  // A run that has begun, and waits for its next try, is moved without its planned time.
  const hasBegun = after.snoozes !== undefined || after.claims > 0;
  // Each deployment that leaves its time and changes its limits moves it by a millisecond, since its messages name that time.
  const isRenamed = after.schedule !== undefined && after.due_at - after.scheduled_at < 10;
  const isLater = after.reserved?.until === after.due_at || hasBegun || isRenamed;
  if (after.due_at !== after.scheduled_at && !isLater)
    observer.violated("series", `${nameOf(after)} is planned ${after.scheduled_at - after.due_at} ms off its due_at`);
  if (after.scheduled_at > (after.repeat?.end_date ?? after.scheduled_at))
    observer.violated(7, `${nameOf(after)} is planned after its end date`);
}
