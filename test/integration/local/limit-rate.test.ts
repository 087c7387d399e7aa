import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Advanced } from "../../../local/clock/clock.ts";
import { createDuctape } from "../../../sdk/src/index.ts";
import { checkout } from "../../support/local/checkout.ts";
import { countingShop } from "../../support/local/counting-shop.ts";
import { ratedProduct } from "../../support/local/rated-product.ts";
import { ask, runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const hourMs = 3_600_000;
const perSecond = 5;
const jobs = 40;
/** For what a busy machine takes long to do. */
const patienceMs = 120_000;

const folder = tempFolder();
const cwd = checkout(join(folder, "code"));
let shop: Awaited<ReturnType<typeof countingShop>>;

beforeAll(async () => {
  shop = await countingShop();
  shop.open();
  writeFileSync(join(cwd, "products/index.ts"), ratedProduct);
  writeFileSync(join(cwd, ".env.local"), `/my-product/shop-url=${shop.url}\n`);
});
afterAll(() => shop?.close());

async function start(data: string) {
  const run = runLocal({ data: join(folder, data), cwd });
  const running = await run.ready();
  const { url, api_key } = running;
  const ductape = createDuctape({ url, apiKey: api_key, product: "rated", env: "dev" });
  const kill = async () => {
    run.kill("SIGKILL");
    await run.exit;
  };
  const call = async <T>(path: string, body?: unknown) => (await ask(running, path, body)) as T;
  return { ductape, call, kill };
}
type Ductape = Awaited<ReturnType<typeof start>>["ductape"];

async function schedule({ jobs }: Ductape, event: "call" | "seldom", count: number): Promise<string[]> {
  const asked = { env: "dev", product_tag: "rated", event, start_at: 0, input: { params: { customer: "c" } } };
  const outcomes = await jobs.batch(Array(count).fill(asked));
  return outcomes.map((outcome) => (outcome as Extract<typeof outcome, { status: "accepted" }>).job.job_id);
}

async function endOf({ jobs }: Ductape, id: string) {
  const job = await jobs.get(id);
  return job.status === "completed" ? job : undefined;
}

/** The job that has got the first start. Those that come at the same moment may take it in any order. */
const firstOf = (ductape: Ductape, ids: readonly string[]): Promise<string> =>
  until(async () => {
    for (const id of ids) if (await endOf(ductape, id)) return id;
    return undefined;
  }, patienceMs);

/** When the only attempt of each job started, in order, epoch milliseconds. */
async function startsOf(ductape: Ductape, ids: readonly string[]): Promise<number[]> {
  const views = await Promise.all(ids.map((id) => until(() => endOf(ductape, id), patienceMs)));
  return views.map(({ attempts = [] }) => attempts[0]?.started_at as number).sort((a, b) => a - b);
}

/** The most starts within any second. */
const mostInASecond = (starts: readonly number[]): number =>
  Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1000).length));

test("many jobs at once use a rate fully and keep it", async () => {
  const { ductape } = await start("used");
  const ids = await schedule(ductape, "call", jobs);
  await until(() => shop.answered() === jobs, patienceMs);
  const starts = await startsOf(ductape, ids);
  // One more than the rate for what a claim takes, and one for a busy machine.
  expect(mostInASecond(starts)).toBeLessThanOrEqual(perSecond + 2);
  const exactMs = ((jobs - 1) / perSecond) * 1000;
  const tookMs = (starts.at(-1) as number) - (starts[0] as number);
  expect(tookMs).toBeGreaterThan(0.9 * exactMs);
  expect(tookMs).toBeLessThan(1.5 * exactMs);
  // Each was called once, although none had a start of its own while it waited.
  expect(ids.map((id) => shop.calls.get(`${id}-1`))).toEqual(ids.map(() => 1));
}, 200_000);

test("a killed system goes on with the line of a rate and loses none", async () => {
  const first = await start("killed");
  const answered = shop.answered();
  const ids = await schedule(first.ductape, "call", jobs);
  await until(() => shop.answered() >= answered + jobs / 4, patienceMs);
  await first.kill();
  expect(shop.answered()).toBeLessThan(answered + jobs);
  const { ductape } = await start("killed");
  const views = await Promise.all(ids.map((id) => until(() => endOf(ductape, id), patienceMs)));
  // Only what the kill interrupted is repeated.
  for (const { attempts = [], job_id } of views) {
    expect(attempts).toMatchObject([{ attempt: 1, outcome: "completed" }]);
    expect(shop.calls.get(`${job_id}-1`)).toBeLessThanOrEqual(1 + (attempts[0]?.crashes ?? 0));
  }
}, 200_000);

test("a raised rate lets waiting jobs start, and no cancelled one takes a start", async () => {
  const { ductape } = await start("raised");
  const ids = await schedule(ductape, "seldom", 20);
  const started = await firstOf(ductape, ids);
  const waiting = ids.filter((id) => id !== started);
  for (const id of waiting) {
    const job = await until(async () => {
      const job = await ductape.jobs.get(id);
      return job.waiting_for && job;
    }, patienceMs);
    expect(job.waiting_for).toMatchObject({ limit: "drip" });
  }
  const cancelled = waiting.splice(0, 10);
  for (const id of cancelled) await ductape.jobs.cancel(id);
  const drip = { product_tag: "rated", env: "dev", name: "drip" };
  await ductape.limits.pin(drip, { rate: { limit: 100, period: "1s" }, until: Date.now() + hourMs });
  for (const id of waiting) await until(() => endOf(ductape, id), patienceMs);
  for (const id of cancelled) expect(await ductape.jobs.get(id)).toMatchObject({ status: "cancelled", attempts: [] });
}, 200_000);

test("a moving clock starts each job of a line at its time", async () => {
  const { ductape, call } = await start("moved");
  const ids = await schedule(ductape, "seldom", 10);
  await firstOf(ductape, ids);
  expect(await call<Advanced>("/local/clock", { advance: "10h" })).toMatchObject({ reached: true });
  const starts = await startsOf(ductape, ids);
  for (const [i, at] of starts.slice(1).entries()) expect(at - (starts[i] as number)).toBeGreaterThan(hourMs - 1000);
  expect((starts.at(-1) as number) - (starts[0] as number)).toBeLessThan(10 * hourMs);
  const forgotten = await schedule(ductape, "seldom", 20);
  for (const id of forgotten) await ductape.jobs.cancel(id).catch(() => undefined);
  expect(await call<Advanced>("/local/clock", { advance: "1h" })).toMatchObject({ reached: true });
  const [next = ""] = await schedule(ductape, "seldom", 1);
  await until(() => endOf(ductape, next), patienceMs);
}, 200_000);
