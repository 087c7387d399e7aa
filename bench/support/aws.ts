import type { Queues, ScheduleRoles } from "../../lambdas/aws/start/env.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";

/** What every SDK client here is made with: it looks for no region and no credentials on this machine. */
export const settings = {
  region: "us-east-1",
  credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
} as const;

/** The name of the deployed table, for what is counted and for what is measured. */
export const table = "jobs";

export const queueName = (type: JobType): string => `jobs-${type}`;

const arnOf = (type: JobType): string => `arn:aws:sqs:us-east-1:000000000000:${queueName(type)}`;

/** One queue per job type, at this origin. The tests have the same queues and roles. */
export const queuesAt = (origin: string): Queues =>
  Object.fromEntries(
    jobTypes.map((type) => [type, { url: `${origin}/000000000000/${queueName(type)}`, arn: arnOf(type) }]),
  ) as Queues;

/** The queue of the pump's ticks at this origin. */
export const pumpQueueAt = (origin: string): string => `${origin}/000000000000/jobs-pump`;

export const typeOfQueue = (arn: string): JobType => jobTypes.find((type) => arnOf(type) === arn) as JobType;

export const scheduleRoles = Object.fromEntries(
  jobTypes.map((type) => [type, `arn:aws:iam::000000000000:role/scheduler-${type}`]),
) as ScheduleRoles;
