import type { ServerResponse } from "node:http";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { execute as action } from "../../../lambdas/consumers/types/action/execute.ts";
import { execute as databaseAction } from "../../../lambdas/consumers/types/database_action/execute.ts";
import { functionExecutor } from "../../../lambdas/consumers/types/function/execute.ts";
import { emailChannel } from "../../../lambdas/consumers/types/notification/channels/email.ts";
import { smsChannel } from "../../../lambdas/consumers/types/notification/channels/sms.ts";
import { notificationExecutor } from "../../../lambdas/consumers/types/notification/execute.ts";
import { sesSender } from "../../../lambdas/consumers/types/notification/mail/ses.ts";
import { eventBridgeSender } from "../../../lambdas/consumers/types/publish/brokers/eventbridge.ts";
import { snsSender } from "../../../lambdas/consumers/types/publish/brokers/sns.ts";
import { sqsSender } from "../../../lambdas/consumers/types/publish/brokers/sqs.ts";
import { publishExecutor } from "../../../lambdas/consumers/types/publish/execute.ts";
import { storageExecutor } from "../../../lambdas/consumers/types/storage/execute.ts";
import { bucketOpener } from "../../../lambdas/consumers/types/storage/open-bucket.ts";
import { s3Buckets } from "../../../lambdas/consumers/types/storage/s3.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { settings } from "../aws/client-settings.ts";
import { json } from "./http-server.ts";

/** A provider that speaks HTTP, so that one server can act out every failure. */
export interface Provider {
  type: JobType;
  /** The event's fields besides its type. */
  event: Record<string, unknown>;
  /** The catalog entry in the product's section, named `it`. */
  target: (url: string) => object;
  input: Record<string, unknown>;
  execute: (url: string) => Execute;
  good: (response: ServerResponse) => unknown;
  /** The status of a success. Default: 200. */
  status?: number;
  /** A wrong credential for `secret("key")`; absent if the provider needs none. */
  secret?: (url: string) => string;
}

/** The server's address as a reference: written out, it would have to be HTTPS where credentials are sent. */
const here = parameter("/here");

const messages = { plain: {} };
const text = { en: "Hi" };
const notify = (setting: (url: string) => object, input: object, more: Partial<Provider> = {}) => ({
  type: "notification" as const,
  event: { notification: "it" },
  target: (url: string) => ({ envs: { prd: setting(url) }, messages }),
  input: { slug: "plain", ...input },
  execute: () => notificationExecutor(),
  good: (response: ServerResponse) => json(response, 200, {}),
  ...more,
});
const publishTo = (place: object, good: Provider["good"]) => ({
  type: "publish" as const,
  event: { broker: "it", topic: "t" },
  target: () => ({ envs: { prd: place } }),
  input: { message: { id: 1 } },
  execute: (url: string) =>
    publishExecutor({
      sqs: sqsSender(async () => new SQSClient({ ...aws(url), useQueueUrlAsEndpoint: false })),
      sns: snsSender(async () => new SNSClient(aws(url))),
      eventbridge: eventBridgeSender(async () => new EventBridgeClient(aws(url))),
    }),
  good,
});
const aws = (endpoint: string) => ({ ...settings, endpoint, maxAttempts: 1 });
const xml = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
const account = (url: string) => `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=${url}/a;`;
const file = { buffer: "aGVsbG8=", fileName: "a.txt", mimeType: "text/plain" };

