import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../core/catalog.ts";
import type { Services } from "../core/services.ts";
import { clientDefaults } from "./client-defaults.ts";
import { dynamoJobStore } from "./dynamo-job-store.ts";
import { dynamoStatsStore } from "./dynamo-stats-store.ts";
import type { JobsEnv } from "./env.ts";
import { eventBridgeScheduler } from "./eventbridge-scheduler.ts";
import { makeLog } from "./log.ts";
import { s3BlobStore } from "./s3-blob-store.ts";
import { sqsJobQueue } from "./sqs-job-queue.ts";
import { systemClock } from "./system-clock.ts";

/** Every port on its AWS adapter, but for the secrets, whose clients only some Lambdas bundle. */
export function startServices(name: string, env: JobsEnv, catalog: Catalog): Services {
  const dynamo = { client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME };
  return {
    catalog,
    jobs: dynamoJobStore({ ...dynamo, retentionDays: env.RETENTION_DAYS }),
    stats: dynamoStatsStore(dynamo),
    queue: sqsJobQueue({ client: new SQSClient(clientDefaults), queues: env.QUEUES }),
    scheduler: eventBridgeScheduler({
      client: new SchedulerClient(clientDefaults),
      queues: env.QUEUES,
      group: env.SCHEDULE_GROUP,
      roleArn: env.SCHEDULE_ROLE_ARN,
      deadLetterArn: env.SCHEDULE_DLQ_ARN,
    }),
    blobs: s3BlobStore({ client: new S3Client(clientDefaults), bucket: env.BUCKET_NAME }),
    clock: systemClock,
    log: makeLog(name),
  };
}
