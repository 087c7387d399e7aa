import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bundleCode } from "../../../infra/bundle/bundle-code.ts";
import { type Local, startLocal } from "../../../local/runtime/start.ts";
import { Ductape } from "../../../sdk/src/index.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/until.ts";

const root = resolve(".");
const folder = tempFolder();

const functions = (total: number) => `
  import * as z from "${root}/node_modules/zod/index.js";
  import { defineFunction } from "${root}/lambdas/code/define-function.ts";
  import { secret } from "${root}/lambdas/core/catalog/references.ts";

  class CardDeclined extends Error { name = "CardDeclined" }
  let calls = 0;
  export const price = defineFunction({
    input: z.object({ sku: z.string() }),
    async run({ sku }, ctx) {
      ctx.log.info("looking up", { sku });
      console.log("plain");
      return { total: ${total}, key: await ctx.secret(secret("shop/stripe#key")) };
    },
  });
  export const bad = defineFunction({
    async run(how, ctx) {
      ctx.progress({ attempt: ctx.attempt, before: ctx.lastProgress });
      if (how === "throw") throw Object.assign(new CardDeclined("no money for " + how), { retryable: ctx.attempt < 2 });
      if (how === "exit") process.exit(0);
      if (how === "loop") for (;;);
      if (how === "never") await new Promise(() => {});
      if (how === "later") { setTimeout(() => { throw new Error("later") }, 5); await new Promise(() => {}); }
      if (how === "memory") { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); }
      if (how === "print") for (let i = 0; i < 20_000; i++) console.log("x".repeat(1000));
      if (how === "map") return new Map();
      if (how.startsWith?.("say ")) return how;
      if (how === "large") return "x".repeat(300_000);
      if (how === "wait") {
        const { existsSync } = await import("node:fs");
        while (!existsSync("${folder}/go-on")) await new Promise((done) => setTimeout(done, 20));
        return "went on";
      }
      if (how === "answer") { process.send({ kind: "answer", id: "x", answer: {} }); return "mine"; }
      return ++calls;
    },
  });
`;
const catalog = `
  import { defineProduct } from "${root}/lambdas/consumers/types/define-product.ts";
  import { code } from "${root}/lambdas/core/catalog/code-target.ts";
  import { secret } from "${root}/lambdas/core/catalog/references.ts";
  export const products = [defineProduct({
    tag: "shop",
    envs: ["dev"],
    jobs: {
      price: { type: "function", function: "price" },
      bad: { type: "function", function: "worse", retries: 0 },
      again: { type: "function", function: "worse", retries: 2, retry_config: { initial_delay: 100, max_delay: 100 } },
    },
    functions: {
      price: code("../functions/shop.ts", { secrets: [secret("shop/stripe#key")] }),
      worse: code("../functions/shop.ts", { export: "bad" }),
    },
  })];
`;

const lines: string[] = [];
let local: Local;
let ductape: Ductape;

beforeAll(async () => {
  mkdirSync(join(folder, "products"));
  mkdirSync(join(folder, "functions"));
  writeFileSync(join(folder, "products/index.ts"), catalog);
  writeFileSync(join(folder, "functions/shop.ts"), functions(5));
  writeFileSync(join(folder, "values"), "shop/stripe#key=s3cret\n");
  local = await startLocal({
    ...{ catalog: join(folder, "products/index.ts"), dataDir: join(folder, "data"), envFile: join(folder, "values") },
    ...{ port: 0, watch: true, say: (line) => void lines.push(line) },
  });
  ductape = new Ductape({ url: local.url, apiKey: local.apiKey });
});
afterAll(() => local?.stop());

const request = (event: string, payload: unknown, more: object = {}) => ({
  ...{ product_tag: "shop", env: "dev", event, input: { payload }, start_at: 0, ...more },
});

async function ended(event: string, payload: unknown, more: object = {}) {
  const { job_id } = await ductape.processor.job.dispatch(request(event, payload, more));
  let job = await ductape.jobs.get(job_id, { wait: 20 });
  while (job.finished_at === undefined) job = await ductape.jobs.get(job_id, { wait: 20 });
  return job;
}

