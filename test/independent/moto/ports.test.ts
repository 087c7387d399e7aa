import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { queuesAt, scheduleRoles } from "../../../bench/support/aws.ts";
import { dynamoApiKeys } from "../../../lambdas/aws/dynamodb/api-keys.ts";
import { dynamoEndpoints } from "../../../lambdas/aws/dynamodb/endpoints.ts";
import { dynamoFailures } from "../../../lambdas/aws/dynamodb/failures.ts";
import { dynamoHookDeliveries } from "../../../lambdas/aws/dynamodb/hook-deliveries.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoSentDeliveries } from "../../../lambdas/aws/dynamodb/sent-deliveries.ts";
import { dynamoStatsStore } from "../../../lambdas/aws/dynamodb/stats-store.ts";
import { s3BlobStore } from "../../../lambdas/aws/s3/blob-store.ts";
import { eventBridgeScheduler } from "../../../lambdas/aws/scheduler/scheduler.ts";
import { parameterReader } from "../../../lambdas/aws/secrets/parameter-reader.ts";
import { secretReader } from "../../../lambdas/aws/secrets/secret-reader.ts";
import { awsSecrets } from "../../../lambdas/aws/secrets/secrets.ts";
import { sqsJobQueue } from "../../../lambdas/aws/sqs/job-queue.ts";
import { sqsMessages } from "../../../lambdas/aws/sqs/message-queue.ts";
import { describeApiKeys } from "../../support/conformance/api-keys.ts";
import { describeBlobStore } from "../../support/conformance/blob-store.ts";
import { describeEndpoints } from "../../support/conformance/endpoints.ts";
import { describeFailures } from "../../support/conformance/failures.ts";
import { describeHookDeliveries } from "../../support/conformance/hook-deliveries.ts";
import { describeJobQueue } from "../../support/conformance/job-queue.ts";
import { describeJobStore } from "../../support/conformance/job-store.ts";
import { describeMessageQueue, type Text } from "../../support/conformance/message-queue.ts";
import { describeScheduler } from "../../support/conformance/scheduler.ts";
import { describeSecrets, heldSecrets } from "../../support/conformance/secrets.ts";
import { describeSentDeliveries } from "../../support/conformance/sent-deliveries.ts";
import { describeStatsStore } from "../../support/conformance/stats-store.ts";
import { fakeClock } from "../../support/fakes/clock.ts";
import { bucket, queues, references, schedules, table } from "./aws.ts";

/* Every port that moto has a service for, besides the servers that the integration tests know: a second opinion. */

describeApiKeys("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { keys: dynamoApiKeys(at), stop };
});

describeEndpoints("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { endpoints: dynamoEndpoints(at), stop };
});

describeHookDeliveries("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { deliveries: dynamoHookDeliveries({ ...at, retentionDays: 30 }), stop };
});

describeSentDeliveries("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { sent: dynamoSentDeliveries({ ...at, retentionDays: 30 }), stop };
});

describeFailures("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { failures: dynamoFailures(at), stop };
});

describeJobStore("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { store: dynamoJobStore({ ...at, retentionDays: 30 }), stop };
});

describeStatsStore("DynamoDB of moto", async () => {
  const { stop, ...at } = await table();
  return { stats: dynamoStatsStore(at), stop };
});

describeJobQueue("SQS of moto", async () => {
  const { client, queues: made, held, stop } = await queues();
  return { queue: sqsJobQueue({ client, queues: made }), held, stop };
});

describeMessageQueue("SQS of moto", async () => {
  const { client, queues: made, held, stop } = await queues();
  return {
    queue: sqsMessages<Text>({ client, url: made.action.url }),
    async held() {
      const { ready, delayed } = await held("action");
      return [...ready, ...delayed] as unknown[] as Text[];
    },
    stop,
  };
});

describeBlobStore("S3 of moto", async () => {
  const { stop, ...at } = await bucket();
  return { blobs: s3BlobStore(at), upload, stop };
});

async function upload(url: string, body: Uint8Array, headers: Record<string, string>) {
  return (await fetch(url, { method: "PUT", body: new Uint8Array(body), headers })).status;
}

describeScheduler("EventBridge Scheduler of moto", async () => {
  const { client, group, find, stop } = await schedules();
  const scheduler = eventBridgeScheduler({
    client,
    queues: queuesAt("http://sqs.test"),
    group,
    roles: scheduleRoles,
    deadLetterArn: "arn:aws:sqs:us-east-1:000000000000:dead",
  });
  return { scheduler, find, stop };
});

describeSecrets("AWS of moto", async () => {
  const smtp = { user: heldSecrets["shop/smtp#user"], password: heldSecrets["shop/smtp#password"] };
  const { secretsManager, ssm, stop } = await references(
    { "shop/token": heldSecrets["shop/token"], "shop/smtp": JSON.stringify(smtp) },
    { "/shop/base-url": heldSecrets["/shop/base-url"] },
  );
  const secrets = awsSecrets({
    readSecret: secretReader(() => secretsManager),
    readParameter: parameterReader(() => ssm),
    clock: fakeClock(),
  });
  const rotate = async (value: string) => {
    await secretsManager.send(new PutSecretValueCommand({ SecretId: "shop/token", SecretString: value }));
  };
  return { secrets, rotate, stop };
});
