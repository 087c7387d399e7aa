import type { FireTime } from "./answers.ts";
import type { JobStatus, JobSummary } from "./job.ts";

/** A recurring job with its runs. Times are epoch milliseconds. */
export interface Series extends JobSummary {
  /**
   * How the job of a schedule differs from the catalog, which is put right at the next deployment that changes a schedule: somebody
   * has `paused`, `rescheduled` or `ended` it; `outdated` and `removed`: the deployment has not been followed yet.
   */
  drift?: ("removed" | "outdated" | "ended" | "paused" | "rescheduled")[];
  /** The runs that have begun, the latest first, at most 30. */
  last_runs: LastRun[];
  /** The next run times, at most 10; for a paused series as if it were resumed now. */
  next_runs: FireTime[];
}

/** A run of a series that has begun. Times are epoch milliseconds. */
export interface LastRun {
  run: number;
  status: JobStatus;
  /** When it was planned. */
  scheduled_at: number;
  /** When its latest attempt started. */
  started_at?: number;
  finished_at?: number;
  /** Milliseconds from when its first attempt was due to when that started. */
  lateness_ms?: number;
  /** Milliseconds from `started_at` to `finished_at`. */
  duration_ms?: number;
}