describe("functions of one's own on this machine", () => {
  test("run, with secrets, and print with their job", async () => {
    const job = await ended("price", { sku: "A-1" });
    expect(job).toMatchObject({ status: "completed", result: { total: 5 } });
    await until(() => lines.some((line) => line.endsWith("plain")));
    expect(lines).toEqual(expect.arrayContaining([`${job.job_id}  looking up {"sku":"A-1"}`, `${job.job_id}  plain`]));
  });

  test("refuse a payload, and say where", async () => {
    const job = await ended("price", { sku: 7 });
    expect(job).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR", retryable: false } });
    expect(job.attempts[0]?.thrown).toMatchObject({ message: expect.stringContaining("/sku: ") });
  });

  test("keep what was thrown by its line, and progress for the next attempt", async () => {
    const job = await ended("again", "throw");
    expect(job).toMatchObject({
      status: "failed",
      error: {
        code: "PROVIDER_ERROR",
        provider_code: "CardDeclined",
        message: "worse threw CardDeclined.",
        retryable: false,
      },
      progress: { attempt: 2, before: { attempt: 1 } },
    });
    expect(job.attempts.map(({ thrown }) => thrown)).toEqual([
      { name: "CardDeclined", message: "no money for throw", stack: expect.stringMatching(/functions\/shop\.ts:19:/) },
      expect.objectContaining({ message: "no money for throw" }),
    ]);
    expect(JSON.stringify(job)).not.toContain(folder);
  });

  test.each([
    ["exit", "PROVIDER_ERROR", "it called process.exit"],
    ["later", "PROVIDER_ERROR", "it called process.exit, or threw outside of the function"],
    ["memory", "PROVIDER_ERROR", "it was out of memory"],
    ["map", "PROVIDER_ERROR", "worse has run, but what it returned cannot be kept."],
    ["loop", "TIMEOUT", ""],
    ["never", "TIMEOUT", ""],
  ])(
    "end alone, whatever they do: %s",
    async (how, code, message) => {
      const [job, other] = await Promise.all([
        ended("bad", how, { timeout_ms: how === "memory" ? 30_000 : 3000 }),
        ended("bad", "fine"),
      ]);
      expect(job).toMatchObject({ status: "failed", error: { code, message: expect.stringContaining(message) } });
      expect(other).toMatchObject({ status: "completed" });
    },
    60_000,
  );

  test("are not waited for if they may take long: what they report is shown while they run", async () => {
    const { job_id } = await ductape.processor.job.dispatch(request("bad", "wait", { timeout_ms: 120_000 }));
    let job = await ductape.jobs.get(job_id);
    while (job.progress === undefined) job = await ductape.jobs.get(job_id);
    expect(job).toMatchObject({ status: "running", progress: { attempt: 1 } });
    writeFileSync(join(folder, "go-on"), "");
    while (job.finished_at === undefined) job = await ductape.jobs.get(job_id, { wait: 20 });
    expect(job).toMatchObject({ status: "completed", result: "went on", progress: { attempt: 1 } });
  }, 60_000);

  test("end at once when their process does, long before their time", async () => {
    const started = performance.now();
    const job = await ended("bad", "exit", { timeout_ms: 600_000 });
    expect(job).toMatchObject({ status: "failed", error: { code: "PROVIDER_ERROR" } });
    expect(performance.now() - started).toBeLessThan(60_000);
  }, 60_000);

  test("answer more than a message holds", async () => {
    expect(await ended("bad", "large")).toMatchObject({ status: "completed", result: "x".repeat(300_000) });
  });

  test("take and answer any character", async () => {
    for (const text of ["say \u{1F986}\u202e", "say \uffff\ufffe\u0000"])
      expect(await ended("bad", text)).toMatchObject({ status: "completed", result: text });
  });

  test("print no more than is worth reading", async () => {
    const job = await ended("bad", "print");
    expect(job).toMatchObject({ status: "completed" });
    const printed = lines.filter((line) => line.startsWith(job.job_id));
    await until(() => printed.length > 0);
    expect(printed.length).toBeLessThan(1100);
  });

  test("run beside each other, more of them than there are processes", async () => {
    const jobs = await Promise.all(Array.from({ length: 30 }, () => ended("bad", "fine")));
    expect(jobs.map(({ status }) => status)).toEqual(jobs.map(() => "completed"));
  }, 60_000);

  test("answer once", async () => {
    expect(await ended("bad", "answer")).toMatchObject({ status: "completed", result: "mine" });
  });

  test("are the new ones once their file has changed, and the last ones that compile", async () => {
    const file = join(folder, "functions/shop.ts");
    writeFileSync(file, functions(6));
    await until(() => lines.includes("Reloaded the changed code."));
    expect(await ended("price", { sku: "A-1" })).toMatchObject({ result: { total: 6 } });
    writeFileSync(file, "export const price = ;");
    await until(() => lines.some((line) => line.includes("The code of shop does not compile")));
    expect(lines.at(-1)).toContain("functions/shop.ts:1:21");
    expect(await ended("price", { sku: "A-1" })).toMatchObject({ result: { total: 6 } });
  });
});

test("a module that does not exist is named", async () => {
  const entry = {
    section: "functions" as const,
    name: "price",
    code: "../functions/shp.ts",
    export: "price",
    secrets: [],
  };
  const bundling = bundleCode("shop", [entry], { catalog: join(folder, "products/index.ts"), folder });
  await expect(bundling).rejects.toThrow(/^\/shop\/functions\/price\/code: .*functions\/shp\.ts does not exist/);
});
