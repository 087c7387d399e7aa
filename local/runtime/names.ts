import type { DeadLetterQueueName, QueueName } from "../../lambdas/topology.ts";

/*
 * The names on this machine of what AWS names in a deployment. Data folders contain them: a changed name would leave behind
 * what is stored under the old one.
 */
export const region = "us-east-1";
export const account = "000000000000";
export const tableName = "ductape-jobs";
export const bucketName = "ductape-jobs-blobs";
export const scheduleGroup = "ductape-jobs";
export const apiKeySecret = "ductape-jobs/api-key";
export const approvalSecret = "ductape-jobs/approvals";
export const eventBusName = "ductape-jobs";
export const intakeTopicName = "ductape-jobs-intake";

/** What the names of the functions with the code of the products begin with. */
export const codePrefix = "local";

export const queueName = (name: QueueName): string => `ductape-jobs-${name}`;
export const dlqName = (name: DeadLetterQueueName): string => `ductape-jobs-${name}-dlq`;
export const queueArn = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`;
export const streamArn = `arn:aws:dynamodb:${region}:${account}:table/${tableName}/stream/2030-01-01T00:00:00.000`;
