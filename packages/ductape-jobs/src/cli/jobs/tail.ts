import type { JobAttempt, JobRun } from "ductape-sdk";
import { path } from "../api.ts";
import { type ApiOptions, type Context, line, succeeded } from "../context.ts";
import type { ExitCode } from "../exit-code.ts";
import { clean, jsonText } from "../terminal/clean.ts";
import { statusPaint } from "../terminal/colour.ts";
import { duration, localTime } from "../terminal/time.ts";
import { watching } from "./interrupted.ts";
import { eventOf, type JobView, resultLines, waitOf, whyOf } from "./show-job.ts";
import { dueIn, isOver, sleepOf } from "./wait.ts";

const lookEveryMs = 1000;
/** A job that is not due yet is looked up less often, so that a cancellation shows within half a minute. */
const longestPauseMs = 30_000;
const leadMs = 2000;
/** The most entries of a page. */
const largestPage = 100;

/** `jobs tail`: prints each change of a job until it has ended. */
export const tailJob = (context: Context, id: string, _: ApiOptions): Promise<ExitCode> =>
  watching(context.io, id, () => follow(context, id));

async function follow(context: Context, id: string): Promise<ExitCode> {
  const { api, io, json } = context;
  const sleep = sleepOf(context);
  let before: JobView | undefined;
  for (;;) {
    const job: JobView = await api.request("GET", path`/v1/jobs/${id}`);
    if (json) {
      if (jsonText(job) !== jsonText(before)) io.out.write(line(jsonText(job)));
    } else {
      for (const text of await changes(context, before, job)) io.out.write(line(text));
    }
    if (isOver(job)) return succeeded(job.status === "completed");
    before = job;
    await sleep(Math.min(longestPauseMs, Math.max(lookEveryMs, dueIn(job, api.now()) - leadMs)));
  }
}

/** What to say about a job that was `before` when it was last looked up. */
async function changes(context: Context, before: JobView | undefined, job: JobView): Promise<string[]> {
  const { api, zone, when, paint } = context;
  const painted = statusPaint(paint);
  const at = (ms: number, text: string) => `${localTime(ms, zone)}  ${clean(text)}`;
  const attempt = (one: JobAttempt) =>
    `${at(one.ended_at, `attempt ${one.attempt}`)} ${painted(one.outcome)} after ${duration(one.duration_ms)}, ${duration(one.lateness_ms)} late${clean(one.error ? `  ${whyOf(one)}` : "")}`;
  const known = before?.run === job.run ? before.attempts : [];
  const fresh = job.attempts.filter(({ ended_at }) => !known.some((one) => one.ended_at === ended_at));
  const isNew = before === undefined || before.status !== job.status || before.due_at !== job.due_at;
  const waits = waitOf(job, context);
  const state = job.status === "scheduled" ? `, due ${when(job.due_at)}` : "";
  return [
    ...(before === undefined ? [`${job.job_id}  ${clean(eventOf(job))}`] : []),
    ...(await endedRuns(context, before, job)).map((run) =>
      `${at(run.finished_at ?? run.due_at, `run ${run.run}`)} ${painted(run.status)}  ${clean(whyOf(run) ?? "")}`.trimEnd(),
    ),
    ...fresh.map(attempt),
    ...(isNew && !isOver(job) ? [`${at(api.now(), "")}${painted(job.status)}${state}`] : []),
    ...(waits !== undefined && waits !== (before && waitOf(before, context))
      ? [at(api.now(), `waits for ${waits}`)]
      : []),
    ...(isOver(job)
      ? [`${at(job.finished_at ?? api.now(), "")}${painted(job.status)}  ${clean(whyOf(job) ?? "")}`.trimEnd()]
      : []),
    ...(isOver(job) ? resultLines(job) : []),
  ];
}

/** The runs of a series that have ended since it was last looked up. */
async function endedRuns({ api }: Context, before: JobView | undefined, job: JobView): Promise<JobRun[]> {
  if (before === undefined || before.run === job.run) return [];
  const limit = Math.min(largestPage, job.run - before.run + 1);
  const { runs } = await api.request<{ runs: JobRun[] }>("GET", path`/v1/jobs/${job.job_id}/runs`, {
    query: { limit },
  });
  return runs.filter(({ run }) => run >= before.run && run < job.run).reverse();
}
