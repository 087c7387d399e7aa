import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../core/catalog.ts";
import type { Secrets } from "../core/ports.ts";
import type { Services } from "../core/services.ts";
import { dynamoJobStore } from "./dynamo-job-store.ts";
import type { JobsEnv } from "./env.ts";
import { eventBridgeScheduler } from "./eventbridge-scheduler.ts";
import { makeLog } from "./log.ts";
import { s3BlobStore } from "./s3-blob-store.ts";
import { awsSecrets } from "./secrets.ts";
import { sqsJobQueue } from "./sqs-job-queue.ts";
import { systemClock } from "./system-clock.ts";

/** Runs `make` at the first call and answers the same thing ever after: start-up belongs to the first request. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Short patience: a request waits for AWS no longer than its caller would; the SDK tries three times by itself. */
export const clientDefaults = { requestHandler: { connectionTimeout: 1000, requestTimeout: 4000 } };

/** The credentials of this Lambda's catalog targets; its clients are made when the first reference is resolved. */
export const startSecrets = (): Secrets =>
  awsSecrets({
    secretsManager: once(async () => {
      const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      return new SecretsManagerClient(clientDefaults);
    }),
    ssm: once(async () => {
      const { SSMClient } = await import("@aws-sdk/client-ssm");
      return new SSMClient(clientDefaults);
    }),
    clock: systemClock,
  });

/** Every port on its AWS adapter, but for the secrets, whose clients only some Lambdas bundle. */
export function startServices(name: string, env: JobsEnv, catalog: Catalog): Services {
  return {
    catalog,
    jobs: dynamoJobStore({
      client: new DynamoDBClient(clientDefaults),
      table: env.TABLE_NAME,
      retentionDays: env.RETENTION_DAYS,
    }),
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
