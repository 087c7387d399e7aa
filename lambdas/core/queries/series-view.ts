import type * as z from "zod";
import type { Drift } from "../catalog/schedules.ts";
import { hasBegun, isFinished, isWaiting, type Job, type RunRecord } from "../job/job.ts";
import type { Pause } from "../job/pause.ts";
import { type Calendars, nextOccurrence, noCalendars, plannedAfter, runsLeft, skipReason } from "../job/series.ts";
import { defined } from "../kernel/defined.ts";
import { type FireTime, localTimes } from "./fire-times.ts";
import type { LastRunSchema, SeriesSchema } from "./schemas/series.ts";
import { summaryOf } from "./view.ts";

export type SeriesView = z.infer<typeof SeriesSchema>;
type LastRunView = z.infer<typeof LastRunSchema>;

/** How many runs of a series are shown: those that have begun, and those that are planned. */
export const shownRuns = { last: 30, next: 10 } as const;

/** What of the catalog and the pauses a series is shown with. */
interface SeriesContext {
  calendars?: Calendars;
  pauses?: readonly Pause[];
  drift?: Drift[];
}

/** A series with its last runs, given those that are archived, and its next ones. */
export const seriesView = (
  job: Job,
  archived: readonly RunRecord[],
  now: number,
  { calendars = noCalendars, pauses = [], drift = [] }: SeriesContext = {},
): SeriesView => ({
  ...summaryOf(job, now, pauses),
  ...(drift.length > 0 && { drift }),
  last_runs: [...(isFinished(job) || hasBegun(job) ? [job] : []), ...archived].slice(0, shownRuns.last).map(lastRunOf),
  next_runs: nextRuns(job, now, shownRuns.next, calendars),
});

type Run = Pick<Job, "run" | "status" | "scheduled_at" | "due_at" | "attempts"> &
  Partial<Pick<Job, "started_at" | "finished_at" | "begun_at">>;

function lastRunOf({ run, status, scheduled_at, attempts, begun_at, finished_at, ...one }: Run): LastRunView {
  // A run that its provider has put off is due later than when it was asked for.
  const first = attempts[0] ?? (status === "running" ? one : undefined);
  const started_at = one.started_at ?? begun_at;
  return {
    run,
    status,
    scheduled_at,
    ...defined({ started_at, finished_at }),
    ...(first?.started_at !== undefined && { lateness_ms: first.started_at - first.due_at }),
    ...(started_at !== undefined && finished_at !== undefined && { duration_ms: finished_at - started_at }),
  };
}

/** When the next `count` runs of a series start. For a paused series, as if it were resumed now. */
export function nextRuns(job: Job, now: number, count: number, calendars: Calendars = noCalendars): FireTime[] {
  const times: number[] = [];
  for (const at of runTimes(job, now, calendars)) if (times.push(at) === count) break;
  return localTimes(times, job.repeat);
}

/** The same, one time after the other for as long as the series goes on. `next` is for a caller that remembers occurrences. */
export function* runTimes(job: Job, now: number, calendars: Calendars, next = nextOccurrence): Generator<number, void> {
  const { repeat } = job;
  const first = firstTimeOf(job, now, calendars);
  if (!repeat || !first) return;
  let left = runsLeft(job) + (first.isCurrent ? 1 : 0);
  // What an overdue run has missed is not made up for, unless every occurrence has its own run.
  let after = Math.max(first.at, job.coalesced_until ?? 0, repeat.missed === "all" ? 0 : now);
  for (let at: number | undefined = first.at; at !== undefined && left > 0; left--) {
    yield at;
    at = next(repeat, after, calendars);
    after = at ?? after;
  }
}

/** The next run, and whether it is the one that the job's item holds. */
function firstTimeOf(job: Job, now: number, calendars: Calendars): { at: number; isCurrent: boolean } | undefined {
  if (isFinished(job) || !job.repeat) return undefined;
  if (isWaiting(job) && !hasBegun(job)) return current(job, now, calendars);
  if (job.status === "paused") {
    const at = job.scheduled_at > now ? job.scheduled_at : nextOccurrence(job.repeat, now, calendars);
    return at === undefined ? undefined : { at, isCurrent: true };
  }
  const planned = plannedAfter(job, now, calendars);
  return planned && { at: planned.at, isCurrent: false };
}

/** The run that waits, or the one after it if it will be skipped once its message comes. */
function current(job: Job, now: number, calendars: Calendars): { at: number; isCurrent: boolean } | undefined {
  const reason = skipReason(job, Math.max(now, job.due_at), calendars);
  if (reason === undefined) return { at: job.due_at, isCurrent: true };
  const planned = plannedAfter({ ...job, reason }, now, calendars);
  // A run that is skipped does not count, so the one after it takes its place.
  return planned && { at: planned.at, isCurrent: true };
}
