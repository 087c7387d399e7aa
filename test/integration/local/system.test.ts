import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";
import { type Listening, sendJson, serve } from "../../../local/gateway/http.ts";
import { freePort } from "../../support/databases/free-port.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask, type Run } from "../../support/local/run-local.ts";
import { localRuns, outboxOf } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { folder, newFolder, run } = localRuns();
const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => one.close()));
});

const order = anOrder();
const wait = { prefer: "wait=10" };
const jobOf = async (one: Run, id: unknown) => ask(one.running(), `/v1/jobs/${id}`);
const finished = (one: Run, id: unknown, ms?: number) =>
  until(async () => {
    const job = await jobOf(one, id);
    return job.status === "completed" && job;
  }, ms);

const eventsOf = async (url: string, id: unknown) =>
  (await outboxOf(url))
    .filter(({ kind, detail }) => kind === "event" && (detail as { job_id: string }).job_id === id)
    .map(({ detail_type }) => detail_type)
    .reverse();

test("the banner's command returns a finished job, whose push is in the outbox", async () => {
  const local = run();
  const { url } = await local.ready();
  const command = local.output().slice(local.output().indexOf("curl -s"));
  const { stdout } = await promisify(execFile)("bash", ["-c", command]);
  expect(JSON.parse(stdout)).toMatchObject({ status: "completed", event: "send_notification" });
  const sent = (await outboxOf(url)).filter(({ kind }) => kind !== "event" && kind !== "webhook");
  expect(sent).toMatchObject([{ kind: "fcm", message: { token: "abcdef123456" } }]);
});

test("a job's events are published on the bus, in order, and counted", async () => {
  const local = run();
  const { url } = await local.ready();
  const { job_id } = await ask(local.running(), "/v1/jobs", order, wait);
  const events = await until(async () => {
    const found = await eventsOf(url, job_id);
    return found.length >= 3 && found;
  });
  expect(events).toEqual(["job.scheduled", "job.started", "job.completed"]);
  const stats = () => ask(local.running(), "/v1/stats?product_tag=my-product&env=dev");
  await until(async () => ((await stats()).counts as { completed: number }).completed === 1);
  expect(await stats()).toMatchObject({
    counts: { scheduled: 1, completed: 1 },
    success_rate: 1,
    completed_first_try: 1,
  });
});

test("an uploaded file of any size is stored by a job", async () => {
  const local = run();
  await local.ready();
  const size = 30 * 1024 * 1024;
  const place = { product_tag: "my-product", env: "dev" };
  const { upload_id, url, headers } = await ask(local.running(), "/v1/uploads", { ...place, size });
  const put = await fetch(url as string, {
    method: "PUT",
    headers: headers as Record<string, string>,
    body: Buffer.alloc(size),
  });
  expect(put.status).toBe(200);
  const store = { ...place, event: "store_document", input: { upload_id, fileName: "large.bin" }, start_at: 0 };
  expect(await ask(local.running(), "/v1/jobs", store, wait)).toMatchObject({ status: "completed", result: { size } });
});

test("a stopped system keeps its jobs and its key for the next start", async () => {
  const data = newFolder();
  const first = run({ data });
  const { api_key } = await first.ready();
  const done = await ask(first.running(), "/v1/jobs", order, wait);
  const later = await ask(first.running(), "/v1/jobs", { ...order, start_at: Date.now() + 3_600_000 });
  expect(await first.terminate()).toBe(0);
  expect(existsSync(join(data, "local.json"))).toBe(false);

  const second = run({ data });
  expect((await second.ready()).api_key).toBe(api_key);
  expect(await jobOf(second, done.job_id)).toMatchObject({ status: "completed" });
  expect(await jobOf(second, later.job_id)).toMatchObject({ status: "scheduled" });
});

test("kill -9 in the middle of work loses no job", async () => {
  let answering = false;
  let asked = 0;
  const shop = await serve(async (_request, response) => {
    asked++;
    if (answering) sendJson(response, 200, {});
  });
  servers.push(shop);
  const cwd = checkout(newFolder());
  writeFileSync(join(cwd, ".env.local"), `/my-product/shop-url=${shop.url}\n`);
  const data = join(cwd, "data");

  const first = run({ data, cwd });
  await first.ready();
  const working = await ask(first.running(), "/v1/jobs", { ...order, timeout_ms: 1000 });
  const delayed = await ask(first.running(), "/v1/jobs", { ...order, start_at: Date.now() + 2000 });
  await until(() => asked > 0);
  first.kill("SIGKILL");
  await first.exit;
  expect(existsSync(join(data, "local.json"))).toBe(true);

  answering = true;
  const second = run({ data, cwd });
  await second.ready();
  expect(await finished(second, delayed.job_id)).toMatchObject({ attempt: 1 });
  // The lease ends 20 s after the timeout; then the reconciler redispatches the job.
  await ask(second.running(), "/local/clock", { advance: "1m" });
  const recovered = await finished(second, working.job_id);
  expect(recovered).toMatchObject({ attempt: 1, attempts: [{ outcome: "completed", crashes: 1 }] });
  for (const { job_id } of [delayed, recovered]) {
    await until(async () => (await eventsOf(second.running().url, job_id)).at(-1) === "job.completed");
  }
}, 150_000);

