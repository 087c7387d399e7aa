import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Advanced } from "../../../../local/clock/clock.ts";
import { type Listening, sendJson, serve } from "../../../../local/gateway/http.ts";
import { checkout } from "../../../support/local/checkout.ts";
import { clockProduct } from "../../../support/local/clock-product.ts";
import { ask, type Run, runLocal } from "../../../support/local/run-local.ts";
import { tempFolder } from "../../../support/local/temp-folder.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const cwd = checkout(join(tempFolder(), "code"));
const data = join(cwd, "data");
let local: Run;
let shop: Listening;
/** The customers whose orders reached the shop, in order. */
let orders: string[];
let answer: (path: string) => number | Promise<number>;

const start = async () => {
  local = runLocal({ data, cwd });
  await local.ready();
};
beforeAll(async () => {
  shop = await serve(async ({ url = "" }, response) => {
    const customer = url.split(/[/?]/)[2] ?? "";
    orders.push(customer);
    sendJson(response, await answer(customer), {});
  });
  writeFileSync(join(cwd, "products/index.ts"), clockProduct);
  writeFileSync(join(cwd, ".env.local"), `/my-product/shop-url=${shop.url}\n`);
  await start();
}, 60_000);
afterAll(async () => {
  await local?.terminate();
  await shop?.close();
});
beforeEach(() => {
  orders = [];
  answer = () => 200;
});

interface JobView {
  job_id: string;
  status: string;
  created_at: number;
  attempts: { attempt: number; due_at: number; started_at: number; lateness_ms: number; crashes?: number }[];
  steps?: Record<string, { job_id: string }>;
}
const call = async <T>(path: string, body?: unknown) => (await ask(local.running(), path, body)) as T;
const clock = () => call<{ now: number; offset_ms: number }>("/local/clock");
const advance = (body: object) => call<Advanced>("/local/clock", body);
const job = (id: string) => call<JobView>(`/v1/jobs/${id}`);
const schedule = async (customer: string, more: object = {}) => {
  const input = { params: { customer } };
  const request = { env: "dev", product_tag: "clock", event: "call", start_at: 0, input, ...more };
  return (await call<{ job_id: string }>("/v1/jobs", request)).job_id;
};
const runsOf = async (id: string) =>
  (await call<{ runs: { run: number; attempts: JobView["attempts"] }[] }>(`/v1/jobs/${id}/runs?limit=100`)).runs;

/** Each attempt began no earlier than it was due. */
function expectOnTime(attempts: JobView["attempts"], mostMs = second) {
  for (const { due_at, started_at, lateness_ms } of attempts) {
    expect(lateness_ms).toBe(started_at - due_at);
    expect(lateness_ms).toBeGreaterThanOrEqual(0);
    expect(lateness_ms).toBeLessThan(mostMs);
  }
}

test("a reminder in thirty days is seen within seconds", async () => {
  const { now, offset_ms } = await clock();
  const id = await schedule("reminded", { start_at: now + 30 * day });
  const began = performance.now();
  const moved = await advance({ advance: "30d1m" });
  expect(performance.now() - began).toBeLessThan(5 * second);
  expect(moved).toMatchObject({ reached: true, jobs: { started: 1, completed: 1 } });
  expect(moved.now - now).toBeGreaterThanOrEqual(30 * day + minute);
  expect(Math.abs(moved.offset_ms - offset_ms - 30 * day - minute)).toBeLessThan(10 * second);
  const { status, attempts } = await job(id);
  expect(status).toBe("completed");
  expectOnTime(attempts);
  expect(orders).toEqual(["reminded"]);
});

test("jobs run in the order of their times when the clock moves", async () => {
  const { now } = await clock();
  const times = { e: 3 * day, b: 10 * minute, d: 2 * hour, a: 5 * second, f: 3 * day + 400, c: 20 * minute };
  const ids = [];
  for (const [name, ms] of Object.entries(times)) ids.push(await schedule(name, { start_at: now + ms }));
  await advance({ advance: "4d" });
  expect(orders).toEqual(["a", "b", "c", "d", "e", "f"]);
  for (const id of ids) expectOnTime((await job(id)).attempts);
});

