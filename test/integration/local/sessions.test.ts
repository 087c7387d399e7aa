import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { derivedJobId } from "../../../lambdas/core/job/job-id.ts";
import { type Listening, sendJson, serve } from "../../../local/gateway/http.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { account, queueName } from "../../../local/runtime/names.ts";
import { noon } from "../../support/builders.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask, type Run, runLocal } from "../../support/local/run-local.ts";
import { signedProduct } from "../../support/local/signed-product.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";
import { type Issuer, issuer, signedWith } from "../../support/sessions/issuer.ts";

const cwd = checkout(join(tempFolder(), "code"));
const data = join(cwd, "data");
const secret = "a secret of at least thirty-two bytes";
let local: Run;
let shop: Listening;
let idp: Issuer;
const orders: { url: string; partner: unknown }[] = [];

beforeAll(async () => {
  idp = await issuer();
  shop = await serve(async ({ url = "", headers }, response) => {
    orders.push({ url, partner: headers["x-partner"] });
    sendJson(response, 200, { headers });
  });
  writeFileSync(join(cwd, "products/index.ts"), signedProduct(idp.url));
  const values = {
    "/signed/shop-url": shop.url,
    "signed/shop#partner": "p4rtner-key",
    "signed/session#secret": secret,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(cwd, ".env.local"), lines.join(""));
  local = runLocal({ data, cwd });
  await local.ready();
}, 90_000);
afterAll(async () => {
  await local?.terminate();
  await shop?.close();
  await idp?.close();
});

/** Seconds between the time of the tests and that of the system, which tokens are for. */
const ahead = Math.floor((Date.now() - noon) / 1000);
const signing = (seconds = 600) => ({ issuer: "https://idp.example", expires: ahead + seconds });
const request = (token: string, more: object = {}) => ({
  product_tag: "signed",
  env: "dev",
  event: "order",
  input: { params: { customer: "$Session{user}{sub}" } },
  session: { tag: "user", token },
  ...more,
});
const ended = (id: unknown) =>
  until(async () => {
    const job = await ask(local.running(), `/v1/jobs/${id}`);
    return ["completed", "failed"].includes(String(job.status)) && job;
  }, 20_000);

test("a job runs for the user of its token, which is kept nowhere", async () => {
  const token = await idp.sign({ sub: "http-user" }, signing());
  const job = await ended((await ask(local.running(), "/v1/jobs", request(token))).job_id);
  expect(job).toMatchObject({ status: "completed", session: { tag: "user" } });
  expect(orders.map(({ url }) => url)).toContain("/orders/http-user");
  expect(local.output() + JSON.stringify(job)).not.toContain(token.split(".")[1]);
}, 40_000);

test("a token that has expired or is of another session is refused with its place", async () => {
  const expired = await ask(local.running(), "/v1/jobs", request(await idp.sign({ sub: "u" }, signing(-60))));
  expect(expired.errors).toEqual([{ pointer: "/session/token", detail: "has expired: send a current one" }]);
  const other = await ask(local.running(), "/v1/jobs", request(await signedWith(secret, { sub: "u" }, signing())));
  expect(other.errors).toMatchObject([{ pointer: "/session/token" }]);
  const staff = {
    input: { params: { customer: "c" } },
    session: { tag: "staff", token: await signedWith(secret, { sub: "u" }, signing()) },
  };
  expect(await ask(local.running(), "/v1/explain", request("", staff))).toMatchObject({
    session: { tag: "staff", checked: ["signature", "expiry", "audience"], claims: [] },
  });
}, 40_000);

test("a message in the intake's queue may bring a session", async () => {
  const sqs = new SQSClient({ endpoint: local.running().aws.sqs, ...credentials });
  const QueueUrl = `${local.running().aws.sqs}/${account}/${queueName("intake")}`;
  const body = request(await idp.sign({ sub: "queue-user" }, signing()), { event: "welcome", input: {} });
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
  sqs.destroy();
  const id = derivedJobId("signed", "dev", `sqs:${MessageId}`);
  const job = (await ended(id)) as { status: string; steps: Record<string, { job_id: string }> };
  expect(job).toMatchObject({ status: "completed" });
  expect(orders).toContainEqual({ url: "/orders/queue-user", partner: "p4rtner-key" });
  const step = `/v1/jobs/${job.steps["main.order"]?.job_id}`;
  const shown = await Promise.all(
    [step, `${step}/input`, "/v1/jobs?product=signed"].map((path) => ask(local.running(), path)),
  );
  expect(JSON.stringify(shown)).toContain("[credential]");
  const log = readFileSync(join(data, "log/lambda.log"), "utf8");
  for (const text of [JSON.stringify([job, ...shown]), local.output(), log]) expect(text).not.toContain("p4rtner-key");
}, 40_000);
