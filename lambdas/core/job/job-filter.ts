import type { JobStatus } from "../kernel/job-status.ts";
import type { JobType } from "../kernel/job-type.ts";

/** What selects jobs. All of the conditions hold. */
export interface JobFilter {
  /** A job must have one of the listed values. Absent: any. */
  status?: readonly JobStatus[];
  type?: readonly JobType[];
  event?: string;
  label?: string;
  /** Whether a job has a series of runs. */
  recurring?: boolean;
  /** Whether a job is a run of a feature that waits for a signal or a time. */
  waiting?: boolean;
  /** Whether an attempt of its run has failed, and another one is made or waits for its time. */
  retrying?: boolean;
  /** Epoch milliseconds, both inclusive, of due_at while a job is pending and of finished_at afterwards. */
  from?: number;
  until?: number;
}

/** Whether only jobs that have failed are asked for, whose entries the search has apart, by the time of their end. */
export const isOnlyFailed = ({ status }: JobFilter): boolean => status?.length === 1 && status[0] === "failed";
