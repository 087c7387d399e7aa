import type { JobAttempt, JobRun } from "ductape-sdk";
import { isFinished } from "ductape-sdk/internal";
import { path } from "../api.ts";
import type { Context } from "../context.ts";
import { clean } from "../terminal/clean.ts";
import { statusPaint } from "../terminal/colour.ts";
import { duration, localTime } from "../terminal/time.ts";
import { eventOf, type JobView, resultLines, waitOf, whyOf } from "./show-job.ts";

/** Something that happened to a job, and the line that says so. */
interface Happening {
  at: number;
  /** What it happened to, such as `attempt 2`; the job if it does not say. */
  what?: string;
  status?: string;
  rest?: string | undefined;
  why?: string | undefined;
}

/** The most entries of a page. */
const largestPage = 100;

/** What to say about a job that was `before` when it was last looked up. */
export async function changes(context: Context, before: JobView | undefined, job: JobView): Promise<string[]> {
  const painted = statusPaint(context.paint);
  const text = ({ at, what, status, rest, why }: Happening) =>
    [
      localTime(at, context.zone),
      [what, status && painted(status), rest && clean(rest)].filter(Boolean).join(" "),
      clean(why ?? ""),
    ]
      .filter(Boolean)
      .join("  ");
  const runs = await endedRuns(context, before, job);
  const all = [...runs.map(runEnded), ...freshAttempts(before, job).map(attemptEnded), ...state(context, before, job)];
  const head = before === undefined ? [`${job.job_id}  ${clean(eventOf(job))}`] : [];
  return [...head, ...all.map(text), ...(isFinished(job) ? resultLines(job) : [])];
}

const runEnded = (run: JobRun): Happening => ({
  at: run.finished_at ?? run.due_at,
  what: `run ${run.run}`,
  status: run.status,
  why: whyOf(run),
});

const attemptEnded = (attempt: JobAttempt): Happening => ({
  at: attempt.ended_at,
  what: `attempt ${attempt.attempt}`,
  status: attempt.outcome,
  rest: `after ${duration(attempt.duration_ms)}, ${duration(attempt.lateness_ms)} late`,
  why: whyOf(attempt),
});

/** The attempts that have ended since; those of a run before are in the list of runs. */
function freshAttempts(before: JobView | undefined, job: JobView): JobAttempt[] {
  const known = before?.run === job.run ? before.attempts : [];
  return job.attempts.filter(({ ended_at }) => !known.some((one) => one.ended_at === ended_at));
}

function state(context: Context, before: JobView | undefined, job: JobView): Happening[] {
  const now = context.api.now();
  if (isFinished(job)) return [{ at: job.finished_at ?? now, status: job.status, why: whyOf(job) }];
  const isNew = before?.status !== job.status || before.due_at !== job.due_at;
  const due = job.status === "scheduled" ? `for ${context.when(job.due_at)}` : undefined;
  const waits = waitOf(job, context);
  const isNewWait = waits !== undefined && waits !== (before && waitOf(before, context));
  return [
    ...(isNew ? [{ at: now, status: job.status, rest: due }] : []),
    ...(isNewWait ? [{ at: now, rest: `waits for ${waits}` }] : []),
  ];
}

/** The runs of a series that have ended since it was last looked up. */
async function endedRuns({ api }: Context, before: JobView | undefined, job: JobView): Promise<JobRun[]> {
  if (before === undefined || before.run === job.run) return [];
  const query = { limit: Math.min(largestPage, job.run - before.run + 1) };
  const { runs } = await api.request<{ runs: JobRun[] }>("GET", path`/v1/jobs/${job.job_id}/runs`, { query });
  return runs.filter(({ run }) => run >= before.run && run < job.run).reverse();
}
