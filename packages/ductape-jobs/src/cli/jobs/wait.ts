import { setTimeout as timeout } from "node:timers/promises";
import type { JobReceipt } from "ductape-sdk";
import { path } from "../api.ts";
import type { Context } from "../context.ts";
import type { JobView } from "./show-job.ts";

/** How long the API is asked to hold a request open, in seconds; it does so for 25 at most. */
const longestWait = 25;
/** How long before its time a job is waited for by an open request, and how often it is looked up until then. */
const leadMs = 20_000;
const longestPauseMs = 60_000;
const shortestPauseMs = 1000;

export const sleepOf =
  ({ io }: Pick<Context, "io">) =>
  (ms: number): Promise<void> =>
    io.sleep ? io.sleep(ms, io.signal) : timeout(ms, undefined, io.signal ? { signal: io.signal } : {});

export const isOver = ({ status }: Pick<JobReceipt, "status">): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

/** Milliseconds until a job that waits for its time is due. */
export const dueIn = (job: JobReceipt | JobView, now: number): number =>
  job.status === "scheduled" ? Math.max(0, ("due_at" in job ? job.due_at : job.scheduled_at) - now) : 0;

/**
 * Waits until a job has ended, and resolves with it; with undefined once `mostMs` have passed. A job that is not due soon is only
 * looked up from time to time: an open request costs the API's owner.
 */
export async function waitForEnd(context: Context, accepted: JobReceipt, mostMs = Number.POSITIVE_INFINITY) {
  const { api, io } = context;
  const machine = io.now ?? Date.now;
  const sleep = sleepOf(context);
  const until = machine() + mostMs;
  for (let known: JobReceipt | JobView = accepted; ; ) {
    const left = until - machine();
    if (left <= 0) return undefined;
    const ahead = dueIn(known, api.now());
    const far = ahead > longestWait * 1000;
    if (far) await sleep(Math.min(longestPauseMs, ahead - leadMs, left));
    const asked = machine();
    const wait = Math.max(1, Math.min(longestWait, Math.ceil(left / 1000)));
    const job: JobView = await api.request("GET", path`/v1/jobs/${accepted.job_id}`, { query: far ? {} : { wait } });
    if (isOver(job)) return job;
    // It answers at once where waiting is of no use, as for a job that is paused.
    const spent = machine() - asked;
    if (!far && spent < shortestPauseMs) await sleep(shortestPauseMs - spent);
    known = job;
  }
}