test("a second system on the same data is refused and leaves the first alone", async () => {
  const data = newFolder();
  const first = run({ data });
  const { url } = await first.ready();
  const second = run({ data });
  expect(await second.exit).toBe(1);
  expect(second.output()).toContain(`Already running at ${url}`);
  expect(await ask(first.running(), "/v1/jobs", order, wait)).toMatchObject({ status: "completed" });
});

test("AWS clients find the same addresses after a restart, unless these are taken", async () => {
  const data = newFolder();
  const first = run({ data });
  const { aws } = await first.ready();
  await first.terminate();
  const second = run({ data });
  expect((await second.ready()).aws).toEqual(aws);
  await second.terminate();
  const taken = await serve(async () => {}, Number(new URL(aws.sqs).port));
  servers.push(taken);
  const third = await run({ data }).ready();
  expect(third.aws.events).toBe(aws.events);
  expect(third.aws.sqs).not.toBe(aws.sqs);
});

test("a port in use is reported on one line", async () => {
  const taken = await serve(async () => {});
  servers.push(taken);
  const local = run({ env: { PORT: String(taken.port) } });
  expect(await local.exit).toBe(1);
  expect(local.output().trim()).toMatch(/^Port \d+ is in use\. Start with --port .*$/);
});

test("a read-only data folder is reported on one line", async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "file"), "");
  const local = run({ data: join(folder, "file", "data") });
  expect(await local.exit).toBe(1);
  expect(local.output().trim()).toMatch(/^Cannot write to the data folder .*$/);
});

test("the key file is readable only by its owner", async () => {
  const data = newFolder();
  await run({ data }).ready();
  for (const file of ["api-key", "local.json", "fcm-key.pem"]) {
    expect(statSync(join(data, file)).mode & 0o077).toBe(0);
  }
});

const product = (notification: string) => `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  const myProduct = defineProduct({
    tag: "my-product",
    envs: ["dev"],
    jobs: { send_notification: { type: "notification", notification: "${notification}" } },
    notifications: { customers: { envs: { dev: {} }, messages: { hello: {} } } },
  } as never);
  export const products = [myProduct];
`;
/** A checkout whose products are in a file that a test may write; at first they are those of the tests. */
function checkoutToEdit() {
  const cwd = checkout(newFolder());
  const file = join(cwd, "products/my-product.ts");
  renameSync(join(cwd, "products/index.ts"), file);
  writeFileSync(join(cwd, "products/index.ts"), 'export { products } from "./my-product.ts";');
  return { cwd, file };
}
const fault = "products/my-product.ts: jobs.send_notification.notification: notifications has no such entry.";

test("a catalog with faults does not start, and its faults are listed with their places", async () => {
  const { cwd, file } = checkoutToEdit();
  writeFileSync(file, product("customer"));
  const local = run({ data: join(cwd, "data"), cwd });
  expect(await local.exit).toBe(1);
  expect(local.output()).toContain(`${fault} Did you mean "customers"?`);
});

test("--watch waits until the code with which it starts is mended, and says so to who asks meanwhile", async () => {
  const { cwd, file } = checkoutToEdit();
  const working = readFileSync(file, "utf8");
  writeFileSync(file, "this is no TypeScript");
  const port = await freePort();
  const local = run({ data: join(cwd, "data"), cwd, args: ["--watch"], env: { PORT: String(port) } });
  await local.says("The code does not load");
  await local.says("Waiting for a change of its files.");
  const answer = await fetch(`http://127.0.0.1:${port}/v1/health`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await answer.json()).toEqual({ message: expect.stringContaining("the terminal shows them") });
  writeFileSync(file, product("customer"));
  await local.says(fault);

  writeFileSync(file, working);
  await local.ready();
  expect(await ask(local.running(), "/v1/jobs", order, wait)).toMatchObject({ status: "completed" });
});

test("--watch applies good changes and refuses faulty ones", async () => {
  const { cwd, file } = checkoutToEdit();
  const port = await freePort();
  const local = run({ data: join(cwd, "data"), cwd, args: ["--watch"], env: { PORT: String(port) } });
  // A request that comes while the code loads waits for it.
  const early = await until(() => fetch(`http://127.0.0.1:${port}/v1/health`).catch(() => undefined), 20_000);
  expect(early.status).toBe(200);
  await local.ready();
  const answer = () => ask(local.running(), "/v1/jobs", order, wait);

  writeFileSync(file, product("customer"));
  await local.says(fault);
  writeFileSync(file, "this is no TypeScript");
  await local.says("The code does not load");
  expect(await answer()).toMatchObject({ status: "completed" });

  writeFileSync(file, product("customers"));
  await local.says("Reloaded the changed code.");
  expect(await answer()).toMatchObject({ code: "EVENT_NOT_FOUND" });
});
