import { hasBegun, isFinished, type Job } from "./job.ts";

/** Which attempt is made, or waits for its time, after others have failed: the 7th of 9. An explicit retry begins to count anew. */
export function retryingOf(job: Job): { attempt: number; of: number } | undefined {
  const attempt = job.attempt - (job.retried_after ?? 0);
  if (isFinished(job) || !hasBegun(job) || attempt <= 1) return undefined;
  return { attempt, of: Math.max(attempt, job.retries + 1) };
}
