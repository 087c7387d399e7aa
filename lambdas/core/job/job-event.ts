import type { JobStatus, JobType } from "./job.ts";
import type { JobErrorCode } from "./job-error.ts";

/** The source of every event on the bus. */
export const eventSource = "ductape.jobs";

/** Every transition that can be published. On the bus its detail-type is `job.<name>`. */
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

/** What is published by default: each event costs money, and these are the ones that others wait for. */
export const finalEvents = ["completed", "failed", "cancelled"] as const satisfies readonly JobEventName[];

/** What an event says about its job: never an input or a result. Times are epoch milliseconds. */
export interface JobEventDetail {
  job_id: string;
  product_tag: string;
  env: string;
  event: string;
  type: JobType;
  run: number;
  attempt: number;
  /** The job's status after the transition; the run's status if a run has ended and its recurring job goes on. */
  status: JobStatus;
  scheduled_at: number;
  /** In `retrying` events, when the next attempt is due; `attempt` is its number. */
  due_at: number;
  started_at?: number;
  finished_at?: number;
  /** Why the run failed, or why the attempt that is retried did. */
  error_code?: JobErrorCode;
  labels?: string[];
  /** When the job was requested. It tells apart two jobs with one id: a repeated idempotency key may reuse that of a deleted job. */
  created_at: number;
  /** Rises from one event of the job to the next. Events come at least once: the same name and version is a duplicate. */
  version: number;
}

export interface JobEvent {
  name: JobEventName;
  /** When it happened, epoch milliseconds. */
  time: number;
  detail: JobEventDetail;
}
