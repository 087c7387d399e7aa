import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Advanced } from "../../../local/clock/clock.ts";
import { checkout } from "../../support/local/checkout.ts";
import { countingShop } from "../../support/local/counting-shop.ts";
import { narrowProduct } from "../../support/local/narrow-product.ts";
import { ask, runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const slots = 5;
const waiting = 100;
/** For what a busy machine takes long to do. */
const patienceMs = 120_000;

const cwd = checkout(join(tempFolder(), "code"));
const data = join(cwd, "data");
let shop: Awaited<ReturnType<typeof countingShop>>;

beforeAll(async () => {
  shop = await countingShop();
  writeFileSync(join(cwd, "products/index.ts"), narrowProduct);
  writeFileSync(join(cwd, ".env.local"), `/my-product/shop-url=${shop.url}\n`);
});
afterAll(() => shop?.close());

const start = async () => {
  const run = runLocal({ data, cwd });
  const running = await run.ready();
  const call = async <T>(path: string, body?: unknown) => (await ask(running, path, body)) as T;
  const kill = async () => {
    run.kill("SIGKILL");
    await run.exit;
    await until(() => shop.underWay() === 0);
  };
  return { run, call, kill };
};
type System = Awaited<ReturnType<typeof start>>;

async function schedule({ call }: System, count: number, timeout_ms: number): Promise<string[]> {
  const jobs = Array.from({ length: count }, (_, i) => ({
    env: "dev",
    product_tag: "narrow",
    event: "call",
    start_at: 0,
    timeout_ms,
    input: { params: { customer: `c${i}` } },
  }));
  const { results } = await call<{ results: { job: { job_id: string } }[] }>("/v1/jobs/batch", { jobs });
  return results.map(({ job }) => job.job_id);
}

interface Gate {
  in_use: number;
  waiting: number;
}
const gateOf = async ({ call }: System) => {
  const { limits } = await call<{ limits: [{ gates: [Gate] }] }>("/v1/limits?product_tag=narrow&env=dev&key=");
  return limits[0].gates[0];
};

interface JobView {
  status: string;
  attempts: { outcome: string; crashes?: number }[];
}

test("a system killed twice loses no job of a limit and keeps to its slots", async () => {
  let system = await start();
  const running = await schedule(system, slots, 120_000);
  await until(() => shop.underWay() === slots, patienceMs);
  const ids = [...running, ...(await schedule(system, waiting, 10_000))];
  await until(async () => (await gateOf(system)).waiting === waiting, patienceMs);
  expect(await gateOf(system)).toMatchObject({ in_use: slots, waiting });
  await system.kill();
  expect([...shop.calls.values()]).toEqual(running.map(() => 1));

  // It was off until the leases of the five had ended.
  writeFileSync(join(data, "clock.json"), JSON.stringify({ offset_ms: 180_000 }));
  shop.open();
  system = await start();
  await until(() => shop.answered() >= waiting / 4, patienceMs);
  await system.kill();
  expect(shop.answered()).toBeLessThan(waiting);

  // This time it is back before the leases end, and waits for that.
  system = await start();
  expect(await system.call<Advanced>("/local/clock", { advance: "5m" })).toMatchObject({ reached: true });
  for (const id of ids) {
    const { status, attempts } = await system.call<JobView>(`/v1/jobs/${id}`);
    expect({ id, status, attempts: attempts.length }).toEqual({ id, status: "completed", attempts: 1 });
    const calls = shop.calls.get(`${id}-1`) ?? 0;
    expect(calls).toBeGreaterThan(0);
    // Only what a kill interrupted is repeated.
    expect(calls).toBeLessThanOrEqual(1 + (attempts[0]?.crashes ?? 0));
  }
  expect(shop.calls.size).toBe(ids.length);
  expect(shop.most()).toBe(slots);
  expect(await gateOf(system)).toMatchObject({ in_use: 0, waiting: 0 });
}, 400_000);
