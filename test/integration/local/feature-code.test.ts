import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";
import { serve, toNode } from "../../../lambdas/code/serve.ts";
import { type Local, startLocal } from "../../../local/runtime/start.ts";
import { Ductape } from "../../../sdk/src/index.ts";
import { listening, stopping } from "../../support/aws/server.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/until.ts";

const root = resolve(".");
const folder = tempFolder();
const ledger = join(folder, "ledger");

/** What the code has done to the world, in this order. */
const done = (): string[] => readFileSync(ledger, "utf8").split("\n").slice(0, -1);

const functions = `
  import { appendFileSync } from "node:fs";
  import { defineFunction } from "${root}/lambdas/code/define-function.ts";
  const note = (name: string) =>
    defineFunction({ async run(what: { order: string }) { appendFileSync("${ledger}", name + " " + what.order + "\\n"); return { id: name + "-" + what.order }; } });
  export const charge = note("charge");
  export const refund = note("refund");
  export const ship = note("ship");
`;
const features = (text: string) => `
  import { appendFileSync, readFileSync } from "node:fs";
  import * as z from "${root}/node_modules/zod/index.js";
  import { defineFeature } from "${root}/lambdas/code/feature/define-feature.ts";

  export const sale = defineFeature({
    input: z.object({ order: z.string(), how: z.string().default("") }),
    signals: { approved: z.object({ by: z.string() }) },
    async run(ctx, { order, how }) {
      const payload = { payload: { order } };
      const charged = await ctx.run<{ id: string }>("charge", payload, { undo: () => ctx.run("refund", payload) });
      const letter = await ctx.step("letter", () => {
        appendFileSync("${ledger}", "letter " + order + "\\n");
        const begun = readFileSync("${ledger}", "utf8").split("letter " + order + "\\n").length - 1;
        if (how === "crash" && begun === 1) process.kill(process.pid, "SIGKILL");
        if (how === "throw") throw new TypeError("no letter for " + order);
        return "${text} " + order;
      });
      ctx.setState("letter", letter);
      const { payload: { by } } = await ctx.waitForSignal("approved");
      const [shipped] = await Promise.all([ctx.run<{ id: string }>("ship", payload), ctx.sleep("1s")]);
      return { charged: charged.id, letter, by, shipped: shipped.id };
    },
  });
`;
const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const hosted = defineFeature({
  async run(ctx, { order }: { order: string }) {
    const charged = await ctx.run<{ id: string }>("charge", { payload: { order } });
    // It takes longer than a decision may, and so is a job.
    const film = await ctx.step("film", () => `film of ${charged.id}`, { timeout: "1m" });
    return { film };
  },
});
const host = createServer(toNode(serve({ definitions: [{ id: "one", features: { hosted } }], secret: key })));

const catalog = (url: string) => `
  import { secret } from "${root}/lambdas/core/catalog/references.ts";
  import { defineProduct } from "${root}/lambdas/consumers/types/define-product.ts";
  import { code } from "${root}/lambdas/core/catalog/code-target.ts";
  export const products = [defineProduct({
    tag: "shop",
    envs: ["dev"],
    jobs: {
      sale: { type: "feature", feature: "sale" },
      hosted: { type: "feature", feature: "hosted" },
      charge: { type: "function", function: "charge" },
      refund: { type: "function", function: "refund" },
      ship: { type: "function", function: "ship" },
    },
    functions: { charge: code("../functions/shop.ts"), refund: code("../functions/shop.ts"), ship: code("../functions/shop.ts") },
    features: {
      sale: code("../features/sale.ts"),
      hosted: { envs: { dev: { provider: "serve", url: "${url}/jobs", secret: secret("shop/code") } } },
    },
  })];
`;

const lines: string[] = [];
let local: Local;
let ductape: Ductape;

beforeAll(async () => {
  for (const name of ["products", "functions", "features"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "products/index.ts"), catalog(await listening(host)));
  writeFileSync(join(folder, "values"), `shop/code=${key}\n`);
  writeFileSync(join(folder, "functions/shop.ts"), functions);
  writeFileSync(join(folder, "features/sale.ts"), features("Dear"));
  writeFileSync(ledger, "");
  local = await startLocal({
    ...{ catalog: join(folder, "products/index.ts"), dataDir: join(folder, "data"), envFile: join(folder, "values") },
    ...{ port: 0, watch: true, say: (line) => void lines.push(line) },
  });
  ductape = new Ductape({ url: local.url, apiKey: local.apiKey });
});
afterAll(async () => {
  await local?.stop();
  await stopping(host);
});

