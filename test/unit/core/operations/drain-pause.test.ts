import type { Job } from "../../../../lambdas/core/job/job.ts";
import { type Pause, pauseKnownMs } from "../../../../lambdas/core/job/pause.ts";
import { drainPause } from "../../../../lambdas/core/operations/drain-pause.ts";
import { aPause } from "../../../support/a-pause.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { refusedForGood, throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const product = "my-product";
const held = (overrides: Partial<Job> = {}) =>
  aJob({ product, event: "create_order", status: "scheduled", due_at: noon - 1000, ...overrides });
const series = (count: number, more: Partial<Job> = {}) =>
  Array.from({ length: count }, (_, i) => held({ due_at: noon - 60_000 + i, ...more }));

async function world(jobs: Job[], overrides: Partial<Pause> = {}) {
  const services = fakeServices({ catalog, jobs });
  const pause = aPause({ product, ended_at: noon, version: 2, ...overrides });
  await services.pauses.put(pause);
  const stored = async () => (await services.pauses.list())[0];
  const drain = async (options: { pages?: number; end?: number } = {}) => {
    const now = await stored();
    if (!now) throw new Error("the pause is over");
    return drainPause(services, now, { end: services.clock.now() + 20_000, ...options });
  };
  const delays = () => services.queue.sent.map(({ delaySeconds }) => delaySeconds);
  return { ...services, services, pause, stored, drain, delays };
}

it("the drain of a pause sends what is due in order, at the rate", async () => {
  const jobs = series(5);
  const { drain, queue, stored } = await world(jobs.toReversed(), { drain_per_second: 2 });
  expect(await drain()).toEqual({ sent: 5, failed: 0 });
  expect(queue.sent.map(({ message, delaySeconds }) => [message.job_id, delaySeconds])).toEqual(
    jobs.map(({ id }, i) => [id, pauseKnownMs / 1000 + Math.ceil(i / 2)]),
  );
  expect(queue.sent[0]).toMatchObject({ type: "action", group: `${product}:prd` });
  expect((await stored())?.drain).toEqual({
    next_at: noon + pauseKnownMs + 2500,
    after: { id: jobs[4]?.id, time: jobs[4]?.due_at },
    sent: 5,
  });
});

it("the drain of a pause writes no job that no alert watches", async () => {
  const [job] = series(1, { schedule: { name: "nightly", fingerprint: "f" } });
  const { drain, jobs, queue } = await world(job ? [job] : []);
  await drain();
  expect(queue.sent).toHaveLength(1);
  expect(jobs.all()).toMatchObject([{ version: job?.version }]);
});

it("the drain of a pause sends at most two minutes ahead, and then goes on", async () => {
  const { drain, delays, clock, stored } = await world(series(700), { drain_per_second: 2 });
  await drain();
  expect(delays()).toHaveLength(300);
  await drain();
  expect(delays()).toHaveLength(300);
  await clock.advance(60_000);
  await drain();
  expect(delays().length).toBeGreaterThanOrEqual(400);
  expect(Math.max(...delays())).toBeLessThanOrEqual(900);
  for (let round = 0; (await stored()) && round < 20; round++) {
    await clock.advance(60_000);
    await drain();
  }
  expect(delays()).toHaveLength(700);
  expect(await stored()).toBeUndefined();
});

it("the drain of a pause leaves jobs that are not due or not in its scope", async () => {
  const { drain, queue } = await world(
    [
      held({ due_at: noon + pauseKnownMs + 1 }),
      held({ status: "running", claim_id: "c", claims: 1, lease_until: noon + 60_000 }),
      held({ status: "paused" }),
      held({ status: "completed", finished_at: noon - 1 }),
      held({ event: "other" }),
      held({ env: "dev" }),
    ],
    { env: "prd", event: "create_order" },
  );
  await drain();
  expect(queue.sent).toEqual([]);
});

it("the drain of a pause sends crashed attempts and features whose wake-up was held", async () => {
  const crashed = held({ status: "running", claim_id: "c", claims: 1, lease_until: noon - 1 });
  const parked = held({
    type: "feature",
    status: "running",
    lease_until: 0,
    wake_at: noon - 5,
    due_at: noon - 900_000,
  });
  const asleep = held({ type: "feature", status: "running", lease_until: 0, wake_at: noon + 900_000 });
  const { drain, queue } = await world([crashed, parked, asleep]);
  await drain();
  expect(queue.sent.map(({ message }) => message.job_id).sort()).toEqual([crashed.id, parked.id].sort());
});

