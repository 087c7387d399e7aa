import { writeFileSync } from "node:fs";
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
