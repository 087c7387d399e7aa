import { isFinished, type Job } from "./job.ts";
import type { Clock, JobStore } from "./ports.ts";

/** The longest an answer is held back: API Gateway ends a request after 30 s. */
export const longestWaitSeconds = 25;

const firstPauseMs = 25;
const longestPauseMs = 400;

/**
 * The job once it has finished, or as it is at `until` (epoch ms), starting from what is known of it. Looks again after
 * 25 ms at first, then ever more seldom, at most 400 ms apart; a job that is not due by then is not waited for.
 */
export async function waitForEnd(
  jobs: JobStore,
  clock: Clock,
  id: string,
  until: number,
  known: Job,
): Promise<Job | undefined> {
  let job: Job | undefined = known;
  for (let pause = firstPauseMs; job && !isFinished(job); pause = Math.min(longestPauseMs, pause * 1.5)) {
    const left = until - clock.now();
    if (left <= 0 || (job.status === "scheduled" && job.due_at > until)) break;
    await clock.sleep(Math.min(pause, left));
    job = await jobs.get(id);
  }
  return job;
}
