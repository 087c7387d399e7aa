import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import { eventBridgeSender } from "../../../../lambdas/consumers/types/publish/brokers/eventbridge.ts";
import { snsSender } from "../../../../lambdas/consumers/types/publish/brokers/sns.ts";
import { sqsSender } from "../../../../lambdas/consumers/types/publish/brokers/sqs.ts";
import { publishExecutor } from "../../../../lambdas/consumers/types/publish/execute.ts";
import type { BusEvent } from "../../../../local/outbox/events.ts";
import { type Outbox, startOutbox } from "../../../../local/outbox/outbox.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { failureOf as failed, publishTo } from "../../../support/brokers/publish.ts";
import { httpServer, json } from "../../../support/executors/http-server.ts";

const account = "000000000000";
const queue = (name: string) => ({ queue: `arn:aws:sqs:us-east-1:${account}:${name}` });
const topic = (name: string) => ({ arn: `arn:aws:sns:us-east-1:${account}:${name}` });
const sqsPlace = (name: string) => ({ provider: "sqs", topics: { orders: queue(name) } });
const snsPlace = (name: string) => ({ provider: "sns", topics: { orders: topic(name) } });
const bus = (more: object = {}) => ({
  provider: "eventbridge",
  bus: "default",
  source: "shop",
  topics: { orders: {} },
  ...more,
});

const aws = (endpoint: string) => ({ ...settings, endpoint, maxAttempts: 1 });
const executorAt = (endpoint: string, busEndpoint = endpoint) => {
  const sqs = new SQSClient({ ...aws(endpoint), useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(aws(endpoint));
  const events = new EventBridgeClient(aws(busEndpoint));
  return publishExecutor({
    sqs: sqsSender(async () => sqs),
    sns: snsSender(async () => sns),
    eventbridge: eventBridgeSender(async () => events),
  });
};

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const app = buildApp({ logger: false });
const put: BusEvent[] = [];
let outbox: Outbox;
let sqs: SQSClient;
let execute: ReturnType<typeof executorAt>;
let endpoint: string;

beforeAll(async () => {
  await app.listen({ host: "127.0.0.1", port: 0 });
  endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  outbox = await startOutbox(privateKey, async (event) => void put.push(event));
  execute = executorAt(endpoint, outbox.url);
  sqs = new SQSClient({ ...aws(endpoint), useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(aws(endpoint));
  const fifo = { FifoQueue: "true" };
  for (const QueueName of ["orders", "subscribed"]) await sqs.send(new CreateQueueCommand({ QueueName }));
  await sqs.send(new CreateQueueCommand({ QueueName: "orders.fifo", Attributes: fifo }));
  await sns.send(new CreateTopicCommand({ Name: "news" }));
  await sns.send(new CreateTopicCommand({ Name: "news.fifo", Attributes: { FifoTopic: "true" } }));
  const subscription = { TopicArn: topic("news").arn, Protocol: "sqs", Endpoint: queue("subscribed").queue };
  await sns.send(new SubscribeCommand({ ...subscription, Attributes: { RawMessageDelivery: "true" } }));
  sns.destroy();
});
afterAll(async () => {
  sqs.destroy();
  await Promise.all([outbox.close(), app.close()]);
});

async function next(name: string): Promise<Message> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: `${endpoint}/${account}/${name}`,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    }),
  );
  const [message] = Messages ?? [];
  if (!message) throw new Error(`${name} is empty`);
  return message;
}

const attributesOf = ({ MessageAttributes = {} }: Message) =>
  Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]));

describe("a message to SQS", () => {
  it("is JSON with the headers and the idempotency key as attributes", async () => {
    const input = { message: { text: "😀 \uffff \u0000" }, headers: { source: "shop" } };
    const result = await publishTo({ place: sqsPlace("orders"), input, execute, idempotencyKey: "job_9-1" });
    const message = await next("orders");
    expect(result).toEqual({ topic: "orders", provider: "sqs", message_id: message.MessageId });
    expect(JSON.parse(message.Body ?? "")).toEqual(input.message);
    expect(attributesOf(message)).toEqual({ source: "shop", "idempotency-key": "job_9-1" });
  });

  it("may name its queue by the URL, and may be a string", async () => {
    const place = {
      provider: "sqs",
      topics: { orders: { queue: `https://sqs.us-east-1.amazonaws.com/${account}/orders` } },
    };
    await publishTo({ place, input: { message: '"é"' }, execute });
    expect((await next("orders")).Body).toBe('"é"');
  });

  it("is ordered by key in a FIFO queue, which drops a repeated attempt", async () => {
    const place = sqsPlace("orders.fifo");
    const first = await publishTo({ place, input: { key: "c-42" }, execute, idempotencyKey: "job_1-1" });
    const second = await publishTo({ place, input: { key: "c-42" }, execute, idempotencyKey: "job_1-1" });
    expect(first).toMatchObject({ provider: "sqs", sequence_number: expect.stringMatching(/^\d+$/) });
    expect(second).toEqual(first);
    const { Attributes } = await next("orders.fifo");
    expect(Attributes).toMatchObject({ MessageGroupId: "c-42", MessageDeduplicationId: "job_1-1" });
    await expect(next("orders.fifo")).rejects.toThrow("empty");
  });

  it("whose queue does not exist fails the job", async () => {
    expect(await failed({ place: sqsPlace("nothing"), execute })).toMatchObject({
      code: "NOT_FOUND",
      retryable: false,
    });
  });
});

