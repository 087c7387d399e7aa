import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../../core/catalog/catalog.ts";
import type { OperationMessage } from "../../core/job/operation.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoApiKeys } from "../dynamodb/api-keys.ts";
import { dynamoOperations } from "../dynamodb/operations.ts";
import { dynamoSharedKeys } from "../dynamodb/shared-keys.ts";
import { sqsMessages } from "../sqs/message-queue.ts";
import { startRedelivery } from "../sqs/redelivery.ts";
import type { BulkEnv } from "./env.ts";
import { startServices } from "./start-up.ts";

/** Connects the ports of the function that works on operations to their adapters. It reads the queue to which it sends. */
export function startBulk(env: BulkEnv, catalog: Catalog) {
  const client = new DynamoDBClient(clientDefaults);
  const dynamo = { client, table: env.TABLE_NAME };
  const services = startServices("bulk", env, catalog, client);
  return {
    ...services,
    operations: dynamoOperations(dynamo),
    turns: sqsMessages<OperationMessage>({ client: new SQSClient(clientDefaults), url: env.BULK_QUEUE_URL }),
    apiKeys: dynamoApiKeys(dynamo),
    sharedKeys: dynamoSharedKeys(dynamo),
    redelivery: startRedelivery(env.BULK_QUEUE_URL, services.log),
  };
}
