import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { type Signalling, sendSignal } from "../../../../../lambdas/core/operations/send-signal.ts";
import { reconcile } from "../../../../../lambdas/reconciler/reconcile.ts";
import { featureWorld } from "../../../../support/feature-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const inner: FeatureTarget = {
  signals: { paid: {} },
  sequences: { main: [{ step: "money", wait: { signal: "paid", key: "k", timeout: "14d" } }] },
};

/** A feature whose step is a feature that waits, with a reconciler that runs every minute. */
function worldOf(wait = inner) {
  const world = featureWorld({
    onboard: { sequences: { main: [{ event: "inner" }, { event: "mail" }] } },
    inner: wait,
  });
  const passWith = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += minute) {
      await world.pass(minute);
      await reconcile(world.services);
    }
  };
  const job = async (id: string) => (await world.jobs.get(id)) as Job;
  const pay = () =>
    sendSignal(world.services as Signalling, { product: "shop", env: "dev", signal: "paid", to: { key: "k" } });
  return { ...world, passWith, job, pay };
}

describe("a feature whose step is a feature that waits", () => {
  it("looks once an hour while that waits, and not every few minutes", async () => {
    const { start, passWith, job, ran } = worldOf();
    const id = await start();
    await passWith(10 * minute);
    const { version } = await job(id);
    await passWith(12 * hour);
    // A claim and an outcome for each look.
    const looks = ((await job(id)).version - version) / 2;
    expect(looks).toBeGreaterThanOrEqual(11);
    expect(looks).toBeLessThanOrEqual(12);
    expect(ran).toEqual([]);
  });

  it("goes on at once when that ends", async () => {
    const { start, pass, pay, job, clock } = worldOf();
    const id = await start();
    await pass(3 * day);
    const at = clock.now();
    await pay();
    await pass(1000);
    expect(await job(id)).toMatchObject({ status: "completed", finished_at: at });
  });

  it("goes on within an hour if it was not told", async () => {
    const world = worldOf();
    const { start, passWith, pay, job, queue } = world;
    const id = await start();
    await passWith(2 * hour);
    await pay();
    const { send } = queue;
    queue.send = async (type, message, options) => {
      if (message.job_id !== id) await send(type, message, options);
    };
    await world.pass(minute);
    queue.send = send;
    expect(await job(id)).toMatchObject({ status: "running" });
    await passWith(hour + 3 * minute);
    expect(await job(id)).toMatchObject({ status: "completed" });
  });

  it("looks soon after the time at which that wakes", async () => {
    const { start, pass, job } = worldOf({ sequences: { main: [{ step: "cool", wait: { for: "20m" } }] } });
    const id = await start();
    await pass(5 * minute);
    const { wake_at = 0, created_at } = await job(id);
    expect(wake_at - created_at).toBeLessThanOrEqual(25 * minute);
  });
});
