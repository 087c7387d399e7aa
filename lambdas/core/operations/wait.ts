import { isFinished, type Job } from "../job/job.ts";
import { nextOccurrence } from "../job/recurrence.ts";
import { plannedAfter } from "../job/series.ts";
import type { Clock, JobStore } from "../ports/ports.ts";
import { grantMs } from "./api-limits.ts";

const firstPauseMs = 25;
const longestPauseMs = 400;

/** What ends sooner is waited for without a word: most jobs do, and counting them would cost more than the wait. */
const freeMs = 1000;
export interface Hold {
  /** Epoch milliseconds. */
  until: number;
  /** Whether the caller is waited for another `grantMs`. */
  granted: () => Promise<boolean>;
}

export interface Waited {
  /** Undefined if the job has been deleted meanwhile. */
  job: Job | undefined;
  /** The wait ended because no more of it was granted. */
  refused?: true;
}

/**
 * The job once it has finished, or as it is when the wait ends, starting from what is known of it. Looks again after 25 ms at
 * first, then ever more seldom, at most 400 ms apart. What cannot end in time is not waited for: it would hold a Lambda for
 * nothing.
 */
export async function waitForEnd(jobs: JobStore, clock: Clock, { until, granted }: Hold, known: Job): Promise<Waited> {
  let job: Job | undefined = known;
  let grantedUntil = clock.now() + freeMs;
  for (let pause = firstPauseMs; job; pause = Math.min(longestPauseMs, pause * 1.5)) {
    const now = clock.now();
    if (now >= until || !mayEndBy(job, until, now)) break;
    if (now >= grantedUntil) {
      if (!(await granted())) return { job, refused: true };
      grantedUntil = now + grantMs;
    }
    await clock.sleep(Math.min(pause, until - now));
    job = await jobs.get(known.id);
  }
  return { job };
}

/** Whether the job may finish by then, unless somebody changes it. One that has finished will not do so again. */
function mayEndBy(job: Job, until: number, now: number): boolean {
  if (isFinished(job) || job.status === "paused") return false;
  if (job.status === "scheduled" && job.due_at > until) return false;
  return job.repeat === undefined || !goesOnAfter(job, until, now);
}

/** Whether a series has a run that is planned for after `until`: by then it has not ended. Runs are a second apart at least. */
function goesOnAfter(job: Job, until: number, now: number): boolean {
  const { repeat } = job;
  let next = plannedAfter(job, now)?.at;
  for (let run = job.run + 1; repeat && next !== undefined && next <= until; run++) {
    if (repeat.limit !== undefined && run >= repeat.limit) return false;
    next = nextOccurrence(repeat, next);
  }
  return next !== undefined;
}
