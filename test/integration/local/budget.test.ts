import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDuctape } from "../../../sdk/src/index.ts";
import { type HttpServer, httpServer } from "../../support/executors/http-server.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask, runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

/** For what a busy machine takes long to do: a round of the reconciler comes each minute. */
const patienceMs = 150_000;
const folder = tempFolder();
const cwd = checkout(join(folder, "code"));
let shop: HttpServer;
let chat: HttpServer;

const product = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { parameter, secret } from "../lambdas/core/catalog/references.ts";
  const place = { base_url: parameter("/spender/shop") };
  const spender = defineProduct({
    tag: "spender",
    envs: ["dev"],
    apps: { shop: { envs: { dev: place }, actions: { charge: { method: "POST", path: "/charges" } } } },
    jobs: { charge: { type: "action", app: "shop", action: "charge" } },
    receivers: { chat: { slack: secret("spender/chat") } },
    alerts: { spent: { when: "cost_above", usd: 0.00005, notify: ["chat"] } },
  });
  export const products = [spender] as const;
`;

beforeAll(async () => {
  shop = await httpServer((_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  chat = await httpServer((_, response) => response.writeHead(200).end("ok"));
  writeFileSync(join(cwd, "products/index.ts"), product);
  writeFileSync(join(cwd, ".env.local"), `/spender/shop=${shop.url}\nspender/chat=${chat.url}/services/T1/B2/s3cret\n`);
});
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
  await chat?.[Symbol.asyncDispose]();
});

test("a budget is told to Slack once the hour is over in which its jobs have ended, and closed with the month", async () => {
  const run = runLocal({ data: join(folder, "data"), cwd });
  const { url, api_key } = await run.ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "spender", env: "dev" });
  const { now } = (await ask(run.running(), "/local/clock")) as { now: number };
  const to = (time: number) => ask(run.running(), "/local/clock", { to: time });
  // A month that begins: it has few hours that are counted first.
  const month = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() + 1);
  await to(month + 60_000);
  const jobs = await Promise.all(
    Array.from({ length: 8 }, () =>
      ductape.processor.job.dispatch({ event: "charge", start_at: 0, input: { body: {} } }),
    ),
  );
  for (const { job_id } of jobs)
    await until(async () => (await ductape.jobs.get(job_id)).status === "completed", patienceMs);
  await to(month + 3_600_000 + 11 * 60_000);

  await until(() => chat.seen.length > 0, patienceMs);
  const { text } = JSON.parse(chat.seen[0]?.body ?? "") as { text: string };
  const name = new Date(month).toISOString().slice(0, 7);
  expect(text).toMatch(
    new RegExp(`^New: jobs have used 0\\.\\d+ of 0\\.00005 USD in spender, dev, in ${name} \\(spent\\)\\.`),
  );
  expect(text).toContain("Most of it: charge 0.");
  const { incidents } = await ductape.incidents.list({ state: "open" });
  const costs = await ductape.jobs.costs({ month: name });
  expect(incidents).toMatchObject([{ kind: "budget", alert: "spent", budget: { month: name, budget_usd: 0.00005 } }]);
  // The job that has told of it ended later.
  const charged = costs.rows.find(({ event }) => event === "charge");
  expect(charged).toMatchObject({ runs: 8 });
  expect(incidents[0]?.budget?.usd).toBeCloseTo(charged?.usd ?? 0, 10);

  const next = Date.UTC(new Date(month).getUTCFullYear(), new Date(month).getUTCMonth() + 1);
  await to(next + 3_600_000 + 11 * 60_000);
  await until(async () => (await ductape.incidents.list({ state: "closed" })).incidents.length > 0, patienceMs);
  await until(() => chat.seen.length > 1, patienceMs);
  expect(chat.seen.at(-1)?.body).toContain("Over: jobs have used");
}, 400_000);