it("the drain of a pause sends nothing that another pause holds", async () => {
  const { drain, queue, pauses } = await world([held(), held({ env: "dev" })]);
  await pauses.put(aPause({ product, env: "dev" }));
  await drain();
  expect(queue.sent).toHaveLength(1);
});

it("the drain of a pause sends what another pause held that has ended too", async () => {
  const { drain, queue, pauses, jobs } = await world([held()]);
  const other = aPause({ product, env: "prd" });
  await pauses.put(other);
  const remembered = await pauses.list();
  pauses.recent = async () => remembered;
  const { page } = jobs;
  jobs.page = async (...asked) => {
    jobs.page = page;
    await pauses.put({ ...other, ended_at: noon, version: 2 }, other);
    return page(...asked);
  };
  await drain();
  expect(queue.sent).toHaveLength(1);
});

it("the drain of a pause looks once more before it deletes the pause", async () => {
  const { drain, jobs, queue, clock, stored } = await world([]);
  await drain();
  expect(await stored()).toBeDefined();
  await jobs.create(held({ due_at: noon + 4000 }));
  await clock.advance(pauseKnownMs + 1);
  await drain();
  expect(queue.sent).toHaveLength(1);
  await clock.advance(60_000);
  await drain();
  expect(await stored()).toBeUndefined();
});

it("the drain of a pause lasts until the last message has had its time", async () => {
  const { drain, clock, stored } = await world(series(100), { drain_per_second: 1 });
  await drain();
  await clock.advance(pauseKnownMs + 50_000);
  await drain();
  expect(await stored()).toBeDefined();
  await clock.advance(60_000);
  await drain();
  expect(await stored()).toBeUndefined();
});

it("the drain of a pause sends a page again of which SQS refused a message", async () => {
  const w = await world(series(2));
  const { sendMany } = w.queue;
  w.queue.sendMany = async () => [{ index: 0, cause: throttled() }];
  expect(await w.drain()).toEqual({ sent: 0, failed: 1 });
  expect((await w.stored())?.drain).toBeUndefined();
  w.queue.sendMany = async (type, entries) => {
    await sendMany(type, entries.slice(1));
    return [{ index: 0, cause: refusedForGood() }];
  };
  expect(await w.drain()).toEqual({ sent: 1, failed: 1 });
  expect((await w.stored())?.drain?.sent).toBe(1);
});

it("the drain of a pause goes on after the first job that SQS refused", async () => {
  const jobs = series(4);
  const w = await world(jobs, { drain_per_second: 1 });
  const { sendMany } = w.queue;
  w.queue.sendMany = async () => [{ index: 2, cause: throttled() }];
  expect(await w.drain()).toEqual({ sent: 2, failed: 1 });
  expect((await w.stored())?.drain).toMatchObject({ sent: 2, next_at: noon + pauseKnownMs + 2000 });
  w.queue.sendMany = sendMany;
  expect(await w.drain()).toEqual({ sent: 2, failed: 0 });
  expect(w.queue.sent.map(({ message, delaySeconds }) => [message.job_id, delaySeconds])).toEqual([
    [jobs[2]?.id, pauseKnownMs / 1000 + 2],
    [jobs[3]?.id, pauseKnownMs / 1000 + 3],
  ]);
});

it("the drain of a pause sends nothing after a new pause", async () => {
  const { pause, pauses, services, queue } = await world(series(300));
  const again = { ...aPause({ product, version: 3 }), since: noon };
  await pauses.put(again, pause);
  expect(await drainPause(services, pause, { end: noon + 20_000 })).toEqual({ sent: 0, failed: 0 });
  expect(queue.sent).toEqual([]);
  expect(await pauses.list()).toEqual([again]);
});

it("the drain of a pause is over for a product that has left the catalog", async () => {
  const { drain, clock, stored } = await world([], { product: "gone" });
  await clock.advance(pauseKnownMs + 1);
  await drain();
  expect(await stored()).toBeUndefined();
});
