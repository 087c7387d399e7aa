import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { derivedJobId } from "../../../lambdas/core/job/job-id.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { account, bucketName, eventBusName, intakeTopicName, queueName, region } from "../../../local/runtime/names.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { ask } from "../../support/local/run-local.ts";
import { localSystem, outboxOf } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const local = localSystem();
let sqs: SQSClient;
beforeAll(() => {
  sqs = new SQSClient({ endpoint: local.running().aws.sqs, ...credentials });
});
afterAll(() => sqs?.destroy());

const request = (label: string) => anOrder({ input: { params: { customer: label } } });
const finished = (key: string) => {
  const id = derivedJobId("my-product", "dev", key);
  return until(async () => (await ask(local.running(), `/v1/jobs/${id}`)).status === "completed", 15_000);
};
const send = (body: string) => {
  const QueueUrl = `${local.running().aws.sqs}/${account}/${queueName("intake")}`;
  return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
};
const eventsOf = async (type: string) => {
  const items = await outboxOf(local.running().url);
  return items.filter((item) => item.kind === "event" && item.detail_type === type).map(({ detail }) => detail);
};

test("a message in the intake's queue becomes a job", async () => {
  const { MessageId } = await send(JSON.stringify(request("sqs")));
  await finished(`sqs:${MessageId}`);
}, 30_000);

test("an event on the bus that requests a job becomes one", async () => {
  const client = new EventBridgeClient({ endpoint: local.running().aws.events, ...credentials });
  const entry = { EventBusName: eventBusName, Source: "shop", DetailType: "schedule-job" };
  const { Entries } = await client.send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(request("bus")) }] }),
  );
  client.destroy();
  await finished(`eventbridge:${Entries?.[0]?.EventId}`);
}, 30_000);

test("a message on the topic becomes a job", async () => {
  const client = new SNSClient({ endpoint: local.running().aws.sqs, ...credentials });
  const TopicArn = `arn:aws:sns:${region}:${account}:${intakeTopicName}`;
  const { MessageId } = await client.send(new PublishCommand({ TopicArn, Message: JSON.stringify(request("sns")) }));
  client.destroy();
  await finished(`sns:${MessageId}`);
}, 30_000);

test("each line of an object below imports/ becomes a job", async () => {
  const s3 = new S3Client({ endpoint: local.running().aws.sqs, ...credentials, forcePathStyle: true });
  const Body = ["a", "b"].map((label) => `${JSON.stringify({ ...request(label), idempotency_key: label })}\n`).join("");
  const { ETag = "" } = await s3.send(
    new PutObjectCommand({ Bucket: bucketName, Key: "imports/two of them.ndjson", Body }),
  );
  await Promise.all([finished("a"), finished("b")]);
  const Key = `import-reports/two of them.ndjson/${ETag.replaceAll('"', "")}/summary.json`;
  const summary = await until(async () => {
    const read = s3.send(new GetObjectCommand({ Bucket: bucketName, Key }));
    return read.then(({ Body }) => Body?.transformToString()).catch(() => undefined);
  }, 15_000);
  s3.destroy();
  expect(JSON.parse(summary)).toMatchObject({ status: "finished", lines: 2, scheduled: 2, rejected: 0 });
}, 40_000);

test("a bad request is announced on the bus", async () => {
  const { MessageId } = await send("{}");
  await until(async () => (await eventsOf("job.rejected")).length > 0, 15_000);
  expect(await eventsOf("job.rejected")).toMatchObject([
    { code: "INVALID_REQUEST", source: "sqs", message_id: MessageId },
  ]);
}, 30_000);