test("a daily job runs thirty times in thirty days, without a gap", async () => {
  const id = await schedule("daily", { repeat: { cron: "0 9 * * *", limit: 30 } });
  expect(await advance({ advance: "31d" })).toMatchObject({ reached: true, jobs: { completed: 30 } });
  const runs = await runsOf(id);
  expect(runs.map(({ run }) => run).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  const attempts = runs.flatMap((run) => run.attempts);
  expect(attempts).toHaveLength(30);
  expectOnTime(attempts);
  for (const { due_at } of attempts) expect(new Date(due_at).toISOString()).toMatch(/T09:00:00\.000Z$/);
  expect(orders).toHaveLength(30);
});

test("a job that recurs every second is on time while the clock moves", async () => {
  const id = await schedule("ticking", { repeat: { every: second, limit: 120 } });
  const began = performance.now();
  expect(await advance({ advance: "3m" })).toMatchObject({ reached: true });
  // In real time the runs alone would take two minutes.
  expect(performance.now() - began).toBeLessThan(60 * second);
  expect((await job(id)).status).toBe("completed");
  expect(orders).toHaveLength(120);
  expectOnTime((await runsOf(id)).flatMap((run) => run.attempts));
});

test("retries hours apart run while the clock moves", async () => {
  const statuses = [503, 503, 200];
  answer = () => statuses.shift() ?? 500;
  const id = await schedule("again", {
    retries: 3,
    retry_config: { initial_delay: 2 * hour, max_delay: 24 * hour, backoff_multiplier: 3, jitter: false },
  });
  await advance({ advance: "9h" });
  const { status, attempts } = await job(id);
  expect(status).toBe("completed");
  expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expectOnTime(attempts);
  const [first, next, last] = attempts.map(({ due_at }) => due_at) as [number, number, number];
  expect(Math.round((next - first) / hour)).toBe(2);
  expect(Math.round((last - next) / hour)).toBe(6);
});

test("a feature with a step two days later runs while the clock moves", async () => {
  const id = await schedule("", { event: "welcome_later", input: {} });
  await advance({ advance: "47h" });
  expect(orders).toEqual(["first"]);
  expect((await job(id)).status).toBe("running");
  await advance({ advance: "2h" });
  expect(orders).toEqual(["first", "second"]);
  const { status, steps = {} } = await job(id);
  expect(status).toBe("completed");
  expectOnTime((await job(steps["main.second"]?.job_id ?? "")).attempts);
});

test("the moving clock waits for work that takes real time", async () => {
  answer = async (customer) => {
    if (customer === "slow") await new Promise((resolve) => setTimeout(resolve, 700));
    return 200;
  };
  const { now } = await clock();
  const slow = await schedule("slow", { start_at: now + hour });
  const next = await schedule("next", { start_at: now + hour + 100 });
  expect(await advance({ advance: "1d" })).toMatchObject({ jobs: { completed: 2 } });
  expect((await job(slow)).status).toBe("completed");
  expectOnTime((await job(next)).attempts, 2 * second);
});

test("a job whose consumer dies is claimed again only when its lease ends", async () => {
  let hung = false;
  answer = () => (hung ? 200 : new Promise(() => {}));
  const id = await schedule("crashed", { timeout_ms: 1000 });
  while (orders.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  hung = true;
  const host = local.running().pid;
  const children = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(host)], { encoding: "utf8" });
  const [child] = children.split("\n").filter((line) => line.includes("child.ts"));
  process.kill(Number.parseInt(child ?? "", 10), "SIGKILL");
  await local.says("starting another");
  await advance({ advance: "10d" });
  const { status, attempts } = await job(id);
  expect(status).toBe("completed");
  expect(attempts).toMatchObject([{ attempt: 1, crashes: 1 }]);
  expect(attempts[0]?.lateness_ms).toBeGreaterThan(20 * second);
  expect(attempts[0]?.lateness_ms).toBeLessThan(minute);
}, 60_000);

