import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Local, startLocal } from "../../../local/runtime/start.ts";
import { Ductape } from "../../../sdk/src/index.ts";
import { listening, stopping } from "../../support/aws/server.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/until.ts";

const root = resolve(".");
const folder = tempFolder();

/** What the bank was asked, which is down for the first charge. */
const asked: { path: string; key: IncomingHttpHeaders[string]; body: unknown }[] = [];
const bank = createServer(async (request, response) => {
  const body: unknown = JSON.parse((await text(request)) || "null");
  asked.push({ path: request.url ?? "", key: request.headers["idempotency-key"], body });
  const charges = asked.filter(({ path }) => path === "/charges/A-1").length;
  response.writeHead(charges === 1 ? 503 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: "ch_1" }));
});

const sale = `
  import { features } from "${root}/lambdas/code/ductape/define.ts";

  const cut = (ctx, charge) => ctx.api.run({ app: "bank", event: "create-charge", input: { "params:order": "film-" + charge } });

  export const sale = features.define({
    tag: "sale",
    options: { timeout: "1h" },
    input: { order: "string" },
    signals: { reviewed: { input: { accepted: "boolean" } } },
    queries: { progress: { handler: (ctx) => ctx.completed_steps } },
    handler: async (ctx) => {
      const charge = await ctx.step(
        "charge",
        () => ctx.api.run({ app: "bank", event: "create-charge", input: { order: ctx.input.order, amount: 5 } }),
        (result) => ctx.api.run({ app: "bank", event: "refund", input: { "params:id": result.id } }),
        { retries: 2, retry_delay: "1s", timeout: "1m" },
      );
      const film = await ctx.step("film", () => "film of " + charge.id, null, { timeout: "1m" });
      if (ctx.input.order === "A-1") await ctx.step("by-helper", () => cut(ctx, charge.id), null, { timeout: "1m" });
      const review = await ctx.waitForSignal(["reviewed"], { timeout: "1d" });
      if (!review.accepted) await ctx.triggerRollback(film + " was refused");
      return { charge: charge.id, film, by: review._signal };
    },
  });
`;
const catalog = (url: string) => `
  import { defineProduct } from "${root}/lambdas/consumers/types/define-product.ts";
  import { code } from "${root}/lambdas/core/catalog/code-target.ts";
  export const products = [defineProduct({
    tag: "shop",
    envs: ["dev"],
    jobs: {
      sale: { type: "feature", feature: "sale" },
      charge_customer: { type: "action", app: "bank", action: "create-charge", retries: 0 },
      refund_customer: { type: "action", app: "bank", action: "refund" },
    },
    apps: {
      bank: {
        envs: { dev: { base_url: "${url}" } },
        actions: {
          "create-charge": { method: "POST", path: "/charges/:order" },
          refund: { method: "POST", path: "/charges/:id/refunds" },
        },
      },
    },
    features: { sale: code("../features/sale.ts") },
  })];
`;

let local: Local;
let ductape: Ductape;
beforeAll(async () => {
  for (const name of ["products", "features"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "products/index.ts"), catalog(await listening(bank)));
  writeFileSync(join(folder, "values"), "");
  writeFileSync(join(folder, "features/sale.ts"), sale);
  const files = { catalog: join(folder, "products/index.ts"), envFile: join(folder, "values") };
  local = await startLocal({ ...files, dataDir: join(folder, "data"), port: 0, say: () => {} });
  ductape = new Ductape({ url: local.url, apiKey: local.apiKey, product: "shop", env: "dev" });
});
afterAll(async () => {
  await local?.stop();
  await stopping(bank);
});

async function reviewed(order: string, accepted: boolean) {
  const { job_id } = await ductape.features.dispatch({ feature: "sale", input: { order } });
  const isWaiting = async () => (await ductape.jobs.get(job_id)).steps?.["wait:reviewed"]?.status === "waiting";
  await until(isWaiting, 30_000);
  const { state } = await ductape.jobs.get(job_id);
  await ductape.features.signal({ feature_id: job_id, signal: "reviewed", payload: { accepted } });
  let job = await ductape.jobs.get(job_id, { wait: 20 });
  while (job.finished_at === undefined) job = await ductape.jobs.get(job_id, { wait: 20 });
  return { job, state };
}

test("a feature in Ductape's spelling runs the actions of apps, and repeats them by one key", async () => {
  const { job, state } = await reviewed("A-1", true);
  expect(job).toMatchObject({
    status: "completed",
    result: { charge: "ch_1", film: "film of ch_1", by: "reviewed" },
  });
  expect(state).toEqual({ queries: { progress: ["charge", "film", "by-helper"] } });
  const key = `${job.job_id}-1/charge/bank%3Acreate-charge/1`;
  const once = { path: "/charges/A-1", key, body: { amount: 5 } };
  expect(asked).toMatchObject([once, once, { path: "/charges/film-ch_1" }]);
}, 60_000);

test("and is rolled back as its handler asks", async () => {
  const { job } = await reviewed("B-1", false);
  expect(job).toMatchObject({ rolled_back: { steps: 1, failed: 0 } });
  expect(asked.at(-1)?.path).toBe("/charges/ch_1/refunds");
}, 60_000);
