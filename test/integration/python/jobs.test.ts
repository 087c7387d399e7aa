import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { type Local, startLocal } from "../../../local/runtime/start.ts";
import { Ductape } from "../../../sdk/src/index.ts";
import { listening, stopping } from "../../support/aws/server.ts";
import { protocolSecret } from "../../support/code/protocol.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { describePython, runPython, servePython, stopPython } from "../../support/python.ts";

const root = resolve(".");
const folder = tempFolder();
const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;

const catalog = (url: string, page: string) => `
  import { defineProduct } from "${root}/lambdas/consumers/types/define-product.ts";
  import { secret } from "${root}/lambdas/core/catalog/references.ts";
  const at = (url, key = "secret") => ({ envs: { dev: { provider: "serve", url, secret: secret("shop/code#" + key) } } });
  const python = at(${JSON.stringify(url)});
  const quick = { retries: 2, retry_config: { initial_delay: 100, max_delay: 100 } };
  export const products = [defineProduct({
    tag: "shop",
    envs: ["dev"],
    jobs: {
      price: { type: "function", function: "price" },
      echo: { type: "function", function: "echo" },
      told: { type: "function", function: "told" },
      fail: { type: "function", function: "fail", ...quick },
      report: { type: "function", function: "report", ...quick },
      slow: { type: "function", function: "slow", retries: 0, timeout_ms: 1000 },
      odd: { type: "function", function: "odd" },
      wrong: { type: "function", function: "wrong", retries: 0 },
      page: { type: "function", function: "page", retries: 0 },
      ship: { type: "feature", feature: "ship" },
      waits: { type: "feature", feature: "waits" },
    },
    functions: {
      price: python, echo: python, told: python, fail: python, report: python, slow: python, odd: python,
      wrong: at(${JSON.stringify(url)}, "other"),
      page: at(${JSON.stringify(page)}),
    },
    features: {
      ship: { ...python, signals: {} },
      waits: {
        signals: { paid: {} },
        sequences: { main: [{ step: "paid", wait: { signal: "paid", key: "$Input{order}" } }] },
      },
    },
  })];
`;

const html = createServer((_request, response) => response.writeHead(200).end("<html>"));
let local: Local;
let ductape: Ductape;

describePython("jobs whose code is in Python", () => {
  beforeAll(async () => {
    const url = await servePython(["tests/protocol_server.py", "wsgi"]);
    mkdirSync(join(folder, "products"));
    writeFileSync(join(folder, "products/index.ts"), catalog(url, await listening(html)));
    writeFileSync(join(folder, "values"), `shop/code#secret=${protocolSecret}\nshop/code#other=${other}\n`);
    local = await startLocal({
      ...{ catalog: join(folder, "products/index.ts"), dataDir: join(folder, "data"), envFile: join(folder, "values") },
      ...{ port: 0, say: () => {} },
    });
    ductape = new Ductape({ url: local.url, apiKey: local.apiKey });
  }, 120_000);
  afterAll(async () => {
    stopPython();
    await Promise.all([local?.stop(), stopping(html)]);
  });

  async function ended(event: string, payload: unknown) {
    const request = { product_tag: "shop", env: "dev", event, input: { payload }, start_at: 0 };
    const { job_id } = await ductape.processor.job.dispatch(request);
    let job = await ductape.jobs.get(job_id, { wait: 20 });
    while (job.finished_at === undefined) job = await ductape.jobs.get(job_id, { wait: 20 });
    return job;
  }

  test("complete with what the function returns, and are told what they are", async () => {
    expect(await ended("price", { sku: "A-1", quantity: 2 })).toMatchObject({
      status: "completed",
      result: { total: 3998, currency: "EUR" },
    });
    const job = await ended("told", null);
    expect(job.result).toMatchObject({ job_id: job.job_id, run: 1, attempt: 1, product: "shop", event: "told" });
  }, 60_000);

  test("fail with what it raises, by the lines of its source, and are tried again", async () => {
    const job = await ended("fail", { message: "no money" });
    expect(job).toMatchObject({
      status: "failed",
      error: {
        code: "PROVIDER_ERROR",
        provider_code: "CardDeclined",
        message: "fail threw CardDeclined.",
        retryable: true,
      },
    });
    expect(job.attempts).toHaveLength(3);
    const stack = expect.stringMatching(/^at fail \(protocol_functions\.py:\d+\)$/);
    expect(job.attempts[0]?.thrown).toEqual({ name: "CardDeclined", message: "no money", stack });
  }, 60_000);

  test("are not tried again if the exception is final", async () => {
    const job = await ended("fail", { message: "no", retryable: false });
    expect(job).toMatchObject({ status: "failed", error: { provider_code: "CardDeclined", retryable: false } });
    expect(job.attempts).toHaveLength(1);
  }, 60_000);

  test("keep the progress for the next attempt", async () => {
    expect(await ended("report", null)).toMatchObject({ status: "completed", progress: { page: 2 } });
    expect(await ended("report", "throw")).toMatchObject({ status: "failed", progress: { page: 2 } });
  }, 60_000);

  test.each([
    ["price", { sku: 7 }, "VALIDATION_ERROR", "The payload is none that price takes."],
    ["odd", "nan", "PROVIDER_ERROR", "odd has run, but what it returned cannot be kept."],
    ["wrong", null, "UNAUTHORIZED", "The code refused the signature of the message: both sides need the same secret"],
    ["page", null, "PROVIDER_ERROR", "answered page with something that is no answer of version 1."],
    // By the code's own answer, or by the engine where that comes a moment too late.
    ["slow", 5000, "TIMEOUT", ""],
  ])(
    "say what was wrong: %s of %j",
    async (event, payload, code, message) => {
      const job = await ended(event, payload);
      expect(job).toMatchObject({ status: "failed", error: { code, message: expect.stringContaining(message) } });
      expect(job.attempts).toHaveLength(1);
    },
    60_000,
  );

  test("are functions: a feature says that Python runs none", async () => {
    const request = { product_tag: "shop", env: "dev", event: "ship", input: {}, start_at: 0 };
    const { job_id } = await ductape.processor.job.dispatch(request);
    let job = await ductape.jobs.get(job_id);
    while (job.parked === undefined) job = await ductape.jobs.get(job_id, { wait: 1 });
    expect(job.parked).toMatchObject({ code: "UNKNOWN_FEATURE", message: expect.stringContaining("in TypeScript") });
    await ductape.jobs.cancel(job_id);
  }, 60_000);

  test("are scheduled, waited for and changed by the client of Python", async () => {
    const env = { DUCTAPE_URL: local.url, DUCTAPE_API_KEY: local.apiKey };
    const { stdout } = await runPython(["tests/client_program.py"], env);
    expect(JSON.parse(stdout)).toEqual({
      same: true,
      done: ["completed", 1],
      run: { total: 1999, currency: "EUR" },
      run_failed: { code: "PROVIDER_ERROR", status: null, pointers: [] },
      large: 1_000_000,
      batch: [120, "EVENT_NOT_FOUND"],
      batch_pointer: ["/jobs/120/event"],
      listed: 120,
      page: [10, true],
      cancelled: "returned",
      retried: "scheduled",
      signal: "m-1",
      me: expect.arrayContaining(["jobs:read", "jobs:write"]),
      stats: true,
      invalid: { code: "INVALID_REQUEST", status: 400, pointers: ["/retries"] },
      missing: { code: "JOB_NOT_FOUND", status: 404, pointers: [] },
      conflict: { code: "STATE_CONFLICT", status: 409, pointers: [] },
    });
  }, 300_000);
});
