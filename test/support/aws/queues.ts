import type { Queues } from "../../../lambdas/aws/start/env.ts";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";

/** One queue per job type, under the server that holds them. */
export const queuesAt = (origin: string): Queues =>
  Object.fromEntries(
    jobTypes.map((type) => [
      type,
      { url: `${origin}/000000000000/${queueName(type)}`, arn: `${arnPrefix}${queueName(type)}` },
    ]),
  ) as Queues;

const arnPrefix = "arn:aws:sqs:us-east-1:000000000000:";

export const queueName = (type: JobType): string => `jobs-${type}`;

export const typeOfQueue = (arn: string): JobType =>
  jobTypes.find((type) => arn === arnPrefix + queueName(type)) as JobType;
