import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../../core/catalog/catalog.ts";
import type { JobMessage, JobType } from "../../core/job/job.ts";
import type { TaskMessage } from "../../core/outbound/task-message.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoFailures } from "../dynamodb/failures.ts";
import { dynamoIncidents } from "../dynamodb/incidents.ts";
import { dynamoJobStore } from "../dynamodb/job-store.ts";
import { dynamoRunLogs } from "../dynamodb/run-logs.ts";
import { dynamoSignals } from "../dynamodb/signals.ts";
import { dynamoStatsStore } from "../dynamodb/stats-store.ts";
import { eventBridgeBus } from "../eventbridge/bus.ts";
import { makeLog } from "../log/log.ts";
import { sqsDeadLetters } from "../sqs/dead-letters.ts";
import { sqsJobQueue } from "../sqs/job-queue.ts";
import { sqsMessages } from "../sqs/message-queue.ts";
import { sqsWebhookQueue } from "../sqs/webhook-queue.ts";
import type { AlertingEnv, LifecycleEnv } from "./env.ts";
import { lazyBlobStore } from "./lazy-ports.ts";
import { systemClock } from "./system-clock.ts";

/** Connects the ports of the lifecycle to their adapters. Of the queues of jobs it needs that of features, whose runs wait for messages. */
export function startLifecycle(env: LifecycleEnv) {
  const sqs = new SQSClient(clientDefaults);
  const dynamo = { client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME };
  const features = sqsMessages<JobMessage>({ client: sqs, url: env.FEATURE_QUEUE_URL });
  return {
    bus: eventBridgeBus({ client: new EventBridgeClient(clientDefaults), bus: env.EVENT_BUS_NAME, clock: systemClock }),
    stats: dynamoStatsStore(dynamo),
    failures: dynamoFailures(dynamo),
    tasks: sqsMessages<TaskMessage>({ client: sqs, url: env.TASK_QUEUE_URL }),
    webhooks: sqsWebhookQueue({ client: sqs, url: env.WEBHOOK_QUEUE_URL }),
    deadLetters: sqsDeadLetters({ client: sqs, url: env.LIFECYCLE_DLQ_URL }),
    blobs: lazyBlobStore(env),
    signals: dynamoSignals(dynamo),
    runLogs: dynamoRunLogs(dynamo),
    queue: {
      sendMany: (_type: JobType, entries: Parameters<typeof features.sendMany>[0]) => features.sendMany(entries),
    },
    clock: systemClock,
    log: makeLog("lifecycle"),
    publish: new Set(env.PUBLISH),
  };
}

/** What counts causes and tells receivers of them, for a catalog that has alerts. */
export function startAlerting(env: AlertingEnv, catalog: Catalog) {
  const dynamo = { client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME };
  return {
    catalog,
    incidents: dynamoIncidents(dynamo),
    failures: dynamoFailures(dynamo),
    jobs: dynamoJobStore({
      ...dynamo,
      retentionDays: env.RETENTION_DAYS,
      shards: env.INDEX_SHARDS,
      shardsRead: env.INDEX_SHARDS_READ,
    }),
    queue: sqsJobQueue({ client: new SQSClient(clientDefaults), queues: env.QUEUES }),
  };
}
