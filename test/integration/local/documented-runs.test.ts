import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { listening, stopping } from "../../support/aws/server.ts";
import { blocksOf, catalogPage } from "../../support/catalog-pages.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();

/** The apps of both examples. No room can be confirmed. */
const calls: string[] = [];
const backend = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  calls.push(`${request.method} ${request.url} ${text}`);
  const isFull = request.url?.endsWith("/confirmations") === true;
  response.writeHead(isFull ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: `id${calls.length}` }));
});
let url: string;
beforeAll(async () => {
  url = await listening(backend);
});
afterAll(() => stopping(backend));

interface Shown {
  status: string;
  steps: Record<string, { status: string; received?: object }>;
  error?: object;
  rolled_back?: object;
}

test("the examples of the pages on waits and on undo run as the pages say", async () => {
  const [waits, undo] = [await catalogPage("waits"), await catalogPage("undo")];
  const product = (tag: string, page: string) => {
    const code = (blocksOf(page, "ts")[0] ?? "").replaceAll(/http:\/\/127\.0\.0\.1:400\d/g, url);
    return `defineProduct({ tag: "${tag}", envs: ["dev", "prd"], ${code} })`;
  };
  const cwd = checkout(newFolder());
  writeFileSync(
    join(cwd, "products/index.ts"),
    `import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
     export const products = [${product("shop", waits)}, ${product("hotel", undo)}];`,
  );
  const local = run({ data: join(cwd, "data"), cwd });
  await local.ready();
  const start = async (page: string, more = {}) => {
    const request = JSON.parse(blocksOf(page, "json")[0] ?? "");
    return (await ask(local.running(), "/v1/jobs", { ...request, ...more })).job_id;
  };
  const job = async (id: unknown) => (await ask(local.running(), `/v1/jobs/${id}`)) as unknown as Shown;
  const seen = (id: unknown, wanted: (job: Shown) => unknown) =>
    until(async () => {
      const shown = await job(id);
      return wanted(shown) ? shown : undefined;
    });

  const order = await start(waits);
  await seen(order, ({ steps }) => steps["main.money"]?.status === "waiting");
  const sent = /-d '(.*)'/.exec(blocksOf(waits, "sh").find((text) => text.includes("/v1/signals")) ?? "")?.[1] ?? "";
  expect(await ask(local.running(), "/v1/signals", JSON.parse(sent))).toMatchObject({ offered: [order] });
  await seen(order, ({ steps }) => steps["main.cool"]?.status === "waiting");
  expect(calls).toEqual([expect.stringMatching(/^POST \/invoices /)]);
  await ask(local.running(), "/local/clock", { advance: "2h1m" });
  const paid = await seen(order, ({ status }) => status === "completed");
  expect(paid.steps["main.money"]).toMatchObject({ received: { signal: "paid", id: "evt_1" } });
  expect(calls.slice(1)).toEqual(['POST /shipments {"order":"A-1042","amount":42.5}']);

  calls.length = 0;
  const stay = await start(undo, { product_tag: "hotel" });
  expect(await seen(stay, ({ status }) => status === "failed")).toMatchObject({
    error: { code: "NOT_FOUND", message: expect.stringContaining("confirm") },
    rolled_back: { steps: 2, failed: 0 },
  });
  expect(calls).toEqual([
    'POST /rooms {"guest":"ada"}',
    'POST /charges {"amount":120,"for":"id1"}',
    expect.stringMatching(/^POST \/rooms\/id1\/confirmations /),
    'POST /refunds {"charge":"id2","amount":120}',
    expect.stringMatching(/^DELETE \/rooms\/id1 /),
  ]);
}, 120_000);
