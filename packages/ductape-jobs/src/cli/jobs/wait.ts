import { setTimeout as timeout } from "node:timers/promises";
import type { JobReceipt } from "ductape-sdk";
import { waitUntilFinished } from "ductape-sdk/internal";
import { path } from "../api.ts";
import type { Context } from "../context.ts";
import type { JobView } from "./show-job.ts";

export const sleepOf =
  ({ io }: Pick<Context, "io">) =>
  (ms: number): Promise<void> =>
    io.sleep ? io.sleep(ms, io.signal) : timeout(ms, undefined, io.signal ? { signal: io.signal } : {});

/** The longest that the API holds a request open, in seconds. */
const longestWait = 25;

/** Waits until a job has ended, and resolves with it; with undefined once `mostMs` have passed. */
export function waitForEnd(context: Context, accepted: JobReceipt, mostMs = Number.POSITIVE_INFINITY) {
  const { api, io } = context;
  const now = io.now ?? Date.now;
  const lookUp = (wait?: number) => api.request<JobView>("GET", path`/v1/jobs/${accepted.job_id}`, { query: { wait } });
  const waiting = { lookUp, longestWait, now, apiNow: api.now, sleep: sleepOf(context) };
  return waitUntilFinished(waiting, accepted, now() + mostMs);
}
