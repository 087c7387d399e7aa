import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { recent } from "../core/recent.ts";
import type { TaskMessage } from "../core/task-message.ts";
import { clientDefaults } from "./client-defaults.ts";
import { dynamoJobStore } from "./dynamo-job-store.ts";
import type { TasksEnv } from "./env.ts";
import { lazyBlobStore } from "./lazy-ports.ts";
import { makeLog } from "./log.ts";
import { sqsMessages } from "./sqs-messages.ts";
import { stepFunctionsTasks } from "./step-functions.ts";

/** The ports of who answers the tasks of Step Functions. It writes no job: how long one is kept says nothing here. */
export const startTasks = (env: TasksEnv) => ({
  tasks: stepFunctionsTasks({ client: new SFNClient(clientDefaults) }),
  jobs: dynamoJobStore({ client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME, retentionDays: 1 }),
  blobs: lazyBlobStore(env),
  queue: sqsMessages<TaskMessage>({ client: new SQSClient(clientDefaults), url: env.TASK_QUEUE_URL }),
  beaten: recent(),
  log: makeLog("tasks"),
});
