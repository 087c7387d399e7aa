import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../../core/catalog/catalog.ts";
import type { OperationMessage } from "../../core/job/operation.ts";
import type { TaskMessage } from "../../core/outbound/task-message.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoApiKeys } from "../dynamodb/api-keys.ts";
import { dynamoOperations } from "../dynamodb/operations.ts";
import { dynamoSearchIndex } from "../dynamodb/search-index.ts";
import { dynamoSharedKeys } from "../dynamodb/shared-keys.ts";
import { intakeRejections } from "../eventbridge/rejections.ts";
import { sqsImportQueue } from "../sqs/import-queue.ts";
import { sqsMessages } from "../sqs/message-queue.ts";
import { sqsRedelivery } from "../sqs/redelivery.ts";
import type { IntakeEnv } from "./env.ts";
import { lazySessions } from "./lazy-ports.ts";
import { startServices } from "./start-up.ts";

/** Connects the ports of the intake to their adapters: those of all functions that schedule jobs, rejections, imports, operations and tasks. */
export function startIntake(env: IntakeEnv, catalog: Catalog) {
  const client = new DynamoDBClient(clientDefaults);
  const services = startServices("intake", env, catalog, client);
  const { clock, log } = services;
  const sqs = new SQSClient(clientDefaults);
  const events = new EventBridgeClient(clientDefaults);
  const { EVENT_BUS_NAME: bus, INTAKE_DLQ_URL: deadLetterUrl, IMPORT_QUEUE_URL: importUrl } = env;
  return {
    ...services,
    sharedKeys: dynamoSharedKeys({ client, table: env.TABLE_NAME }),
    sessions: lazySessions(),
    bucket: env.BUCKET_NAME,
    rejections: intakeRejections({ events, bus, sqs, deadLetterUrl, clock }),
    imports: sqsImportQueue({ client: sqs, url: importUrl }),
    operations: dynamoOperations({ client, table: env.TABLE_NAME }),
    turns: sqsMessages<OperationMessage>({ client: sqs, url: importUrl }),
    searchIndex: dynamoSearchIndex({ client, table: env.TABLE_NAME }),
    apiKeys: dynamoApiKeys({ client, table: env.TABLE_NAME }),
    tasks: sqsMessages<TaskMessage>({ client: sqs, url: env.TASK_QUEUE_URL }),
    redelivery: {
      intake: sqsRedelivery(() => sqs, env.INTAKE_QUEUE_URL, log),
      imports: sqsRedelivery(() => sqs, importUrl, log),
    },
    importQueueName: importUrl.split("/").at(-1) as string,
  };
}
