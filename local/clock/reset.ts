import type { Job } from "../../lambdas/core/job/job.ts";

/** The fields of a job that hold the times at which something happened to it. */
type Stamped = Pick<Job, "created_at" | "started_at" | "finished_at" | "attempts" | "last_run" | "lease_until">;

/**
 * Whether something has happened to the job after `now` (epoch milliseconds). Its due time does not count: a job that waits for
 * next month does so by any clock.
 */
export function isFromLaterThan(now: number, job: Stamped): boolean {
  const attempts = job.attempts.concat(job.last_run ?? []);
  const times = attempts.flatMap(({ started_at, ended_at }) => [started_at, ended_at]);
  return [job.created_at, job.started_at, job.finished_at, ...times].some((time) => (time ?? 0) > now);
}
