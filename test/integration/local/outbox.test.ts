import { createSign, generateKeyPairSync } from "node:crypto";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { createTransport } from "nodemailer";
import { type Listening, serve } from "../../../local/gateway/http.ts";
import { type Outbox, startOutbox } from "../../../local/outbox/outbox.ts";
import { eventBusName } from "../../../local/runtime/names.ts";
import { settings } from "../../support/aws/client-settings.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
let outbox: Outbox;
let gateway: Listening;

beforeAll(async () => {
  outbox = await startOutbox(privateKey);
  gateway = await serve(outbox.handle);
});
beforeEach(() => fetch(gateway.url, { method: "DELETE" }));
afterAll(async () => {
  await gateway.close();
  await outbox.close();
});

const items = async () => ((await (await fetch(gateway.url)).json()) as { items: Record<string, unknown>[] }).items;
const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  const response = await fetch(outbox.url + path, init);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
};

test("the sink accepts any request, hides its credentials, and lists the newest first", async () => {
  await fetch(`${outbox.url}/shop/orders?a=1`);
  const { status } = await post("/callback", { hello: "world" }, { authorization: "Bearer secret" });
  expect(status).toBe(201);
  expect(await items()).toEqual([
    expect.objectContaining({
      kind: "http",
      method: "POST",
      path: "/callback",
      headers: expect.objectContaining({ authorization: "(hidden)" }),
      body: { hello: "world" },
    }),
    expect.objectContaining({ kind: "http", method: "GET", path: "/shop/orders?a=1", body: null }),
  ]);
});

