import type { JobStatus, JobType } from "./job.ts";
import type { JobErrorCode } from "./job-error.ts";

/** Every transition that can be told of; on the bus each is a detail-type, `job.<name>`. */
export const jobEvents = [
  "scheduled",
  "started",
  "completed",
  "failed",
  "cancelled",
  "paused",
  "resumed",
  "retrying",
] as const;
export type JobEventName = (typeof jobEvents)[number];

/** What is published unless a setting says otherwise: each event costs, and these are the ones that others wait for. */
export const finalEvents = ["completed", "failed", "cancelled"] as const satisfies readonly JobEventName[];

/** What an event says of its job: never an input or a result. Times are epoch milliseconds. */
export interface JobEventDetail {
  job_id: string;
  product_tag: string;
  env: string;
  event: string;
  type: JobType;
  run: number;
  attempt: number;
  /** The job's status after the transition; of a run that ended while its recurring job goes on, that run's. */
  status: JobStatus;
  scheduled_at: number;
  /** Of `retrying`, when the next attempt, which `attempt` numbers, is due. */
  due_at: number;
  started_at?: number;
  finished_at?: number;
  /** Why the run failed, or the attempt that is retried. */
  error_code?: JobErrorCode;
  labels?: string[];
  /** When the job was requested: one that was deleted may have left its id to another, by its idempotency key. */
  created_at: number;
  /** Rises from event to event of the job. Events come at least once: one of this name and version is a repetition. */
  version: number;
}

export interface JobEvent {
  name: JobEventName;
  /** When it happened, epoch milliseconds. */
  time: number;
  detail: JobEventDetail;
}
