import type { SilenceRule } from "../catalog/alerts.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { isFinished, isKnownJob, type Job, type Repeat } from "../job/job.ts";
import { scheduleJobId } from "../job/job-id.ts";
import { covers, type Pause } from "../job/pause.ts";
import { type Calendars, nextOccurrence, noCalendars } from "../job/series.ts";
import type { Clock } from "../ports/clock.ts";
import type { JobStore } from "../ports/job-store.ts";

interface Overseeing {
  catalog: Catalog;
  jobs: Pick<JobStore, "get" | "runs">;
  clock: Clock;
}

/**
 * `held`: nothing can be said, since a pause holds the schedule, nothing of it is known, or what was planned is excused. What is open stays
 * open then: it is over when a run has completed.
 */
export type Overdue = { planned: number } | "fine" | "held";

/** How many of the latest runs are looked through for one that completed. */
const runsLooked = 100;

/**
 * Whether a run of a schedule is overdue: the first planned time since the last run that completed, for which nothing has completed within
 * the time that the alert gives. It is a question to what is stored, so that a run that completes writes nothing. `since` is when the tenant
 * got alerts.
 */
export async function overdueRun(
  { catalog, jobs, clock }: Overseeing,
  product: string,
  { env, schedule, withinMs }: SilenceRule,
  { since, pauses }: { since: number; pauses: readonly Pause[] },
): Promise<Overdue> {
  const job = await jobs.get(scheduleJobId(product, env, schedule));
  if (!job?.repeat || !isKnownJob(job) || job.status === "paused" || job.pause_requested) return "held";
  if (pauses.some((pause) => covers(pause, job))) return "held";
  const calendars = catalog.products.find(({ tag }) => tag === product)?.calendars ?? noCalendars;
  const completed = await lastCompleted(jobs, job);
  const from = Math.max(completed, since, job.created_at);
  const excused = excusedUntil(job, job.repeat, from, calendars);
  const planned = nextOccurrence(job.repeat, excused, calendars);
  if (planned !== undefined && planned + withinMs <= clock.now()) return { planned };
  return excused > from ? "held" : "fine";
}

/** When the last run ended that completed. */
async function lastCompleted(jobs: Pick<JobStore, "runs">, job: Job): Promise<number> {
  const latest = [...(isFinished(job) ? job.attempts.slice(-1) : []), ...(job.last_run ? [job.last_run] : [])];
  const [last] = latest;
  if (last === undefined) return Number.NEGATIVE_INFINITY;
  if (last.outcome === "completed") return last.ended_at;
  const { runs } = await jobs.runs(job.id, { limit: runsLooked, order: "desc" });
  return Math.max(
    ...runs.flatMap(({ status, finished_at, created_at }) =>
      status === "completed" && created_at === job.created_at ? [finished_at] : [],
    ),
    Number.NEGATIVE_INFINITY,
  );
}

/**
 * What a caller has skipped or moved is not missed, nor what was planned while the schedule was paused or a pause held it, nor what a
 * changed series would have planned before its change.
 */
function excusedUntil({ by, planned_since }: Job, repeat: Repeat, since: number, calendars: Calendars): number {
  const from = Math.max(since, planned_since ?? since);
  // With another series its first time counts.
  if (!by || by.at < from || by.at === planned_since) return from;
  if (by.change === "resume") return by.at;
  const isExcused = by.change === "skip_next" || by.change === "reschedule";
  return isExcused ? (nextOccurrence(repeat, by.at, calendars) ?? from) : from;
}