test("a mail is caught and readable", async () => {
  const mail = { from: "Shop <a@shop.example>", to: ["b@x.example", "c@x.example"], subject: "Grüße ✓ aus dem Laden" };
  const transport = createTransport(outbox.smtpUrl);
  await transport.sendMail({
    ...mail,
    text: "Ein langer Satz = gut. ".repeat(10),
    html: "<p>Schön, dass du da bist</p>",
  });
  transport.close();
  expect(await items()).toEqual([
    expect.objectContaining({
      kind: "email",
      from: "a@shop.example",
      to: ["b@x.example", "c@x.example"],
      subject: mail.subject,
      text: "Ein langer Satz = gut. ".repeat(10).trimEnd(),
      html: "<p>Schön, dass du da bist</p>",
    }),
  ]);
});

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
function assertion(exp = Date.now() / 1000 + 600, key = privateKey) {
  const signed = `${base64({ alg: "RS256", typ: "JWT" })}.${base64({ iss: "jobs@x", exp })}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}
async function token(grant = assertion(), type = "urn:ietf:params:oauth:grant-type:jwt-bearer") {
  const body = new URLSearchParams({ grant_type: type, assertion: grant });
  const response = await fetch(`${outbox.url}/token`, { method: "POST", body });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const send = async (message: unknown) =>
  post(
    "/v1/projects/shop/messages:send",
    { message },
    { authorization: `Bearer ${(await token()).body.access_token}` },
  );

test("an expired, a foreign and an unknown grant get no token", async () => {
  const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const refused = [
    await token(assertion(1)),
    await token(assertion(undefined, String(foreign))),
    await token("x", "other"),
  ];
  expect(refused.map(({ status, body }) => [status, body.error])).toEqual([
    [400, "invalid_grant"],
    [400, "invalid_grant"],
    [400, "unsupported_grant_type"],
  ]);
});

test("FCM accepts a message with a token, and names it", async () => {
  const { status, body } = await send({ token: "abc", notification: { title: "Hi" } });
  expect([status, body.name]).toEqual([200, expect.stringMatching(/^projects\/shop\/messages\/./)]);
  expect(await items()).toMatchObject([{ kind: "fcm", project: "shop", message: { token: "abc" }, answer: "ok" }]);
});

test.each([
  ["a device that is gone", { token: "invalid-token" }, 404, "UNREGISTERED"],
  ["a message without a target", { notification: {} }, 400, "INVALID_ARGUMENT"],
  ["data that is not text", { token: "abc", data: { n: 1 } }, 400, "INVALID_ARGUMENT"],
])("FCM refuses %s with its own error code", async (_what, message, status, errorCode) => {
  const answer = await send(message);
  expect(answer).toMatchObject({ status, body: { error: { code: status, details: [{ errorCode }] } } });
});

test("FCM refuses a bearer that it did not issue", async () => {
  const answer = await post("/v1/projects/shop/messages:send", {}, { authorization: "Bearer stolen" });
  expect(answer).toMatchObject({ status: 401, body: { error: { status: "UNAUTHENTICATED" } } });
});

test("Expo answers with one ticket per device", async () => {
  const good = { to: "ExponentPushToken[abc]", title: "Hi" };
  expect((await post("/--/api/v2/push/send", good)).body).toEqual({ data: { status: "ok", id: expect.any(String) } });
  const { body } = await post("/--/api/v2/push/send", [good, { to: "ExponentPushToken[invalid-token]" }]);
  expect(body.data).toMatchObject([{ status: "ok" }, { status: "error", details: { error: "DeviceNotRegistered" } }]);
  expect((await items()).map(({ kind, answer }) => [kind, answer])).toEqual([
    ["expo", "DeviceNotRegistered"],
    ["expo", "ok"],
    ["expo", "ok"],
  ]);
});

const entry = (detail: unknown, more = {}) => ({
  EventBusName: eventBusName,
  Source: "ductape.jobs",
  DetailType: "job.completed",
  Time: 1_893_499_200,
  Detail: JSON.stringify(detail),
  ...more,
});
const putEvents = (Entries: unknown) => post("/", { Entries }, { "x-amz-target": "AWSEvents.PutEvents" });

test("EventBridge accepts events, and reports which ones it refused", async () => {
  const { status, body } = await putEvents([
    entry({ job_id: "a" }),
    entry({}, { Detail: "{" }),
    entry({}, { Source: "" }),
  ]);
  expect([status, body]).toEqual([
    200,
    {
      FailedEntryCount: 2,
      Entries: [
        { EventId: expect.any(String) },
        expect.objectContaining({ ErrorCode: "MalformedDetail" }),
        expect.objectContaining({ ErrorCode: "InvalidArgument" }),
      ],
    },
  ]);
  expect(await items()).toEqual([
    {
      kind: "event",
      at: expect.any(String),
      bus: eventBusName,
      source: "ductape.jobs",
      detail_type: "job.completed",
      time: "2030-01-01T12:00:00.000Z",
      detail: { job_id: "a" },
    },
  ]);
});

test("the outbox shows what a job publishes to a topic or a bus", async () => {
  const sns = new SNSClient({ ...settings, endpoint: outbox.url, maxAttempts: 1 });
  const TopicArn = "arn:aws:sns:eu-central-1:123456789012:orders.fifo";
  const MessageAttributes = { source: { DataType: "String", StringValue: "shop" } };
  const sent = { TopicArn, Message: '{"id":1}', MessageAttributes, MessageGroupId: "c-42" };
  expect(await sns.send(new PublishCommand(sent))).toMatchObject({
    MessageId: expect.any(String),
    SequenceNumber: expect.any(String),
  });
  sns.destroy();
  outbox.addBus("orders");
  const entry = { EventBusName: "arn:aws:events:eu-central-1:123456789012:event-bus/orders", Source: "shop" };
  const body = { Entries: [{ ...entry, DetailType: "order.placed", Detail: "{}" }] };
  const { status } = await post("/", body, { "x-amz-target": "AWSEvents.PutEvents" });
  expect(status).toBe(200);
  expect(await items()).toEqual([
    expect.objectContaining({ kind: "event", bus: "orders", source: "shop", detail_type: "order.placed", detail: {} }),
    {
      kind: "topic",
      at: expect.any(String),
      topic: TopicArn,
      message: '{"id":1}',
      attributes: { source: "shop" },
      group: "c-42",
    },
  ]);
});

test.each([[[]], [Array.from({ length: 11 }, () => entry({}))], [undefined]])(
  "EventBridge refuses %j",
  async (entries) => {
    expect(await putEvents(entries)).toMatchObject({ status: 400, body: { __type: "ValidationException" } });
  },
);

test("new events push out old events and nothing else", async () => {
  await post("/callback", {});
  for (let n = 0; n < 21; n++) await putEvents(Array.from({ length: 10 }, (_, i) => entry({ n: n * 10 + i })));
  const kept = await items();
  expect(kept).toHaveLength(201);
  expect(kept[0]).toMatchObject({ kind: "event", detail: { n: 209 } });
  expect(kept[199]).toMatchObject({ kind: "event", detail: { n: 10 } });
  expect(kept[200]).toMatchObject({ kind: "http" });
});

test("the outbox drops the oldest when it is full", async () => {
  const big = "x".repeat(9 * 1024 * 1024);
  for (const n of [1, 2, 3]) await post(`/n/${n}`, big);
  expect((await items()).map(({ path }) => path)).toEqual(["/n/3"]);
});

const price = (body: unknown) => post("/pricing", body);

test("the price function returns the same price for the same article", async () => {
  const [one, three] = [await price({ sku: "A-1", quantity: 1 }), await price({ sku: "A-1", quantity: 3 })];
  expect(three).toMatchObject({ status: 200, body: { sku: "A-1", quantity: 3, unit_price: one.body.total } });
  expect(Number(three.body.total)).toBeCloseTo(3 * Number(one.body.total), 2);
  expect(await price({ sku: "A-1" })).toMatchObject({ status: 400 });
});

const aws = () => ({ endpoint: outbox.url, ...settings, maxAttempts: 1 });

test("SES catches an e-mail, and refuses one without a sender", async () => {
  const ses = new SESv2Client(aws());
  const Simple = { Subject: { Data: "Hi" }, Body: { Text: { Data: "Ho" } } };
  const mail = { FromEmailAddress: "a@x.example", Destination: { ToAddresses: ["b@x.example"] }, Content: { Simple } };
  expect((await ses.send(new SendEmailCommand(mail))).MessageId).toBeTruthy();
  await expect(ses.send(new SendEmailCommand({ Content: { Simple } }))).rejects.toThrow("a sender");
  expect(await items()).toEqual([
    expect.objectContaining({ kind: "email", from: "a@x.example", to: ["b@x.example"], subject: "Hi", text: "Ho" }),
  ]);
});

test("SNS catches a text message, and refuses a number that has opted out", async () => {
  const sns = new SNSClient(aws());
  const MessageAttributes = { "AWS.SNS.SMS.SenderID": { DataType: "String", StringValue: "Shop" } };
  const sms = { PhoneNumber: "+4930123456", Message: "Shipped", MessageAttributes };
  expect((await sns.send(new PublishCommand(sms))).MessageId).toBeTruthy();
  await expect(sns.send(new PublishCommand({ ...sms, PhoneNumber: "+15550100000" }))).rejects.toThrow("opted out");
  await expect(sns.send(new PublishCommand({ TargetArn: "arn:t", Message: "m" }))).rejects.toThrow("no local stand-in");
  expect(await items()).toMatchObject([
    { kind: "sms", to: "+15550100000", answer: "OptedOut" },
    { kind: "sms", to: "+4930123456", body: "Shipped", sender: "Shop", answer: "ok" },
  ]);
});
