import type { JobReceipt, JobStatus } from "./answers.ts";
import { RateLimitError } from "./errors.ts";
import { isFinished } from "./is-finished.ts";

const longestWaitMs = 25_000;
/** The longest pause between two requests, so that the cancellation of a job that is not due yet is noticed within a minute. */
export const longestPauseMs = 60_000;
/** How long before a job is due a request is held open for it. */
const leadMs = 20_000;
/** The shortest time between two requests if the API answers at once instead of waiting. */
const shortestPauseMs = 1000;
/** The longest pause while a job that is due does not start, so that requests which wait leave room for what it waits for. */
const longestQueuedPauseMs = 10_000;

/** A job that is waited for: as the API accepted it, or as it was looked up. */
type Awaited = Pick<JobReceipt, "status" | "scheduled_at"> | { status: JobStatus; due_at: number };

/** How a job is looked up, and how time passes for who waits. */
export interface Waiting<Job> {
  /** Looks the job up. With `wait` the API may hold the request open for so many seconds. */
  lookUp(wait?: number): Promise<Job>;
  /** The most seconds that the API may be asked to hold a request open. */
  longestWait: number;
  /** Epoch milliseconds by this machine's clock, as the deadline. */
  now(): number;
  /** Epoch milliseconds by the API's clock, as the times of jobs. */
  apiNow(): number;
  sleep(ms: number): Promise<void>;
}

/**
 * Waits until a job has finished, and resolves with it; with undefined once the deadline has passed. Near the job's due time it sends
 * requests with `wait`, which the API holds open. A job that is due later is only looked up from time to time, since an open request
 * costs the API's owner Lambda time. While a job is paused, or should have started and has not, the pauses grow, and while the API refuses
 * to let more requests of the key wait.
 */
export async function waitUntilFinished<Job extends Awaited>(
  { lookUp, longestWait, now, apiNow, sleep }: Waiting<Job>,
  accepted: Awaited,
  deadline: number,
): Promise<Job | undefined> {
  let idle = 0;
  let queued = 0;
  for (let known = accepted; ; ) {
    const dueIn = millisecondsUntilDue(known, apiNow());
    const far = dueIn > longestWaitMs && !isFinished(known);
    if (far) await sleep(Math.min(longestPauseMs, dueIn - leadMs, deadline - now()));
    const asked = now();
    if (asked >= deadline) return undefined;
    const wait = Math.max(1, Math.min(Math.ceil((deadline - asked) / 1000), longestWait));
    const { job, refused } = await lookedUp(lookUp, far ? undefined : wait);
    if (isFinished(job)) return job;
    // Nothing, where the clock was set back meanwhile: the pause is not to make up for that.
    const spent = Math.max(0, now() - asked);
    // The API does not hold a request open for a job that cannot finish in time.
    idle = (job.status === "scheduled" || job.status === "paused") && spent < shortestPauseMs ? idle + 1 : 0;
    // Nor for long if the job does not start.
    const startsLate = job.status === "queued" && spent < (wait - 1) * 1000;
    queued = !far && (startsLate || refused) ? queued + 1 : 0;
    const pause =
      queued > 0
        ? spent + Math.min(longestQueuedPauseMs, shortestPauseMs * 2 ** (queued - 1))
        : Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.max(0, idle - 1));
    if (!far && spent < pause) await sleep(Math.min(pause - spent, deadline - now()));
    known = job;
  }
}

/** The job, and whether the API has refused to wait: a deployment limits how many requests of a key wait, and answers the others. */
export async function lookedUp<Job>(
  lookUp: (wait?: number) => Promise<Job>,
  wait?: number,
): Promise<{ job: Job; refused: boolean }> {
  try {
    return { job: await lookUp(wait), refused: false };
  } catch (error) {
    if (wait === undefined || !(error instanceof RateLimitError)) throw error;
    return { job: await lookUp(), refused: true };
  }
}

/** 0 unless the job waits for its time: a job that is queued or running may finish at any moment. */
export const millisecondsUntilDue = (job: Awaited, now: number): number =>
  job.status === "scheduled" ? Math.max(0, ("due_at" in job ? job.due_at : job.scheduled_at) - now) : 0;
