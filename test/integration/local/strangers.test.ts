import { generateKeyPairSync } from "node:crypto";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sendJson, serve } from "../../../local/gateway/http.ts";
import { startOutbox } from "../../../local/outbox/outbox.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { startScheduler } from "../../../local/scheduler/scheduler.ts";
import { startDynamoDb } from "../../../local/servers/dynamodb.ts";
import { startSecrets } from "../../../local/servers/secrets.ts";
import { startSqsAndS3 } from "../../../local/servers/sqs-s3.ts";
import { openChangeLog } from "../../../local/stream/change-log.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const folder = tempFolder();
const ports = ["gateway", "dynamodb", "sqs, sns and s3", "scheduler", "secrets", "outbox"] as const;
const urls: Partial<Record<(typeof ports)[number], string>> = {};
const stops: (() => unknown)[] = [];
let smtpUrl = "";

/** Every port that `npm start` opens. */
beforeAll(async () => {
  const gateway = await serve(async (_, response) => sendJson(response, 200, {}));
  const changes = openChangeLog(join(folder, "stream.db"));
  const dynamodb = await startDynamoDb(join(folder, "dynamodb"), { log: changes, changed: () => {} });
  const sqs = await startSqsAndS3(join(folder, "sqs-s3"), []);
  const client = new SQSClient({ endpoint: sqs.url, ...credentials });
  const file = join(folder, "schedules.db");
  const scheduler = await startScheduler({ file, sqs: client, queueUrl: sqs.queueUrl });
  const secrets = await startSecrets(async () => "value");
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const outbox = await startOutbox(privateKey);
  smtpUrl = outbox.smtpUrl;
  Object.assign(urls, {
    gateway: gateway.url,
    dynamodb: dynamodb.url,
    "sqs, sns and s3": sqs.url,
    scheduler: scheduler.url,
    secrets: secrets.url,
    outbox: outbox.url,
  });
  stops.push(
    () => gateway.close(),
    () => dynamodb.close(),
    changes.close,
    sqs.close,
    () => client.destroy(),
    scheduler.close,
    () => secrets.close(),
    outbox.close,
  );
}, 60_000);
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request with exactly these headers: `fetch` sets its own Host. */
const ask = (port: (typeof ports)[number], headers: Record<string, string>, { method = "POST", body = "" } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const call = request(urls[port] ?? "", { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: String(Buffer.concat(chunks)) });
      });
    });
    call.on("error", reject).end(body);
  });

const own = (port: (typeof ports)[number]) => new URL(urls[port] ?? "").port;

describe.each(ports)("the port of %s", (port) => {
  test.each([
    ["a page of elsewhere", { origin: "https://evil.example" }],
    ["another port's page", { origin: "http://localhost:5173" }],
    ["a page without an origin", { origin: "null" }],
    ["an image of elsewhere", { "sec-fetch-site": "cross-site" }],
    ["a link of another port", { "sec-fetch-site": "same-site" }],
    ["a name that leads here", { host: "evil.example" }],
    ["such a name with the port", { host: "evil.example:3000" }],
    ["a name that begins like this machine's", { host: "127.0.0.1.evil.example" }],
    ["a name that hides another", { host: "localhost@evil.example" }],
  ])("refuses %s, and lets no page read the answer", async (_what, headers: Record<string, string>) => {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const { status, body, headers: answered } = await ask(port, headers, { method });
      expect([method, status]).toEqual([method, 403]);
      expect(body).toContain("programs on this machine only");
      expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("the ports accept programs by any name of this machine, its pages and the address bar", async () => {
    const hosts = ["127.0.0.1", "localhost", "[::1]", "sqs.us-east-1.localhost"].flatMap((name) => [
      name,
      `${name}:${own(port)}`,
    ]);
    const requests: Record<string, string>[] = [
      ...hosts.map((host) => ({ host })),
      { host: "localhost:1", origin: "http://localhost:1", "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
    ];
    for (const headers of requests) expect((await ask(port, headers)).status).not.toBe(403);
  });
});

test("SNS, S3 and SQS accept no form of a web page", async () => {
  const form = { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example" };
  const body = "Action=Publish&TopicArn=arn:aws:sns:us-east-1:000000000000:ductape-jobs-intake&Message={}";
  expect(await ask("sqs, sns and s3", form, { body })).toMatchObject({ status: 403 });
  expect(await ask("outbox", form, { body })).toMatchObject({ status: 403 });
});

test("the mail server accepts no HTTP request", async () => {
  const { hostname, port } = new URL(smtpUrl);
  const said = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("close", () => resolve(text));
  });
  // A client that speaks before it is greeted, as a browser does, is disconnected.
  expect(said).toMatch(/^421 .*\r\n$/);
});

test("AWS clients may use this machine's address or its name", async () => {
  for (const name of ["127.0.0.1", "localhost"]) {
    const at = (port: (typeof ports)[number]) => ({ endpoint: `http://${name}:${own(port)}`, ...credentials });
    const dynamodb = new DynamoDBClient(at("dynamodb"));
    const sqs = new SQSClient(at("sqs, sns and s3"));
    const s3 = new S3Client({ ...at("sqs, sns and s3"), forcePathStyle: true });
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual(["ductape-jobs"]);
    await sqs.send(new ListQueuesCommand({}));
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain(
      "ductape-jobs-blobs",
    );
    for (const client of [dynamodb, sqs, s3]) client.destroy();
  }
});
