import { isFinished, isWaiting, type Job } from "../job/job.ts";
import { nextOccurrence, plannedAfter, runsLeft } from "../job/series.ts";
import type { Clock } from "../ports/clock.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Waits } from "../ports/waits.ts";
import { type ApiLimits, grantMs } from "./api-limits.ts";

const firstPauseMs = 25;
const longestPauseMs = 400;

/** Waits of up to this long are not counted, because most jobs end sooner, and counting would cost more than the wait. */
const freeMs = 1000;

/**
 * A job that is due starts within a second. One that has not after so long waits for a slot, a pause, a backlog, or for Lambda: in an
 * account that runs few functions at a time, the requests that wait may be what keeps its consumer from running.
 */
const startsWithinMs = 10_000;

interface Hold {
  /** Epoch milliseconds. */
  until: number;
  /** Whether the caller may wait for another `grantMs`. */
  granted: () => Promise<boolean>;
}

export interface Waited {
  /** Undefined if the job was deleted meanwhile. */
  job: Job | undefined;
  /** Whether the wait ended because it was not granted for longer. */
  refused?: true;
}

/** Waits for a job to end, for at most `seconds`, as long as the caller's key does not have too many waiting requests. */
export function awaited(
  services: { jobs: JobStore; clock: Clock; waits: Waits; limits: ApiLimits },
  caller: string,
  seconds: number,
  job: Job,
): Promise<Waited> {
  const { jobs, clock } = services;
  if (seconds === 0) return Promise.resolve({ job });
  return waitForEnd(jobs, clock, { until: clock.now() + seconds * 1000, granted: granting(services, caller) }, job);
}

/** The beginning of the slot that a time is in, epoch milliseconds. */
export const waitSlot = (now: number, slotMs: number): number => Math.floor(now / slotMs) * slotMs;

/**
 * Grants a caller another slot of waiting, unless the deployment's limit of waits for its API key is reached: the requests of
 * one key must not occupy all functions that the account may run. If AWS refuses the count, the wait is granted.
 */
const granting =
  ({ waits, limits, clock }: { waits: Waits; limits: ApiLimits; clock: Clock }, caller: string) =>
  async (): Promise<boolean> => {
    if (limits.waitsPerKey === 0) return true;
    const count = await waits.add(caller, clock.now()).catch(() => 0);
    return count <= limits.waitsPerKey;
  };

/**
 * Waits for the end of a job, and returns the job after that or when the wait ends. Looks again after 25 ms at first, then
 * less and less often, up to 400 ms apart. Does not wait for a job that cannot end in time, which would occupy a Lambda for
 * nothing, nor long for one that does not start.
 */
export async function waitForEnd(jobs: JobStore, clock: Clock, { until, granted }: Hold, known: Job): Promise<Waited> {
  let job: Job | undefined = known;
  const began = clock.now();
  let grantedUntil = began + freeMs;
  for (let pause = firstPauseMs; job; pause = Math.min(longestPauseMs, pause * 1.5)) {
    const now = clock.now();
    if (now >= until || !mayEndBy(job, until, now) || isHeldUp(job, began, now)) break;
    if (now >= grantedUntil) {
      if (!(await granted())) return { job, refused: true };
      grantedUntil = now + grantMs;
    }
    await clock.sleep(Math.min(pause, until - now));
    job = await jobs.get(known.id);
  }
  return { job };
}

/** Whether a job may still finish by then, unless it is changed. */
function mayEndBy(job: Job, until: number, now: number): boolean {
  if (isFinished(job) || job.status === "paused") return false;
  if (job.status === "scheduled" && job.due_at > until) return false;
  return job.repeat === undefined || !goesOnAfter(job, until, now);
}

/** Whether a job has been due for longer than a start takes, as far as this wait has seen. */
const isHeldUp = (job: Job, began: number, now: number): boolean =>
  isWaiting(job) && now - Math.max(began, job.due_at) >= startsWithinMs;

/** Whether a series has a run planned after `until`, so that it cannot end by then. Runs are at least a second apart. */
function goesOnAfter(job: Job, until: number, now: number): boolean {
  const { repeat } = job;
  let next = plannedAfter(job, now)?.at;
  for (let left = runsLeft(job) - 1; repeat && next !== undefined && next <= until; left--) {
    if (left < 1) return false;
    next = nextOccurrence(repeat, next);
  }
  return next !== undefined;
}