export const providers = {
  "action: an app": {
    type: "action",
    event: { app: "it", action: "do" },
    target: () => ({
      envs: { prd: { base_url: here, auth: { type: "bearer", token: secret("key") } } },
      actions: { do: { method: "POST", path: "/do" } },
    }),
    input: { body: { amount: 5 } },
    execute: () => action,
    good: (response) => json(response, 200, {}),
    secret: () => "s3cret",
  },
  "notification: a callback": notify(
    () => ({ callback: { url: here, auth: { type: "bearer", token: secret("key") } } }),
    {
      callback: {},
    },
    { secret: () => "s3cret" },
  ),
  "notification: Expo": notify(
    () => ({ push: { provider: "expo", endpoint: here, access_token: secret("key") } }),
    { push_notification: { title: text, body: text, device_token: "ExponentPushToken[a]" } },
    { good: (response) => json(response, 200, { data: [{ status: "ok", id: "1" }] }), secret: () => "s3cret" },
  ),
  "notification: SES": notify(
    () => ({ email: { provider: "ses", from: "a@x.example" } }),
    { email: { to: "b@x.example", subject: text, template: text } },
    {
      execute: (url) => notificationExecutor({ email: emailChannel(sesSender(async () => new SESv2Client(aws(url)))) }),
      good: (response) => json(response, 200, { MessageId: "1" }),
    },
  ),
  "notification: SNS": notify(
    () => ({ sms: { provider: "sns" } }),
    { sms: { to: "+4930123456", body: text } },
    {
      execute: (url) => notificationExecutor({ sms: smsChannel(async () => new SNSClient(aws(url))) }),
      good: (response) => response.writeHead(200, { "content-type": "text/xml" }).end(xml),
    },
  ),
  "database_action: DynamoDB": {
    type: "database_action",
    event: { database: "it", action: "do" },
    target: (endpoint) => ({
      engine: "dynamodb",
      envs: { prd: { region: "us-east-1", endpoint } },
      actions: { do: { operation: "put", table: "orders", item: { id: "{{id:string}}" } } },
    }),
    input: { data: { id: "1" } },
    execute: () => databaseAction,
    good: (response) => json(response, 200, {}, { "content-type": "application/x-amz-json-1.0" }),
  },
  "function: HTTP": {
    type: "function",
    event: { function: "it" },
    target: (url) => ({ envs: { prd: { provider: "http", url, auth: { type: "bearer", token: secret("key") } } } }),
    input: { payload: 1 },
    execute: () => functionExecutor(),
    good: (response) => json(response, 200, {}),
    secret: () => "s3cret",
  },
  "function: Lambda": {
    type: "function",
    event: { function: "it" },
    target: () => ({ envs: { prd: { provider: "lambda", arn: "arn:aws:lambda:us-east-1:123456789012:function:f" } } }),
    input: { payload: 1 },
    execute: (url) => functionExecutor(async () => new LambdaClient(aws(url))),
    good: (response) => json(response, 200, {}),
  },
  "storage: S3": {
    type: "storage",
    event: { storage: "it" },
    target: (endpoint) => ({ envs: { prd: { provider: "s3", bucket: "bucket", endpoint } } }),
    input: file,
    execute: () => storageExecutor(bucketOpener(s3Buckets({ ...settings }))),
    good: (response) => response.writeHead(200, { etag: '"1"' }).end(),
  },
  "storage: Azure": {
    type: "storage",
    event: { storage: "it" },
    target: () => ({ envs: { prd: { provider: "azure", container: "box", connection_string: secret("key") } } }),
    input: file,
    execute: () => storageExecutor(),
    status: 201,
    good: (response) => response.writeHead(201, { etag: '"1"', "x-ms-version": "2025-01-01" }).end(),
    secret: account,
  },
  "publish: SQS": publishTo(
    { provider: "sqs", topics: { t: { queue: "arn:aws:sqs:us-east-1:123456789012:q" } } },
    (response) => json(response, 200, { MessageId: "1", MD5OfMessageBody: "d2ce28b9a7fd7e4407e2b0fd499b7fe4" }),
  ),
  "publish: SNS": publishTo(
    { provider: "sns", topics: { t: { arn: "arn:aws:sns:us-east-1:123456789012:t" } } },
    (response) => response.writeHead(200, { "content-type": "text/xml" }).end(xml),
  ),
  "publish: EventBridge": publishTo(
    { provider: "eventbridge", bus: "default", source: "s", topics: { t: {} } },
    (response) => json(response, 200, { FailedEntryCount: 0, Entries: [{ EventId: "1" }] }),
  ),
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;
