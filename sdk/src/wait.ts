import { isFinished, type Job, type JobReceipt } from "./job.ts";
import type { Jobs } from "./jobs.ts";
import type { Runtime } from "./runtime.ts";

const longestWaitMs = 25_000;
/** How soon a cancellation of a job that is not due yet is noticed, and how much a wrong clock can cost. */
const longestNapMs = 60_000;
/** How long before its time we start to hold a request open for the job. */
const leadMs = 20_000;
/** The least time between two questions, should the API answer at once and not wait. */
const pauseMs = 1000;

/**
 * The finished job. Asks again and again with `wait`, each question held open by the API; while the job is not due for
 * longer than that, it naps and looks: an open request costs its owner Lambda time. The signal ends it at the deadline.
 */
export async function waitUntilFinished(
  jobs: Pick<Jobs, "get">,
  runtime: Runtime,
  accepted: JobReceipt | Job,
  deadline: number,
  signal: AbortSignal,
): Promise<Job> {
  const id = accepted.job_id;
  for (let known: JobReceipt | Job = accepted; ; ) {
    const dueIn = millisecondsUntilDue(known, runtime.now());
    const far = dueIn > longestWaitMs && !isFinished(known);
    if (far) await runtime.sleep(Math.min(longestNapMs, dueIn - leadMs), signal);
    const asked = runtime.now();
    const seconds = Math.ceil(Math.min(longestWaitMs, Math.max(1000, deadline - asked)) / 1000);
    const job = await jobs.get(id, far ? { signal } : { wait: seconds, signal });
    if (isFinished(job)) return job;
    const spent = runtime.now() - asked;
    if (!far && spent < pauseMs) await runtime.sleep(pauseMs - spent, signal);
    known = job;
  }
}

/** 0 unless it waits for its time: a job that is queued or running may end any moment. */
const millisecondsUntilDue = (job: JobReceipt | Job, now: number): number =>
  job.status === "scheduled" ? Math.max(0, ("due_at" in job ? job.due_at : job.scheduled_at) - now) : 0;
