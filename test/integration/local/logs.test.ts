import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import type { Running } from "../../../local/data/data-folder.ts";
import { listen } from "../../../local/gateway/http.ts";
import { checkout } from "../../support/local/checkout.ts";
import { localRuns } from "../../support/local/runs.ts";

/** Invariant 9 with the real executors and clients, both where everything works and where all providers are hostile. */
const marked = "1nput-C4N4RY";
const secret = "S3CR3T-C4N4RY";

const { folder, newFolder, run } = localRuns();
// As root, the demo's PostgreSQL runs as another user, who must be able to enter the folder.
chmodSync(folder, 0o755);

/** An input for each kind of job, with the mark in every place that takes a string. */
const inputs: [event: string, input: Record<string, unknown>][] = [
  [
    "create_order",
    { params: { customer: marked }, query: { q: marked }, body: { [marked]: marked }, headers: { "x-note": marked } },
  ],
  [
    "send_notification",
    {
      slug: "order_update",
      push_notification: { title: { en: marked }, body: { en: marked }, data: { id: marked }, device_token: marked },
    },
  ],
  [
    "send_notification",
    {
      slug: "welcome",
      email: { to: [`${marked}@example.com`], subject: { name: marked }, template: { name: marked } },
    },
  ],
  ["send_notification", { slug: "order_update", callback: { body: { note: marked }, query: { q: marked } } }],
  ["record_order", { data: { id: "0d9bdc2e-8c6e-4f0e-9d7c-0a1b2c3d4e5f", customer: `${marked}'`, total: 9 } }],
  ["orders_of_customer", { data: {}, filter: { customer: marked } }],
  ["calculate_price", { payload: { sku: marked, quantity: 1 } }],
  ["store_document", { buffer: Buffer.from(marked).toString("base64"), fileName: `${marked}.txt` }],
  ["announce_order", { message: { order: marked }, key: marked, headers: { note: marked } }],
  ["place_order", { customer: marked, sku: marked, quantity: 1 }],
];

interface Finished {
  status: string;
  error?: unknown;
  attempts: { answer?: unknown }[];
}

async function runJob(local: Running, event: string, input: Record<string, unknown>): Promise<Finished> {
  const response = await fetch(`${local.url}/v1/jobs?wait=20`, {
    method: "POST",
    headers: { authorization: `Bearer ${local.api_key}`, "content-type": "application/json" },
    body: JSON.stringify({ env: "dev", product_tag: "my-product", event, input, start_at: 0, retries: 0 }),
  });
  return (await response.json()) as Finished;
}

function withReferences(references: string): string {
  const cwd = checkout(newFolder());
  writeFileSync(join(cwd, ".env.local"), references);
  return cwd;
}

/** Runs a job for every input and stops the system; returns the jobs' ends and every line that the functions logged. */
async function runAll(references?: string) {
  const data = newFolder();
  const options = { data, env: { LOG_LEVEL: "DEBUG" } };
  const system = run(references === undefined ? options : { ...options, cwd: withReferences(references) });
  const local = await system.ready();
  const jobs: Finished[] = [];
  for (const [event, input] of inputs) jobs.push(await runJob(local, event, input));
  await system.terminate();
  const log = readFileSync(join(data, "log", "lambda.log"), "utf8");
  const holding = (text: string) => log.split("\n").filter((line) => line.includes(text));
  return { jobs, log, holding, apiKey: local.api_key };
}

const faultsOf = (jobs: Finished[]) => JSON.stringify(jobs.map(({ error, attempts }) => [error, attempts]));

describe("in a system that works", () => {
  test("no log line contains an input, a result or the key", async () => {
    const { jobs, log, holding, apiKey } = await runAll();
    expect(jobs.map(({ status }) => status)).toEqual(inputs.map(() => "completed"));
    for (const type of jobTypes) expect(log).toContain(`"service":"consumer-${type}"`);
    expect(holding(marked)).toEqual([]);
    expect(holding(apiKey)).toEqual([]);
  }, 120_000);
});

describe("where every provider fails and quotes its request", () => {
  /** Answers 500 with the whole request, including its headers. */
  const echo = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    response.writeHead(500, { "x-echo": String(request.headers.authorization ?? "") });
    response.end(JSON.stringify({ error: `${request.url} ${JSON.stringify(request.headers)} ${text}` }));
  });

  test("no log line and no error of a job contains an input or a secret", async () => {
    const { url, close } = await listen(echo);
    const values = {
      "/my-product/shop-url": `${url}/${secret}`,
      "my-product/shop#token": secret,
      "my-product/fcm": `{"private_key": "${secret}"`,
      "/my-product/fcm-endpoint": `${url}/${secret}`,
      "my-product/smtp#url": `smtp://user:${secret}@127.0.0.1:1`,
      "my-product/orders#url": `postgres://user:${secret}@127.0.0.1:1/${secret}`,
      "/my-product/callback-url": `${url}/${secret}`,
      "/my-product/pricing-url": `${url}/${secret}`,
      "/my-product/webhook-url": `https://127.0.0.1:1/${secret}`,
      "my-product/webhook#secret": secret,
    };
    const references = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
    try {
      const { jobs, log, holding } = await runAll(references.join(""));
      const failed = jobs.filter(({ status }) => status === "failed");
      // A file is stored, and an event taken, by the machine itself.
      expect(failed.length).toBeGreaterThanOrEqual(inputs.length - 2);
      expect(log).toContain('"level":"ERROR"');
      expect(holding(marked)).toEqual([]);
      expect(holding(secret)).toEqual([]);
      expect(faultsOf(jobs)).not.toContain(secret);
      // What the provider has answered quotes the input, and is for keys that may see inputs, such as this one.
      const answers = jobs.flatMap(({ attempts }) => attempts.flatMap(({ answer }) => (answer ? [answer] : [])));
      expect(answers.length).toBeGreaterThan(0);
      const others = jobs.map((job) => ({ ...job, attempts: job.attempts.map(({ answer: _, ...rest }) => rest) }));
      expect(faultsOf(others)).not.toContain(marked);
    } finally {
      await close();
    }
  }, 120_000);
});
