import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import type { Context, SQSEvent } from "aws-lambda";
import * as z from "zod";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import { sqsRedelivery } from "../../../lambdas/aws/sqs/redelivery.ts";
import type { LocalQueue } from "../../../local/queues/local-queues.ts";
import { type Poller, startPoller } from "../../../local/queues/poller.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { queueArn, region } from "../../../local/runtime/names.ts";
import { type SqsAndS3, startSqsAndS3 } from "../../../local/servers/sqs-s3.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const folder = tempFolder();
const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn("jobs-dlq"), maxReceiveCount: 2 });
const plans: LocalQueue[] = [
  { name: "jobs-dlq", attributes: {} },
  { name: "jobs", attributes: { VisibilityTimeout: "1", RedrivePolicy } },
];
let servers: SqsAndS3;
let sqs: SQSClient;
let poller: Poller;
let events: SQSEvent[];

beforeAll(async () => {
  servers = await startSqsAndS3(folder, plans);
  sqs = new SQSClient({ endpoint: servers.url, ...credentials });
});
beforeEach(() => {
  events = [];
});
afterEach(() => poller.close(2000));
afterAll(async () => {
  sqs.destroy();
  await servers.close();
});

function poll(consume: (event: SQSEvent) => Promise<unknown>, concurrency = 5) {
  const invoke = (event: SQSEvent) => {
    events.push(event);
    return consume(event);
  };
  poller = startPoller({ inbox: servers.inbox("jobs"), queueArn: queueArn("jobs"), invoke, concurrency });
}

const send = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: servers.queueUrl("jobs"), MessageBody }));
const bodies = () => events.flatMap(({ Records }) => Records.map(({ body }) => body));
const dead = async () => {
  const QueueUrl = servers.queueUrl("jobs-dlq");
  return (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0]?.Body;
};
const left = async () => {
  const QueueUrl = servers.queueUrl("jobs");
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
};

test("a message reaches the consumer at once as an SQS record, and is deleted", async () => {
  poll(async () => ({ batchItemFailures: [] }));
  const { MessageId } = await send("hello");
  await until(() => events.length > 0);
  expect(Date.now() - Number(events[0]?.Records[0]?.attributes.SentTimestamp)).toBeLessThan(500);
  expect(events[0]?.Records).toEqual([
    expect.objectContaining({
      messageId: MessageId,
      body: "hello",
      eventSource: "aws:sqs",
      eventSourceARN: queueArn("jobs"),
      awsRegion: region,
      attributes: expect.objectContaining({ ApproximateReceiveCount: "1" }),
    }),
  ]);
  await until(async () => (await left()) === 0);
});

test("a message's attributes arrive as those of an SQS record", async () => {
  poll(async () => undefined);
  const QueueUrl = servers.queueUrl("jobs");
  const MessageAttributes = {
    trace: { DataType: "String", StringValue: "t-1" },
    bytes: { DataType: "Binary", BinaryValue: Buffer.from("hello") },
  };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "with", MessageAttributes }));
  await until(() => events.length > 0);
  expect(events[0]?.Records[0]?.messageAttributes).toEqual({
    trace: { dataType: "String", stringValue: "t-1" },
    bytes: { dataType: "Binary", binaryValue: "aGVsbG8=" },
  });
  await until(async () => (await left()) === 0);
});

test("a queue that is not there cannot be read", async () => {
  const inbox = servers.inbox("nowhere");
  await expect(inbox.receive(1, 0)).rejects.toThrow("ReceiveMessage was refused");
  await expect(inbox.remove(["a"])).rejects.toThrow("DeleteMessageBatch was refused");
});

test("only the failed messages of a batch come again", async () => {
  for (const body of ["good", "bad", "fine"]) await send(body);
  let failures = 1;
  poll(async ({ Records }) => ({
    batchItemFailures: Records.filter(({ body }) => body === "bad" && failures-- > 0).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  }));
  await until(() => bodies().length === 4);
  expect(bodies().slice(0, 3).sort()).toEqual(["bad", "fine", "good"]);
  expect(bodies()[3]).toBe("bad");
  await until(async () => (await left()) === 0);
});

test("a message whose consumer failed briefly comes again within seconds", async () => {
  const patient = { QueueUrl: servers.queueUrl("jobs"), Attributes: { VisibilityTimeout: "300" } };
  await sqs.send(new SetQueueAttributesCommand(patient));
  let failures = 1;
  const consumer = queueHandler(
    () => ({ log: fakeLog(), redelivery: sqsRedelivery(() => sqs, patient.QueueUrl, fakeLog()) }),
    z.object({ n: z.number() }),
    async () => {
      if (failures-- > 0) throw new Error("DynamoDB throttled the claim");
    },
  );
  poll((event) => consumer(event, {} as Context));
  const sent = Date.now();
  await send(JSON.stringify({ n: 1 }));
  await until(() => events.length === 2, 20_000);
  expect(Date.now() - sent).toBeGreaterThan(4500);
  await until(async () => (await left()) === 0);
  await sqs.send(new SetQueueAttributesCommand({ ...patient, Attributes: { VisibilityTimeout: "1" } }));
}, 30_000);

test.each([
  ["throws", () => Promise.reject(new Error("boom"))],
  ["names a message that was not in the batch", async () => ({ batchItemFailures: [{ itemIdentifier: "other" }] })],
])("a consumer that %s gets the whole batch again, before it is dead-lettered", async (_what, consume) => {
  jest.spyOn(console, "error").mockReturnValue();
  poll(consume);
  await send("poison");
  expect(await until(dead)).toBe("poison");
  expect(bodies()).toEqual(["poison", "poison"]);
});

test("a slow batch does not delay the next one", async () => {
  const slow = Promise.withResolvers<void>();
  poll(async ({ Records }) => (Records[0]?.body === "slow" ? slow.promise : undefined));
  await send("slow");
  await until(() => bodies().includes("slow"));
  await send("quick");
  await until(() => bodies().includes("quick"), 500);
  slow.resolve();
});

test("no more batches than the limit are in flight", async () => {
  const held = Promise.withResolvers<void>();
  poll(() => held.promise, 1);
  await send("first");
  await until(() => events.length === 1);
  await send("second");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(events).toHaveLength(1);
  held.resolve();
  await until(() => events.length === 2);
});
