import type { JobType } from "../../lambdas/core/job/job.ts";

/** What the stack names in an account, as it is called on this machine. */
export const region = "us-east-1";
export const account = "000000000000";
export const tableName = "ductape-jobs";
export const bucketName = "ductape-jobs-blobs";
export const scheduleGroup = "ductape-jobs";
export const apiKeySecret = "ductape-jobs/api-key";
export const eventBusName = "ductape-jobs";
export const intakeQueueName = "ductape-jobs-intake";
export const importQueueName = "ductape-jobs-imports";
export const intakeQueues = [intakeQueueName, importQueueName] as const;
export const intakeDlqName = "ductape-jobs-intake-dlq";
export const intakeTopicName = "ductape-jobs-intake";
export const lifecycleDlqName = "ductape-jobs-lifecycle-dlq";
export const scheduleDlqName = "ductape-jobs-schedule-dlq";

/** The queues that are of no job type: what others are to be told waits in them. */
export const outboundQueues = ["tasks", "webhooks"] as const;
export type OutboundQueue = (typeof outboundQueues)[number];

export const queueName = (type: JobType | OutboundQueue): string => `ductape-jobs-${type}`;
export const dlqName = (type: JobType | OutboundQueue): string => `${queueName(type)}-dlq`;
export const queueArn = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`;
export const streamArn = `arn:aws:dynamodb:${region}:${account}:table/${tableName}/stream/2030-01-01T00:00:00.000`;
