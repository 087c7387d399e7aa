import type { Repeat } from "../../lambdas/core/job/job.ts";
import { isWaiting, type Ledger, nameOf } from "./ledger.ts";
import type { Write } from "./write.ts";

/**
 * The most time between an outcome and the planning of the next run, by the consumer's clock: the consumer may be suspended in
 * between.
 */
const plannedWithinMs = 90_000;

/** The occurrence after `time` in the only series that the simulated requests use (requests.ts). */
function occurrenceAfter({ every, anchor, end_date = Number.POSITIVE_INFINITY }: Repeat, time: number) {
  const [first, step] = every === undefined ? [0, 300_000] : [anchor, every];
  const next = time < first ? first : first + (Math.floor((time - first) / step) + 1) * step;
  return next <= end_date ? next : undefined;
}

/**
 * Invariant 7: runs follow one another, each archived before the next exists, within limit and end date, and on the grid. None
 * is left out but those that a run has outlasted: all of these with `skip`, and all but one, which is due at once, with
 * `queue`.
 */
export function runsFollow({ observer, lifeOf }: Ledger, { before, after }: Write) {
  if (!before || after.run === before.run) return;
  const wrong = (text: string) => observer.violated(7, `${nameOf(after)} ${text}`);
  const life = lifeOf(before.id);
  if (after.run !== before.run + 1) wrong(`follows run ${before.run}`);
  if (!life.archive.has(before.run)) wrong("is there, and the run before it is not in the archive");
  if (before.pause_requested && after.status !== "paused")
    observer.violated(4, `${nameOf(before)} was to pause, and continues with run ${after.run}`);
  if (after.attempt !== 1 || after.attempts.length > 0) wrong("does not begin with its first attempt");
  const { repeat, scheduled_at } = after;
  if (!repeat) return;
  if (repeat.limit !== undefined && after.run > repeat.limit) wrong(`is beyond its limit ${repeat.limit}`);
  const ended = after.last_run?.ended_at ?? 0;
  const { madeUpUntil = 0 } = life;
  const isOutlasted = scheduled_at <= ended;
  if (isOutlasted && repeat.overlap === "skip") wrong("is planned for what the run before it has outlasted");
  const first = occurrenceAfter(repeat, Math.max(before.scheduled_at, madeUpUntil)) ?? 0;
  const skipped = repeat.overlap === "skip" ? ended : madeUpUntil;
  const last = occurrenceAfter(repeat, Math.max(before.scheduled_at, skipped + plannedWithinMs * Number(skipped > 0)));
  if (scheduled_at < first) wrong("is planned for what a run before it stands for");
  if (scheduled_at > (last ?? scheduled_at)) wrong("leaves an occurrence out");
  if (scheduled_at !== occurrenceAfter(repeat, scheduled_at - 1)) wrong("is not at an occurrence of its series");
  if (scheduled_at <= ended + plannedWithinMs) life.madeUpUntil = ended;
  else delete life.madeUpUntil;
}

/** Invariants 1 and 7: a series ends at its limit or its end date, and never with a failed run. */
export function seriesGoesOn({ observer, lifeOf }: Ledger, { by, before, after }: Write) {
  if (before?.status !== "running" || by.job_id !== after.id || !after.repeat) return;
  if (after.status !== "completed" && after.status !== "failed") return;
  const { limit = Number.POSITIVE_INFINITY } = after.repeat;
  const { madeUpUntil } = lifeOf(after.id);
  const skipped = after.repeat.overlap === "skip" ? after.finished_at : madeUpUntil;
  const from = Math.max(after.scheduled_at, skipped === undefined ? 0 : skipped + plannedWithinMs);
  if (after.run < limit && occurrenceAfter(after.repeat, from) !== undefined)
    observer.violated(7, `${nameOf(after)} was the last one, although its series is not over`);
}

/** Invariant 4: a paused job waits between two runs, until somebody resumes it, for a future occurrence. */
export function pausedWaits({ observer }: Ledger, { by, before, after }: Write) {
  if (after.status === "paused" && (after.attempt > 1 || (before?.status === "running" && before.run === after.run)))
    observer.violated(4, `${nameOf(after)} was paused during the run`);
  if (before?.status !== "paused" || !isWaiting(after)) return;
  if (!by.what.endsWith("resume"))
    observer.violated(4, `${nameOf(after)}, which was paused, was resumed by ${by.what}`);
  if (after.due_at < by.began + by.skew) observer.violated(4, `${nameOf(after)} makes up for what it has missed`);
}

/** A planned run lies within the series, and its first attempt is due at the run's time. */
export function plannedIsDue({ observer, lifeOf }: Ledger, { before, after }: Write) {
  // Whoever moves a run chooses its time, and it still counts for its original occurrence.
  if (before?.run === after.run && before.scheduled_at !== after.scheduled_at) delete lifeOf(after.id).madeUpUntil;
  if (!["scheduled", "queued", "paused"].includes(after.status) || after.attempt > 1) return;
  const isLater = after.reserved?.until === after.due_at || after.snoozes !== undefined;
  if (after.due_at !== after.scheduled_at && !isLater)
    observer.violated("series", `${nameOf(after)} is planned ${after.scheduled_at - after.due_at} ms off its due_at`);
  if (after.scheduled_at > (after.repeat?.end_date ?? after.scheduled_at))
    observer.violated(7, `${nameOf(after)} is planned after its end date`);
}
