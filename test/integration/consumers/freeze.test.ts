import type { BlobServiceClient } from "@azure/storage-blob";
import type { Storage } from "@google-cloud/storage";
import { jest } from "@jest/globals";
import { recentConnectionsOnly } from "../../../lambdas/aws/client/agents.ts";
import { lambdaClients } from "../../../lambdas/consumers/clients/aws/lambda-clients.ts";
import { closeDynamo, runDynamo } from "../../../lambdas/consumers/types/database_action/engines/dynamodb.ts";
import { callLambda } from "../../../lambdas/consumers/types/function/lambda.ts";
import { smsChannel } from "../../../lambdas/consumers/types/notification/channels/sms.ts";
import { azureBucket, azureClient } from "../../../lambdas/consumers/types/storage/azure.ts";
import { gcsBucket, gcsClient } from "../../../lambdas/consumers/types/storage/gcs.ts";
import { s3Buckets } from "../../../lambdas/consumers/types/storage/s3.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { anExecution } from "../../support/executors/execution.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { aServiceAccount } from "../../support/storage/service-account.ts";
import { startGate } from "../../support/tcp-gate.ts";

/** The answer of every service here, as far as its client reads it. */
const published = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";
let server: Awaited<ReturnType<typeof httpServer>>;
let gate: Awaited<ReturnType<typeof startGate>>;
const environment = { ...process.env };

beforeEach(async () => {
  server = await httpServer(({ headers, body }, response) =>
    body.includes("Action=Publish")
      ? response.writeHead(200, { "content-type": "text/xml" }).end(published)
      : json(response, headers["x-ms-version"] ? 201 : 200, { crc32c: "wdBDMA==" }, { etag: '"1"' }),
  );
  gate = await startGate(Number(new URL(server.url).port));
  Object.assign(process.env, {
    AWS_REGION: settings.region,
    AWS_ACCESS_KEY_ID: settings.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${gate.port}`,
  });
});
afterEach(async () => {
  process.env = { ...environment };
  jest.restoreAllMocks();
  closeDynamo();
  await gate.stop();
  await server[Symbol.asyncDispose]();
});

const file = { key: "a.txt", body: Buffer.from("a"), bytes: 1, mimeType: "text/plain", metadata: {}, run: "job_1-1" };
const signal = new AbortController().signal;

/** One client per service, and one call that it makes. */
const calls: [of: string, begin: () => () => Promise<unknown>][] = [
  [
    "Lambda",
    () => {
      const clients = lambdaClients();
      const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
      return () => callLambda(clients, { provider: "lambda", arn }, "{}", anExecution());
    },
  ],
  [
    "S3",
    () => {
      const open = s3Buckets({ forcePathStyle: true });
      return async () => (await open({ bucket: "b", region: undefined, endpoint: undefined })).put(file, false, signal);
    },
  ],
  [
    "SNS",
    () => {
      const send = smsChannel();
      const input = { slug: "hello", sms: { to: "+4930123456", body: { en: "Hello" } } };
      const sending = { execution: anExecution(), input, message: {}, settings: { sms: {} }, before: undefined };
      return () => send(sending as never);
    },
  ],
  [
    "Google Cloud Storage",
    () => {
      const client = gcsClient(aServiceAccount(), `http://127.0.0.1:${gate.port}`);
      return async () => gcsBucket((await client) as Storage, "b").put(file, false, signal);
    },
  ],
  [
    "Azure",
    () => {
      const account = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5";
      const client = azureClient(`${account};BlobEndpoint=http://127.0.0.1:${gate.port}/a`);
      return async () => azureBucket((await client) as BlobServiceClient, "b").put(file, false, signal);
    },
  ],
  [
    "DynamoDB",
    () => {
      const action = { operation: "get", table: "t", key: { id: "1" } };
      return () => {
        const { clock } = anExecution();
        const deadline = clock.now() + 30_000;
        const input = { data: {} };
        const place = { region: undefined, endpoint: undefined };
        return runDynamo({ action, input, signal, clock, deadline, ...place } as never);
      };
    },
  ],
];

test.each(calls)("a job that calls %s after a freeze spends no attempt on a broken connection", async (_, begin) => {
  const call = begin();
  await call();
  gate.forget();
  const thawed = Date.now() + recentConnectionsOnly.maxIdleMs + 1;
  jest.spyOn(Date, "now").mockReturnValue(thawed);
  await call();
  expect(server.seen).toHaveLength(2);
});