describe("a message to SNS", () => {
  it("reaches the topic's subscribers with its attributes", async () => {
    const input = { message: { text: "é \uffff" }, headers: { source: "shop" } };
    const result = await publishTo({ place: snsPlace("news"), input, execute });
    expect(result).toEqual({ topic: "orders", provider: "sns", message_id: expect.any(String) });
    const message = await next("subscribed");
    expect(JSON.parse(message.Body ?? "")).toEqual(input.message);
    expect(attributesOf(message)).toEqual({ source: "shop", "idempotency-key": "job_1-1" });
  });

  it("may go to a FIFO topic", async () => {
    const result = await publishTo({ place: snsPlace("news.fifo"), input: { key: "c-42" }, execute });
    expect(result).toMatchObject({ provider: "sns", message_id: expect.any(String) });
  });

  it("whose topic does not exist fails the job", async () => {
    expect(await failed({ place: snsPlace("nothing"), execute })).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a message to EventBridge", () => {
  it("is the detail of an event, with one field for what has no other place", async () => {
    const input = { message: { id: 1, text: "😀 \uffff" }, key: "c-42", headers: { channel: "web" } };
    const place = bus({ bus: "ductape-jobs", topics: { orders: { detail_type: "order.placed" } } });
    const result = await publishTo({ place, input, execute, idempotencyKey: "job_9-1" });
    expect(result).toEqual({ topic: "orders", provider: "eventbridge", event_id: expect.any(String) });
    const meta = { idempotency_key: "job_9-1", key: "c-42", headers: { channel: "web" } };
    expect(put).toMatchObject([
      { source: "shop", "detail-type": "order.placed", detail: { ...input.message, _meta: meta } },
    ]);
  });

  it("whose bus does not exist fails the job", async () => {
    const place = bus({ bus: "nothing" });
    expect(await failed({ place, execute })).toMatchObject({ code: "NOT_FOUND", retryable: false });
  });

  it.each([
    ["ThrottlingException", "RATE_LIMITED", true],
    ["InternalFailure", "SERVICE_UNAVAILABLE", true],
    ["AccessDeniedException", "FORBIDDEN", false],
    ["NotAuthorizedForSource", "FORBIDDEN", false],
    ["ResourceNotFoundException", "NOT_FOUND", false],
    ["MalformedDetail", "VALIDATION_ERROR", false],
    ["SomethingNew", "PROVIDER_ERROR", false],
  ])("whose entry is refused with %s fails the job with %s", async (ErrorCode, code, retryable) => {
    const answer = { FailedEntryCount: 1, Entries: [{ ErrorCode, ErrorMessage: "hunter2" }] };
    await using server = await httpServer((_, response) => json(response, 200, answer));
    const failure = await failed({ place: bus(), execute: executorAt(server.url) });
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.message).not.toContain("hunter2");
  });
});

describe("a publish job on AWS", () => {
  const places = { sqs: sqsPlace("q"), sns: snsPlace("t"), eventbridge: bus() };
  it.each([
    ["sqs", "AccessDeniedException", 403, "FORBIDDEN"],
    ["sqs", "KmsAccessDenied", 400, "FORBIDDEN"],
    ["sqs", "RequestThrottled", 400, "RATE_LIMITED"],
    ["sqs", "InvalidMessageContents", 400, "VALIDATION_ERROR"],
    ["sqs", "UnrecognizedClientException", 403, "UNAUTHORIZED"],
    ["eventbridge", "AccessDeniedException", 400, "FORBIDDEN"],
    ["eventbridge", "ThrottlingException", 400, "RATE_LIMITED"],
  ] as const)("fails with its code if %s refuses with %s", async (service, name, status, code) => {
    const answer = { __type: name, message: "hunter2" };
    await using server = await httpServer((_, response) =>
      json(response, status, answer, { "x-amzn-errortype": name, "content-type": "application/x-amz-json-1.0" }),
    );
    const failure = await failed({ place: places[service], execute: executorAt(server.url) });
    expect(failure).toMatchObject({ code });
    expect(failure.message).not.toContain("hunter2");
  });

  it("fails if SNS refuses in XML", async () => {
    const xml = (code: string) =>
      `<ErrorResponse><Error><Code>${code}</Code><Message>x</Message></Error></ErrorResponse>`;
    await using server = await httpServer((_, response) =>
      response.writeHead(403, { "content-type": "text/xml" }).end(xml("AuthorizationError")),
    );
    const execute = executorAt(server.url);
    expect(await failed({ place: snsPlace("t"), execute })).toMatchObject({ code: "FORBIDDEN", retryable: false });
  });

  it.each(["sqs", "sns", "eventbridge"] as const)("is retried if %s is down", async (service) => {
    const failure = await failed({ place: places[service], execute: executorAt("http://127.0.0.1:1") });
    expect(failure).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });
});

test("a message that the broker would refuse is never sent", async () => {
  await using server = await httpServer((_, response) => json(response, 200, {}));
  const execute = executorAt(server.url);
  const large = { message: { text: "x".repeat(1_048_576) } };
  for (const place of [sqsPlace("q"), bus()]) {
    const failure = await failed({ place, input: large, execute });
    expect(failure).toMatchObject({ code: "VALIDATION_ERROR", message: expect.stringContaining("at most 1048576") });
  }
  expect(await failed({ place: sqsPlace("q.fifo"), execute })).toMatchObject({ code: "VALIDATION_ERROR" });
  expect(server.seen).toEqual([]);
});
