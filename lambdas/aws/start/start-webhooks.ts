import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoEndpoints } from "../dynamodb/endpoints.ts";
import { dynamoSentDeliveries } from "../dynamodb/sent-deliveries.ts";
import { eventBridgeAnnouncer } from "../eventbridge/announcer.ts";
import { makeLog } from "../log/log.ts";
import { sqsDeadLetters } from "../sqs/dead-letters.ts";
import { startRedelivery } from "../sqs/redelivery.ts";
import { sqsWebhookQueue } from "../sqs/webhook-queue.ts";
import type { WebhooksEnv } from "./env.ts";
import { startSecrets } from "./start-secrets.ts";
import { systemClock } from "./system-clock.ts";

/** Connects the ports of the function that sends webhooks to their adapters. */
export function startWebhooks(env: WebhooksEnv) {
  const sqs = new SQSClient(clientDefaults);
  const log = makeLog("webhooks");
  const events = new EventBridgeClient(clientDefaults);
  const dynamo = { client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME };
  return {
    endpoints: dynamoEndpoints(dynamo),
    sentDeliveries: dynamoSentDeliveries({ ...dynamo, retentionDays: env.RETENTION_DAYS }),
    secrets: startSecrets(),
    queue: sqsWebhookQueue({ client: sqs, url: env.WEBHOOK_QUEUE_URL }),
    deadLetters: sqsDeadLetters({ client: sqs, url: env.WEBHOOK_DLQ_URL }),
    announcer: eventBridgeAnnouncer({ client: events, bus: env.EVENT_BUS_NAME, clock: systemClock }),
    clock: systemClock,
    redelivery: startRedelivery(env.WEBHOOK_QUEUE_URL, log),
    log,
  };
}
