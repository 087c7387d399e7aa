import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../lambdas/consumers/types/feature/decisions.ts";
import { jobMessageOf } from "../../../../lambdas/core/job/job.ts";
import { pausesFreshMs } from "../../../../lambdas/core/job/pause.ts";
import { runReasons } from "../../../../lambdas/core/job/series.ts";
import { aPause } from "../../../support/a-pause.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { featureWorld } from "../../../support/feature-world.ts";
import { job, ok, world } from "./world.ts";

const product = "my-product";

describe("a paused job", () => {
  it("stays unchanged, and its message is deleted", async () => {
    const waiting = job();
    const { run, stored, pauses, queue, log } = world(waiting);
    await pauses.put(aPause({ product }));
    await run(async () => expect(false).toBe(true));
    expect(await stored()).toEqual(waiting);
    expect(queue.sent).toEqual([]);
    expect(log.lines).toContainEqual(expect.objectContaining({ message: "message held by a pause" }));
  });

  it.each([
    ["another product's pause", { product: "shop" }],
    ["another env's pause", { product, env: "dev" }],
    ["another event's pause", { product, event: "other" }],
    ["a pause whose time is over", { product, until: noon }],
    ["a pause that somebody has ended", { product, ended_at: noon - 1 }],
  ])("is not made by %s", async (_, scope) => {
    const { run, stored, pauses } = world(job());
    await pauses.put(aPause(scope));
    await run(ok);
    expect(await stored()).toMatchObject({ status: "completed" });
  });

  it("whose message came to another type's queue is unchanged", async () => {
    const running = job({ status: "running", claim_id: "live", claims: 1, lease_until: noon + 60_000 });
    const w = world(running);
    await w.pauses.put(aPause({ product }));
    await runJob(w, ok, aMessage(running), { type: "feature", policy: decisionPolicy });
    expect(await w.stored()).toEqual(running);
    expect(w.queue.sent).toMatchObject([{ type: "action", message: { forwarded: true } }]);
  });

  it("starts nothing four seconds after the pause, whatever its process remembers", async () => {
    const [first, second] = [job(), job()];
    const { run, stored, pauses, clock } = world(first, second);
    await run(ok);
    await pauses.put(aPause({ product }));
    await clock.advance(pausesFreshMs);
    await run(ok, aMessage(second));
    expect(await stored(second.id)).toEqual(second);
  });

  it("that a repeated request makes anew while its first message reads it is not started by that message", async () => {
    const anew = job();
    const { run, stored, jobs, pauses, log } = world();
    await pauses.put(aPause({ product }));
    const { get } = jobs;
    jobs.get = async (id) => {
      const read = await get(id);
      if (!read) await jobs.create(anew);
      return read;
    };
    await run(async () => expect(false).toBe(true), aMessage(anew));
    expect(await stored(anew.id)).toEqual(anew);
    expect(log.lines).toContainEqual(expect.objectContaining({ message: "message dropped" }));
  });

  it("costs no read while nothing is paused", async () => {
    const { run, jobs, pauses } = world(job());
    await pauses.recent();
    const reads: string[] = [];
    const { get } = jobs;
    jobs.get = async (id) => {
      reads.push(id);
      return get(id);
    };
    await run(ok);
    expect(reads).toEqual([]);
  });

  it("costs no read while only keys are paused, unless it has limits", async () => {
    const gates = [{ limit: "customer", key: "C-7" }];
    const [plain, limited] = [job(), job({ gates })];
    const { run, stored, jobs, pauses } = world(plain, limited);
    await pauses.put(aPause({ product, limit: "customer", key: "C-7" }));
    const reads: string[] = [];
    const { get } = jobs;
    jobs.get = async (id) => {
      reads.push(id);
      return get(id);
    };
    await run(ok);
    expect(reads).toEqual([]);
    await run(ok, jobMessageOf(limited));
    expect(await stored(limited.id)).toEqual(limited);
  });

  it("has its message delivered again if the pauses cannot be read", async () => {
    const waiting = job();
    const { run, stored, pauses } = world(waiting);
    pauses.recent = async () => {
      throw new Error("forbidden");
    };
    await expect(run(ok)).rejects.toThrow("forbidden");
    expect(await stored()).toEqual(waiting);
  });
});

it("the next run of a paused series ends the run that waits for another attempt", async () => {
  const repeat = { every: 300_000, anchor: noon, overlap: "cancel_previous" } as const;
  const attempt = { attempt: 1, due_at: noon, started_at: noon, ended_at: noon, outcome: "failed" } as const;
  const retried = job({ repeat, attempt: 2, due_at: noon + 900_000, scheduled_at: noon, attempts: [attempt] });
  const { run, stored, jobs, pauses, clock, queue } = world(retried);
  await pauses.put(aPause({ product }));
  await clock.advance(300_000);
  await run(ok, aMessage(retried, { run: 2, attempt: 1, due_at: noon + 300_000 }));
  expect(await stored()).toMatchObject({ run: 2, attempt: 1, status: "queued", due_at: noon + 300_000, attempts: [] });
  expect(jobs.archived()).toMatchObject([{ run: 1, status: "cancelled", reason: runReasons.superseded }]);
  expect(queue.sent).toEqual([]);
});

it("the next run of a paused series wakes a feature that it ends", async () => {
  const repeat = { every: 300_000, anchor: noon, overlap: "cancel_previous" } as const;
  const parked = { status: "running", lease_until: 0, wake_at: noon + 900_000, parked_since: noon } as const;
  const feature = job({ ...parked, repeat, due_at: noon, scheduled_at: noon, progress: { inline: {} } });
  const { run, stored, pauses, clock } = world(feature);
  await pauses.put(aPause({ product }));
  await clock.advance(300_000);
  await run(ok, aMessage(feature, { run: 2, attempt: 1, due_at: noon + 300_000 }));
  expect(await stored()).toEqual({ ...feature, wake_at: noon + 300_000, version: 2, write_id: expect.anything() });
});

describe("a paused feature", () => {
  const onboard = {
    sequences: {
      main: [
        { event: "create", input: {} },
        { event: "mail", input: {} },
      ],
    },
  };

  it("goes on after the pause, with what its steps did meanwhile", async () => {
    const w = featureWorld(
      { onboard },
      {
        create: async () => {
          await w.pauses.put(aPause({ event: "onboard" }));
          await w.clock.advance(pausesFreshMs);
          return { body: { id: 1 } };
        },
      },
    );
    const held = await w.run();
    expect(held).toMatchObject({ status: "running", wake_at: w.clock.now() });
    expect(w.ran.map(({ event }) => event)).toEqual(["create"]);
    await w.pauses.remove(aPause({ event: "onboard" }));
    await w.clock.advance(pausesFreshMs);
    await w.queue.send("feature", aMessage(held), { delaySeconds: 0, group: "shop:dev" });
    await w.settle();
    expect(await w.jobs.get(held?.id ?? "")).toMatchObject({ status: "completed" });
  });

  it("notes a wake-up during its decision", async () => {
    const w = featureWorld({ onboard });
    const feature = job({
      product: "shop",
      env: "dev",
      event: "onboard",
      type: "feature",
      status: "running",
      claim_id: "c",
      claims: 1,
      lease_until: noon + 60_000,
    });
    await w.jobs.create(feature);
    await w.pauses.put(aPause({ event: "onboard" }));
    await runJob(w, async () => ({}), aMessage(feature), { policy: decisionPolicy });
    expect(await w.jobs.get(feature.id)).toMatchObject({ claim_id: "c", wake_requested: true });
  });
});
