import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Listening, sendJson, serve } from "../../local/gateway/http.ts";
import { ask, endRuns, runLocal } from "../support/local/run-local.ts";
import { tempFolder } from "../support/local/temp-folder.ts";

/** The page's first two examples: a product, and the catalog with it, as a reader would save them. */
const page = "docs/catalog/README.md";
const [product = "", catalog = ""] = [...readFileSync(page, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, code = ""]) => code,
);

/** The files of a clone, with this checkout's packages. */
const notCopied = new Set([".git", ".ductape", "node_modules", "cdk.out"]);
const cwd = tempFolder();
const backend: { server?: Listening; asked: string[] } = { asked: [] };

beforeAll(async () => {
  const server = await serve(async ({ method, url }, response) => {
    backend.asked.push(`${method} ${url}`);
    sendJson(response, 200, { sent: true });
  });
  backend.server = server;
  for (const name of readdirSync(".").filter((one) => !notCopied.has(one))) {
    cpSync(name, join(cwd, name), { recursive: true });
  }
  symlinkSync(resolve("node_modules"), join(cwd, "node_modules"));
  writeFileSync(join(cwd, "products/shop.ts"), product);
  writeFileSync(join(cwd, ".env.local"), `/shop/backend-url=${server.url}\n`);
  writeFileSync(join(cwd, "products/index.ts"), catalog);
});
afterAll(async () => {
  await endRuns();
  await backend.server?.close();
});

/** Runs a program from the packages in the copy; rejects with its output if it fails. */
async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const options = { cwd, env: { ...process.env, NODE_OPTIONS: "", ...env } };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options).catch((failed) => {
    throw new Error(`${failed.stdout}\n${failed.stderr}`);
  });
  return stdout + stderr;
}

test("the page's first example compiles as the catalog's second product", async () => {
  writeFileSync(join(cwd, "products.json"), JSON.stringify({ extends: "./tsconfig.json", include: ["products"] }));
  expect(await run(["node_modules/typescript/bin/tsc", "--noEmit", "-p", "products.json"])).toBe("");
}, 120_000);

test("both stacks synthesize with a second product", async () => {
  expect(await run(["infra/app.ts"], { CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' })).toBe("");
}, 120_000);

test("`npm start` runs a job of a second product", async () => {
  const local = runLocal({ data: join(cwd, ".ductape"), cwd });
  await local.ready();
  const request = { env: "dev", product_tag: "shop", event: "remind_customer", start_at: 0 };
  const job = { ...request, input: { params: { order: "A-1" } } };
  expect(await ask(local.running(), "/v1/jobs", job, { prefer: "wait=20" })).toMatchObject({
    status: "completed",
    result: { body: { sent: true } },
  });
  expect(backend.asked).toEqual(["POST /orders/A-1/reminders"]);
  await local.terminate();
}, 120_000);

test("the tests that examine the catalog pass with a second product", async () => {
  const about = "unit/(docs|products|core/catalog|consumers/types/(definitions|registry))";
  const printed = await run(["test/jest.mjs", "unit", "--runInBand", "--testPathPatterns", about]);
  expect(printed).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
}, 120_000);
