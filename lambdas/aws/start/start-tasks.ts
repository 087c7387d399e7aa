import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { recent } from "../../core/kernel/recent.ts";
import type { TaskMessage } from "../../core/outbound/task-message.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoJobStore } from "../dynamodb/job-store.ts";
import { makeLog } from "../log/log.ts";
import { sqsDeadLetters } from "../sqs/dead-letters.ts";
import { sqsMessages } from "../sqs/message-queue.ts";
import { startRedelivery } from "../sqs/redelivery.ts";
import { stepFunctionsTasks } from "../step-functions/tasks.ts";
import type { TasksEnv } from "./env.ts";
import { lazyBlobStore } from "./lazy-ports.ts";

/**
 * Connects the ports of the function that answers tasks of Step Functions to their adapters. It writes no jobs, so their retention
 * has no effect here.
 */
export function startTasks(env: TasksEnv) {
  const sqs = new SQSClient(clientDefaults);
  const log = makeLog("tasks");
  return {
    tasks: stepFunctionsTasks({ client: new SFNClient(clientDefaults) }),
    jobs: dynamoJobStore({ client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME, retentionDays: 1 }),
    blobs: lazyBlobStore(env),
    queue: sqsMessages<TaskMessage>({ client: sqs, url: env.TASK_QUEUE_URL }),
    deadLetters: sqsDeadLetters({ client: sqs, url: env.TASK_DLQ_URL }),
    sentHeartbeats: recent(),
    redelivery: startRedelivery(env.TASK_QUEUE_URL, log),
    log,
  };
}