async function begin(order: string, how?: string, event = "sale"): Promise<string> {
  const input = { order, ...(how !== undefined && { how }) };
  const request = { product_tag: "shop", env: "dev", event, input, start_at: 0 };
  return (await ductape.processor.job.dispatch(request)).job_id;
}
const waits = async (id: string) => {
  await until(async () => (await ductape.jobs.get(id)).steps?.["wait:approved"]?.status === "waiting", 20_000);
  return ductape.jobs.get(id);
};
async function ended(id: string) {
  let job = await ductape.jobs.get(id, { wait: 20 });
  while (job.finished_at === undefined) job = await ductape.jobs.get(id, { wait: 20 });
  return job;
}
const approve = (job_id: string) =>
  ductape.signals.send({ product_tag: "shop", env: "dev", signal: "approved", job_id, payload: { by: "Ada" } });
const stepsOf = (job: { steps?: Record<string, { status: string }> }) =>
  Object.fromEntries(Object.entries(job.steps ?? {}).map(([key, { status }]) => [key, status]));

describe("features in code on this machine", () => {
  test("run events and own code, wait for a signal, and show what they do", async () => {
    const id = await begin("A-1");
    const waiting = await waits(id);
    expect(stepsOf(waiting)).toEqual({ charge: "completed", letter: "completed", "wait:approved": "waiting" });
    expect(waiting).toMatchObject({ status: "running", state: { letter: "Dear A-1" } });
    expect(waiting.graph?.map(({ step, depends_on }) => [step, depends_on])).toEqual([
      ["charge", []],
      ["letter", ["charge"]],
      ["wait:approved", ["letter"]],
    ]);
    await approve(id);
    expect(await ended(id)).toMatchObject({
      status: "completed",
      result: { charged: "charge-A-1", letter: "Dear A-1", by: "Ada", shipped: "ship-A-1" },
    });
    expect(done()).toEqual(["charge A-1", "letter A-1", "ship A-1"]);
  }, 60_000);

  test("go on after the process of their code was killed, with what was shown before", async () => {
    const id = await begin("B-1", "crash");
    await until(async () => (await ductape.jobs.get(id)).parked?.code === "CRASHED", 20_000);
    await waits(id);
    await approve(id);
    expect(await ended(id)).toMatchObject({ status: "completed", result: { letter: "Dear B-1" } });
    // Own code runs at least once, and what it calls by ctx runs once.
    expect(done().filter((line) => line.endsWith("B-1"))).toEqual([
      "charge B-1",
      "letter B-1",
      "letter B-1",
      "ship B-1",
    ]);
  }, 60_000);

  test("say what own code has thrown and where, and undo what they had done", async () => {
    const id = await begin("C-1", "throw");
    const job = await ended(id);
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "PROVIDER_ERROR", retryable: false, message: "Step letter failed: TypeError." },
      rolled_back: { steps: 1, failed: 0 },
    });
    expect(job.attempts[0]?.thrown).toMatchObject({
      message: "no letter for C-1",
      stack: expect.stringMatching(/features\/sale\.ts:\d+/),
    });
    expect(JSON.stringify(job)).not.toContain(folder);
    expect(done().filter((line) => line.endsWith("C-1"))).toEqual(["charge C-1", "letter C-1", "refund C-1"]);
  }, 60_000);

  test("undo what they had done when they are cancelled", async () => {
    const id = await begin("D-1");
    await waits(id);
    await ductape.jobs.cancel(id, { reason: "no more" });
    const job = await ended(id);
    expect(job).toMatchObject({ status: "cancelled", reason: "no more", rolled_back: { steps: 1, failed: 0 } });
    expect(done().filter((line) => line.endsWith("D-1"))).toEqual(["charge D-1", "letter D-1", "refund D-1"]);
  }, 60_000);

  test("run behind any server, and what takes long as a job", async () => {
    const id = await begin("G-1", undefined, "hosted");
    const job = await ended(id);
    expect(job).toMatchObject({ status: "completed", result: { film: "film of charge-G-1" } });
    const film = await ductape.jobs.get(job.steps?.film?.job_id ?? "");
    expect(film).toMatchObject({ type: "function", event: "hosted/film", status: "completed" });
  }, 60_000);

  test("end as the code that they began with, also after another deployment", async () => {
    const id = await begin("E-1");
    await waits(id);
    writeFileSync(join(folder, "features/sale.ts"), features("Hello"));
    await until(() => lines.some((line) => line.includes("Reloaded")), 20_000);
    const later = await begin("F-1");
    expect(await waits(later)).toMatchObject({ state: { letter: "Hello F-1" } });
    for (const one of [id, later]) await approve(one);
    expect(await ended(id)).toMatchObject({ status: "completed", result: { letter: "Dear E-1" } });
    expect(await ended(later)).toMatchObject({ status: "completed", result: { letter: "Hello F-1" } });
    expect(done().filter((line) => line.endsWith("E-1"))).toEqual(["charge E-1", "letter E-1", "ship E-1"]);
  }, 60_000);
});
