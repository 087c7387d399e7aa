import type { Job, JobReceipt } from "./answers.ts";
import { isFinished } from "./is-finished.ts";
import type { Jobs } from "./jobs.ts";
import type { Runtime } from "./runtime.ts";
import type { Transport } from "./transport.ts";

const longestWaitMs = 25_000;
/** The longest pause between two requests, so that the cancellation of a job that is not due yet is noticed within a minute. */
export const longestPauseMs = 60_000;
/** How long before a job is due the client starts to hold a request open. */
const leadMs = 20_000;
/** The shortest time between two requests if the API answers at once instead of waiting. */
const shortestPauseMs = 1000;
/** The longest pause while a job that is due does not start, so that requests which wait leave room for what it waits for. */
const longestQueuedPauseMs = 10_000;

interface Waiting {
  runtime: Pick<Runtime, "now" | "sleep">;
  transport: Pick<Transport, "now" | "waitWithin">;
}

/**
 * Waits until a job has finished, and resolves with it. Near the job's due time it sends requests with `wait`, which the API holds
 * open. A job that is due later is only looked up from time to time, since an open request costs the API's owner Lambda time.
 * Times are compared by the API's clock. While a job should have started and has not, the pauses grow. The signal ends the wait at
 * the deadline.
 */
export async function waitUntilFinished(
  jobs: Pick<Jobs, "get">,
  { runtime, transport }: Waiting,
  accepted: JobReceipt | Job,
  deadline: number,
  signal: AbortSignal,
): Promise<Job> {
  const id = accepted.job_id;
  let idle = 0;
  let queued = 0;
  for (let known: JobReceipt | Job = accepted; ; ) {
    const dueIn = millisecondsUntilDue(known, transport.now());
    const far = dueIn > longestWaitMs && !isFinished(known);
    if (far) await runtime.sleep(Math.min(longestPauseMs, dueIn - leadMs), signal);
    const asked = runtime.now();
    const left = Math.ceil((deadline - asked) / 1000);
    const wait = Math.max(1, Math.min(left, transport.waitWithin(Number.POSITIVE_INFINITY)));
    const job = await jobs.get(id, far ? { signal } : { wait, signal });
    if (isFinished(job)) return job;
    const spent = runtime.now() - asked;
    idle = job.status === "scheduled" && spent < shortestPauseMs ? idle + 1 : 0;
    // The API does not hold a request open for long if the job does not start.
    queued = !far && job.status === "queued" && spent < (wait - 1) * 1000 ? queued + 1 : 0;
    const pause =
      queued > 0
        ? spent + Math.min(longestQueuedPauseMs, shortestPauseMs * 2 ** (queued - 1))
        : Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.max(0, idle - 1));
    if (!far && spent < pause) await runtime.sleep(pause - spent, signal);
    known = job;
  }
}

/** 0 unless the job waits for its time: a job that is queued or running may finish at any moment. */
const millisecondsUntilDue = (job: JobReceipt | Job, now: number): number =>
  job.status === "scheduled" ? Math.max(0, ("due_at" in job ? job.due_at : job.scheduled_at) - now) : 0;
