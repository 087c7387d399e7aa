import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../../core/catalog/catalog.ts";
import { defined } from "../../core/kernel/defined.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoAudit } from "../dynamodb/audit.ts";
import { dynamoRequests, dynamoWaits } from "../dynamodb/caller-counts.ts";
import { dynamoEndpoints } from "../dynamodb/endpoints.ts";
import { dynamoFailures } from "../dynamodb/failures.ts";
import { dynamoHookDeliveries } from "../dynamodb/hook-deliveries.ts";
import { dynamoIncidents } from "../dynamodb/incidents.ts";
import { dynamoOperations } from "../dynamodb/operations.ts";
import { dynamoRollUps } from "../dynamodb/roll-ups.ts";
import { dynamoSearchIndex } from "../dynamodb/search-index.ts";
import { dynamoSentDeliveries } from "../dynamodb/sent-deliveries.ts";
import { dynamoSharedKeys } from "../dynamodb/shared-keys.ts";
import { sqsMessages } from "../sqs/message-queue.ts";
import { sqsWebhookQueue } from "../sqs/webhook-queue.ts";
import { type ApiEnv, apiLimitsOf, deploymentOf, queueUrl } from "./env.ts";
import { lazySessions } from "./lazy-ports.ts";
import { startServices } from "./start-up.ts";

/** Connects the ports of the API to their adapters, which share a DynamoDB client. */
export function startApi(env: ApiEnv, catalog: Catalog): ApiServices {
  const client = new DynamoDBClient(clientDefaults);
  const dynamo = { client, table: env.TABLE_NAME };
  const sqs = new SQSClient(clientDefaults);
  return {
    ...startServices("api", env, catalog, client),
    waits: dynamoWaits(dynamo),
    requests: dynamoRequests(dynamo),
    sharedKeys: dynamoSharedKeys(dynamo),
    sessions: lazySessions(),
    failures: dynamoFailures(dynamo),
    incidents: dynamoIncidents(dynamo),
    rollUps: dynamoRollUps(dynamo),
    audit: dynamoAudit({ ...dynamo, days: env.AUDIT_DAYS }),
    endpoints: dynamoEndpoints(dynamo),
    searchIndex: dynamoSearchIndex(dynamo),
    hookDeliveries: dynamoHookDeliveries({ ...dynamo, retentionDays: env.RETENTION_DAYS }),
    operations: dynamoOperations(dynamo),
    turns: sqsMessages({ client: sqs, url: queueUrl(env, env.IMPORT_QUEUE_URL) }),
    sentDeliveries: dynamoSentDeliveries({ ...dynamo, retentionDays: env.RETENTION_DAYS }),
    webhooks: sqsWebhookQueue({ client: sqs, url: queueUrl(env, env.WEBHOOK_QUEUE_URL) }),
    limits: apiLimitsOf(env),
    ...defined({ deployment: deploymentOf(env), memory: env.CONSUMER_MEMORY }),
  };
}
