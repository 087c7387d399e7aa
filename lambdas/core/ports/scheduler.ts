import type { JobMessage, JobType } from "../job/job.ts";

/** One-time schedules that deliver a message to the queue of a type. */
export interface Scheduler {
  /** `at` is epoch seconds in the future. A schedule of this name that already exists counts as success. */
  schedule(name: string, at: number, type: JobType, message: JobMessage): Promise<void>;
  /** Deletes a schedule; one that does not exist counts as success. */
  unschedule(name: string): Promise<void>;
}
