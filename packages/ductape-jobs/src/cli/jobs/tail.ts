import { isFinished, millisecondsUntilDue } from "ductape-sdk/internal";
import { path } from "../api.ts";
import { type ApiOptions, type Context, line, succeeded } from "../context.ts";
import type { ExitCode } from "../exit-code.ts";
import { jsonText } from "../terminal/clean.ts";
import { changes } from "./changes.ts";
import { watching } from "./interrupted.ts";
import type { JobView } from "./show-job.ts";
import { sleepOf } from "./wait.ts";

const lookEveryMs = 1000;
/** A job that is not due yet is looked up less often, so that a cancellation shows within half a minute. */
const longestPauseMs = 30_000;
const leadMs = 2000;

/** `jobs tail`: prints each change of a job until it has ended. */
export const tailJob = (context: Context, id: string, _: ApiOptions): Promise<ExitCode> =>
  watching(context.io, id, () => follow(context, id));

async function follow(context: Context, id: string): Promise<ExitCode> {
  const { api, io, json } = context;
  const sleep = sleepOf(context);
  for (let before: JobView | undefined; ; ) {
    const job: JobView = await api.request("GET", path`/v1/jobs/${id}`);
    const lines = json ? documents(before, job) : await changes(context, before, job);
    for (const text of lines) io.out.write(line(text));
    if (isFinished(job)) return succeeded(job.status === "completed");
    before = job;
    await sleep(Math.min(longestPauseMs, Math.max(lookEveryMs, millisecondsUntilDue(job, api.now()) - leadMs)));
  }
}

const documents = (before: JobView | undefined, job: JobView): string[] =>
  before !== undefined && jsonText(before) === jsonText(job) ? [] : [jsonText(job)];
