import type { JobType } from "./job.ts";

/**
 * What a key may do: `jobs:read` reads, `jobs:write` schedules and changes, `jobs:input` shows the inputs of jobs, `jobs:admin` does
 * all of it, and bulk changes.
 */
export type JobVerb = "jobs:read" | "jobs:write" | "jobs:input" | "jobs:admin";

/** A key as the API knows it. */
export interface Me {
  /** The id of the key, `deployed` for the one that the deployment created, or that of an IAM identity. */
  caller: string;
  /** The name of the key, if it has one. */
  name?: string;
  /** What the key may do, with what `jobs:admin` implies. */
  verbs: JobVerb[];
  /** The products that it has access to; `*` stands for all. */
  products: string[];
  /** The envs that it has access to; `*` stands for all. */
  envs: string[];
  /** The version of Ductape Jobs. */
  version: string;
  /** The AWS resources of the deployment, to link to the AWS console. Absent on this machine. */
  aws?: Deployment;
}

/** The names of the AWS resources of a deployment. */
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