test("every type of job still runs after the clock has jumped", async () => {
  await advance({ advance: "45d" });
  // Without the database: PostgreSQL has its own clock.
  const inputs = {
    create_order: { params: { customer: "ada" } },
    send_notification: { slug: "order_update", push_notification: push, email, callback: {} },
    calculate_price: { payload: { sku: "A-1", quantity: 1 } },
    store_document: { buffer: "aGVsbG8=", fileName: "b.txt" },
    place_order: { customer: "ada", sku: "a-1", quantity: 1 },
  };
  const ids = [];
  for (const [event, input] of Object.entries(inputs)) {
    ids.push(await schedule("", { product_tag: "my-product", event, input }));
  }
  const upload = await call<{ upload_id: string; url: string; headers: Record<string, string> }>("/v1/uploads", {
    product_tag: "my-product",
    env: "dev",
    fileName: "a.txt",
    size: 5,
  });
  expect((await fetch(upload.url, { method: "PUT", headers: upload.headers, body: "hello" })).status).toBe(200);
  const stored = { upload_id: upload.upload_id, fileName: "a.txt" };
  ids.push(await schedule("", { product_tag: "my-product", event: "store_document", input: stored }));
  await advance({ advance: "10m" });
  const ends = await Promise.all(ids.map(job));
  expect(ends.filter(({ status }) => status !== "completed")).toEqual([]);
});
const email = { to: "ada@example.com", subject: { en: "Hi" }, template: { en: "Hello" } };
const push = { title: { en: "Hi" }, body: { en: "Hello" }, device_token: "abc" };

test("the clock moves back only if nothing has happened since then", async () => {
  const other = runLocal({ data: join(cwd, "other-data"), cwd });
  await other.ready();
  const at = async (body?: unknown) => ask(other.running(), "/local/clock", body);
  const order = { env: "dev", product_tag: "clock", event: "call", input: { params: { customer: "c" } } };
  // Waits for its time on any clock.
  await ask(other.running(), "/v1/jobs", { ...order, start_at: Date.now() + 40 * day });
  await at({ advance: "30d" });
  expect(await at({ reset: true })).toMatchObject({ offset_ms: 0 });
  expect(Math.abs(Number((await at()).now) - Date.now())).toBeLessThan(minute);

  await at({ advance: "1d" });
  await ask(other.running(), "/v1/jobs", { ...order, start_at: 0 });
  expect(await at({ reset: true })).toMatchObject({ status: 409, detail: expect.stringContaining("DUCTAPE_DATA") });
  expect(Number((await at()).offset_ms)).toBeGreaterThan(day - minute);
  await other.terminate();
}, 60_000);

test("a move of the clock that max_hops stops can be continued", async () => {
  const id = await schedule("often", { repeat: { every: minute, limit: 20 } });
  const first = await advance({ advance: "1h", max_hops: 5 });
  expect(first).toMatchObject({ reached: false, hops: 5, stopped: expect.stringContaining("max_hops") });
  expect(await advance({ advance: "1h" })).toMatchObject({ reached: true });
  expect((await runsOf(id)).map(({ run }) => run).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
});

const post = (body: string, type = "application/json") =>
  fetch(`${local.running().url}/local/clock`, { method: "POST", headers: { "content-type": type }, body });

test.each([
  ["no JSON", "{", "application/json", 400],
  ["an unknown unit", '{"advance":"3y"}', "application/json", 400],
  ["what a web page could send", '{"advance":"1d"}', "text/plain", 415],
])("a move of the clock by %s is refused with a problem", async (_what, body, type, status) => {
  const response = await post(body, type);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status, code: expect.any(String) });
});

test("the clock is moved by one caller at a time", async () => {
  await schedule("held", { repeat: { every: minute, limit: 30 } });
  const moving = advance({ advance: "1h" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await post('{"advance":"1d"}')).status).toBe(409);
  expect(await moving).toMatchObject({ reached: true });
});

test("kill -9 in the middle of a move loses no job and turns back no time", async () => {
  const { now } = await clock();
  const reminder = await schedule("reminder", { start_at: now + 90 * minute });
  const often = await schedule("often", { repeat: { every: minute, limit: 60 } });
  void advance({ advance: "2h" }).catch(() => {});
  while (orders.length < 15) await new Promise((resolve) => setTimeout(resolve, 5));
  local.kill("SIGKILL");
  await local.exit;
  await start();
  const after = await clock();
  expect(after.now).toBeGreaterThan(now + 14 * minute);
  expect(after.now).toBeLessThan(now + 70 * minute);
  expect(await advance({ advance: "2h" })).toMatchObject({ reached: true });
  const runs = await runsOf(often);
  expect(runs.map(({ run }) => run).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  const attempts = [...runs.flatMap((run) => run.attempts), ...(await job(reminder)).attempts];
  expect(attempts.filter(({ lateness_ms }) => lateness_ms < 0)).toEqual([]);
  expect(await job(reminder)).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
}, 90_000);
