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
let chat: HttpServer;

const product = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { parameter, secret } from "../lambdas/core/catalog/references.ts";
  const place = { base_url: parameter("/watched/shop") };
  const watched = defineProduct({
    tag: "watched",
    envs: ["dev"],
    apps: { shop: { envs: { dev: place }, actions: { charge: { method: "POST", path: "/charges" } } } },
    jobs: { charge: { type: "action", app: "shop", action: "charge", retries: 0 } },
    receivers: { chat: { slack: secret("watched/chat") } },
    alerts: { new: { when: "new_cause", notify: ["chat"] } },
  });
  export const products = [watched] as const;
`;

beforeAll(async () => {
  shop = await httpServer((_, response) =>
    response.writeHead(500, { "content-type": "application/json" }).end('{"error":"no card is known"}'),
  );
  chat = await httpServer((_, response) => response.writeHead(200).end("ok"));
  writeFileSync(join(cwd, "products/index.ts"), product);
  writeFileSync(join(cwd, ".env.local"), `/watched/shop=${shop.url}\nwatched/chat=${chat.url}/services/T1/B2/s3cret\n`);
});
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
  await chat?.[Symbol.asyncDispose]();
});

const said = (): string[] => chat.seen.map(({ body }) => (JSON.parse(body) as { text: string }).text);

test("a cause is told to Slack within seconds, once, resolved, and told again when it comes back", async () => {
  const run = runLocal({ data: join(folder, "data"), cwd });
  const { url, api_key } = await run.ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "watched", env: "dev" });
  const fail = () => ductape.processor.job.dispatch({ event: "charge", start_at: 0, input: { body: {} } });
  const failed = async (job_id: string) => (await ductape.jobs.get(job_id)).status === "failed";
  const failMany = async (count: number) => {
    const jobs = await Promise.all(Array.from({ length: count }, fail));
    for (const { job_id } of jobs) await until(() => failed(job_id), patienceMs);
  };

  const { job_id } = await fail();
  await until(() => failed(job_id), patienceMs);
  await until(() => chat.seen.length > 0, 15_000);
  const [message] = chat.seen;
  expect(message).toMatchObject({ method: "POST", url: "/services/T1/B2/s3cret" });
  expect(said()[0]).toContain("New: apps/shop fails with PROVIDER_ERROR (500) in watched, dev.");
  expect(said()[0]).toContain(job_id);

  // Four more say nothing: ten would.
  await failMany(4);
  const { incidents } = await until(async () => {
    const page = await ductape.incidents.list({ state: "open" });
    return page.incidents[0]?.count === 5 && page;
  }, patienceMs);
  const [incident] = incidents;
  expect(incidents).toHaveLength(1);
  expect(incident).toMatchObject({ kind: "cause", target: "apps/shop", state: "open", openings: 1, failing: 5 });
  const name = { id: incident?.id ?? "" };
  expect((await ductape.incidents.get(name)).answer).toMatchObject({
    status: 500,
    body: '{"error":"no card is known"}',
  });
  expect(chat.seen).toHaveLength(1);

  // What tells is a job as any other, and nobody is shown the address.
  const told = await ductape.jobs.list({ label: `incident:${name.id}` });
  expect(told.jobs).toMatchObject([
    { event: "alert/chat", status: "completed", labels: [`incident:${name.id}`, "message:opened"] },
  ]);
  const job = await ductape.jobs.get(told.jobs[0]?.job_id ?? "");
  expect(job.made_by).toEqual({ kind: "alert" });
  expect(JSON.stringify(job)).not.toContain("s3cret");

  expect(await ductape.incidents.resolve(name, { dry_run: true })).toMatchObject({ state: "resolved" });
  expect(await ductape.incidents.get(name)).toMatchObject({ state: "open" });
  expect(await ductape.incidents.resolve(name)).toMatchObject({ state: "resolved", failing: 0 });
  await failMany(1);
  await until(() => chat.seen.length > 1, 15_000);
  expect(said()[1]).toContain("Came back: apps/shop fails with PROVIDER_ERROR (500) in watched, dev.");

  expect(await ductape.incidents.ignore(name, { above_per_hour: 1000 })).toMatchObject({
    state: "ignored",
    ignored: { above_per_hour: 1000 },
  });
  await failMany(12);
  await until(async () => (await ductape.incidents.get(name)).count === 18, patienceMs);
  expect(chat.seen).toHaveLength(2);
  await expect(ductape.incidents.get({ id: "0".repeat(16) })).rejects.toMatchObject({ code: "INCIDENT_NOT_FOUND" });
}, 200_000);
