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

/** Stands for the type of a consumer in what the names of all log groups begin with. It is in no name of one. */
export const signOfType = "~";

/** What the name of a type's log group begins with: the id of a resource in a template has letters and digits alone. */
export const startOfName = (start: string, type: JobType): string =>
  start.replace(signOfType, type.replaceAll("_", ""));
