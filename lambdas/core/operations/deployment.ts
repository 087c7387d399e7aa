import type { JobType } from "../job/job.ts";

/** The names of the AWS resources of a deployment, from which a page makes links to the AWS console. */
export interface Deployment {
  region: string;
  /** The id of the AWS account. */
  account: string;
  /** The table of jobs. A job is the item with the partition key `JOB#<id>` and the sort key `STATE`. */
  table: string;
  /** The EventBridge Scheduler group of jobs that are due later. */
  schedule_group: string;
  /** The CloudWatch log group of each type's consumer, whose lines have a `job_id`. */
  log_groups: Record<JobType, string>;
  /** The URL of each type's queue. */
  queues: Record<JobType, string>;
}

/** Stands for how the names of all log groups begin, in an environment: it is in no name of one. */
export const startOfNames = "~";
