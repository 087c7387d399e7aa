import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDuctape } from "../../../sdk/src/index.ts";
import { type HttpServer, httpServer } from "../../support/executors/http-server.ts";
import { checkout } from "../../support/local/checkout.ts";
import { runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

/** For what a busy machine takes long to do. */
const patienceMs = 60_000;
const folder = tempFolder();
const cwd = checkout(join(folder, "code"));
let shop: HttpServer;

const product = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { parameter } from "../lambdas/core/catalog/references.ts";
  const found = defineProduct({
    tag: "found",
    envs: ["dev"],
    apps: { shop: { envs: { dev: { base_url: parameter("/found/shop") } }, actions: { charge: { method: "POST", path: "/charges" } } } },
    jobs: {
      charge: {
        type: "action", app: "shop", action: "charge", retries: 0, redact: ["/body/card"],
        search: {
          order: "$Input{body}{order}",
          card: { value: "$Input{body}{card}", sealed: true },
          charge: "$Result{body}{id}",
        },
      },
    },
  });
  export const products = [found] as const;
`;

beforeAll(async () => {
  shop = await httpServer((request, response) => {
    const fails = request.url?.includes("fail") ?? false;
    response.writeHead(fails ? 422 : 200, { "content-type": "application/json" }).end('{"id":"ch_4711"}');
  });
  writeFileSync(join(cwd, "products/index.ts"), product);
  writeFileSync(join(cwd, ".env.local"), `/found/shop=${shop.url}\n`);
});
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

test("a job is found by its order, its sealed card and its charge within seconds, and after it has failed", async () => {
  const run = runLocal({ data: join(folder, "data"), cwd });
  const { url, api_key } = await run.ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "found", env: "dev" });
  const order = (body: Record<string, unknown>, query = {}) =>
    ductape.processor.job.dispatch({ event: "charge", start_at: 0, input: { body, query } });
  const found = async (text: string, query = {}) => {
    const page = await ductape.jobs.find(text, query);
    return page.found.map(({ job, fields }) => [job.job_id, ...fields]);
  };

  const paid = await order({ order: "😀 A#17", card: "4111" });
  const lost = await order({ order: "B-18", card: "4111" }, { fail: "yes" });
  await until(async () => (await found("ch_4711")).length > 0, patienceMs);
  expect(await found("ch_4711")).toEqual([[paid.job_id, "charge"]]);
  expect(await found("😀 A#17")).toEqual([[paid.job_id, "order"]]);
  await until(async () => (await found("4111", { field: "card" })).length === 2, patienceMs);
  await until(async () => (await found("B-18", { status: "failed" })).length > 0, patienceMs);
  expect(await found("B-18", { status: "failed", field: "order" })).toEqual([[lost.job_id, "order"]]);
  expect(await found("4111", { status: "failed" })).toEqual([[lost.job_id, "card"]]);
  expect(await found("A-17", { status: "failed" })).toEqual([]);
  expect(run.output()).not.toContain("4111");
  await run.terminate();
}, 180_000);

/** The request of the page that has a value. */
const bulk = readFileSync(new URL("../../../docs/operations/bulk.md", import.meta.url), "utf8");
const byValue = [...bulk.matchAll(/```json\n([\s\S]*?)```/g)]
  .map(([, text = ""]) => JSON.parse(text))
  .find(({ filter }) => filter?.where);

test("the operation of the page cancels all jobs of an order and no other, and one of a sealed card keeps no card", async () => {
  const run = runLocal({ data: join(folder, "by-value"), cwd });
  const { url, api_key } = await run.ready();
  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const headers = { authorization: `Bearer ${api_key}`, "content-type": "application/json" };
    const answered = await fetch(`${url}/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await answered.json()) as Answer;
    expect([answered.ok, answer]).toEqual([true, answer]);
    return answer;
  };
  const at = { product_tag: "found", env: "dev" };
  const made = async (count: number, body: object) => {
    const job = { ...at, event: "charge", input: { body }, start_at: Date.now() + 7_200_000 };
    for (let from = 0; from < count; from += 100)
      await ask("POST", "/jobs/batch", { jobs: Array(Math.min(100, count - from)).fill(job) });
  };
  const [order] = Object.values<string>(byValue.filter.where);
  await made(230, { order, card: "4000-1" });
  await made(120, { order: `${order}8`, card: "5500-7" });
  await made(40, { order: "other" });

  type Shown = Record<string, unknown> & { operation_id: string; state: string; matched: number };
  const operate = async (asked: object): Promise<Shown> => {
    const { operation_id } = await ask<Shown>("POST", "/operations", asked);
    return until(async () => {
      const shown = await ask<Shown>("GET", `/operations/${operation_id}`);
      return shown.state === "done" && shown;
    }, patienceMs);
  };
  const cancel = (where: object) =>
    operate({ ...byValue, filter: { ...byValue.filter, ...at, where }, rate_per_second: 200 });
  const count = async (filter: object) => (await operate({ action: "count", filter: { ...at, ...filter } })).matched;
  // The index is some seconds behind: as the page says, the jobs are counted first.
  const counts = (where: object, most: number) => until(async () => (await count({ where })) === most, patienceMs);

  await counts(byValue.filter.where, 230);
  const done = await cancel(byValue.filter.where);
  expect(done).toMatchObject({ matched: 230, changed: 230, unchanged: 0, filter: { where: { order } } });
  expect(await count({ status: "cancelled" })).toBe(230);

  await counts({ card: "5500-7" }, 120);
  const sealed = await cancel({ card: "5500-7" });
  expect(sealed).toMatchObject({ changed: 120, unchanged: 0, filter: { where: { card: "[sealed]" } } });
  expect(await count({ status: "cancelled" })).toBe(350);
  const entries = await ask("GET", "/audit?product_tag=found&action=operation.start");
  for (const text of [run.output(), JSON.stringify([sealed, entries])]) expect(text).not.toContain("5500-7");
  await run.terminate();
}, 240_000);
