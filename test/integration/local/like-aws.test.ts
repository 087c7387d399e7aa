import { generateKeyPairSync } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sqsSender } from "../../../lambdas/consumers/types/publish/brokers/sqs.ts";
import { type Outbox, startOutbox } from "../../../local/outbox/outbox.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { bucketName, eventBusName } from "../../../local/runtime/names.ts";
import { type SqsAndS3, startSqsAndS3 } from "../../../local/servers/sqs-s3.ts";
import { anExecution } from "../../support/executors/execution.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

/** Where the stand-ins behave as AWS does, or refuse loudly, beyond what each one's own tests cover. */

const folder = tempFolder();
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
let servers: SqsAndS3;
let outbox: Outbox;
let s3: S3Client;
const asked: string[] = [];
beforeAll(async () => {
  servers = await startSqsAndS3(folder);
  outbox = await startOutbox(privateKey, async (event) => void asked.push(event.source));
  s3 = new S3Client({ endpoint: servers.url, forcePathStyle: true, ...credentials });
});
afterAll(async () => {
  s3.destroy();
  await Promise.all([servers.close(), outbox.close()]);
});

const put = (Key: string, Body: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket: bucketName, Key, Body, ...more }));
const get = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: bucketName, Key }))).Body?.transformToString();

test("S3 takes an object without bytes", async () => {
  await put("empty", "");
  expect(await get("empty")).toBe("");
});

test("S3 serves no stored page that runs on the queues' origin", async () => {
  await put("page.html", "<script>alert(1)</script>", { ContentType: "text/html" });
  const { status, headers } = await fetch(`${servers.url}/${bucketName}/page.html`);
  expect([status, headers.get("content-security-policy"), headers.get("x-content-type-options")]).toEqual([
    200,
    "sandbox",
    "nosniff",
  ]);
});

test("S3 overwrites nothing where a put forbids it", async () => {
  const once = { IfNoneMatch: "*" };
  await put("uploads/a b/ключ 😀.txt", "first", once);
  await expect(put("uploads/a b/ключ 😀.txt", "second", once)).rejects.toMatchObject({
    name: "PreconditionFailed",
    $metadata: { httpStatusCode: 412 },
  });
  expect(await get("uploads/a b/ключ 😀.txt")).toBe("first");
  await put("uploads/a b/ключ 😀.txt", "third");
  expect(await get("uploads/a b/ключ 😀.txt")).toBe("third");
});

test("EventBridge takes an event for the bus that it names, and none for an unknown one", async () => {
  const client = new EventBridgeClient({ endpoint: outbox.url, ...credentials });
  const send = (Source: string, EventBusName?: string) => {
    const entry = { Source, EventBusName, DetailType: "schedule-job", Detail: "{}" };
    return client.send(new PutEventsCommand({ Entries: [entry] }));
  };
  await send("by-name", eventBusName);
  await send("by-arn", `arn:aws:events:us-east-1:000000000000:event-bus/${eventBusName}`);
  expect((await send("to-the-default-one")).FailedEntryCount).toBe(0);
  await expect(send("mistaken", "ductape-jbos")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  expect(asked).toEqual(["by-name", "by-arn"]);
  client.destroy();
});

test("an AWS API without a stand-in is refused, not taken for a job's call", async () => {
  const client = new LambdaClient({ endpoint: outbox.url, ...credentials });
  const invoke = client.send(new InvokeCommand({ FunctionName: "pricing", Payload: "{}" }));
  await expect(invoke).rejects.toMatchObject({ name: "UnsupportedOperationException" });
  client.destroy();
  const signed = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=local/20300101/us-east-1/${service}/aws4_request, SignedHeaders=host`,
  });
  const call = (service: string) => fetch(`${outbox.url}/price`, { method: "POST", headers: signed(service) });
  expect((await call("states")).status).toBe(400);
  // The URL of a function, which a job may call with a signature.
  expect((await call("lambda")).status).toBe(201);
});

test("SQS loudly refuses a message with a character beyond U+FFFF", async () => {
  const client = new SQSClient({ endpoint: servers.url, ...credentials });
  const QueueUrl = servers.queueUrl("ductape-jobs-intake");
  const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await expect(send('{"label":"😀"}')).rejects.toThrow("Invalid characters found");
  await send(String.raw`{"label":"\ud83d\ude00"}`);
  client.destroy();
});

test("SQS keeps a broker's queue over a restart, whatever its account", async () => {
  const queue = { name: "orders", region: "eu-central-1" };
  servers.createQueue(queue);
  const sqs = new SQSClient({ endpoint: servers.url, ...credentials, useQueueUrlAsEndpoint: false });
  const send = sqsSender(async () => sqs);
  const arn = "arn:aws:sqs:eu-central-1:123456789012:orders";
  const sending = { ...anExecution(), input: { message: { text: "😀" }, key: "c-42" } };
  expect(await send(sending, { queue: arn })).toMatchObject({ provider: "sqs" });
  servers.createQueue(queue);
  expect(servers.messages("orders").ready).toHaveLength(1);
  sqs.destroy();
});
