import { hasBegun, isFinished, type Job } from "./job.ts";

/** Up to which attempt a run is tried that a caller has retried: its retries count from there. Undefined of others. */
export const mostAttemptsOf = ({ attempt, retried_after, retries }: Job): number | undefined =>
  retried_after === undefined ? undefined : Math.max(attempt, retried_after + retries + 1);

/** Which attempt is made, or waits for its time, after others have failed: the 7th of 9. An explicit retry begins to count anew. */
export function retryingOf(job: Job): { attempt: number; of: number } | undefined {
  const attempt = job.attempt - (job.retried_after ?? 0);
  if (isFinished(job) || !hasBegun(job) || attempt <= 1) return undefined;
  return { attempt, of: Math.max(attempt, job.retries + 1) };
}
