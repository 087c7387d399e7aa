import { batchmatesOf } from "../../../../lambdas/consumers/engine/batchmates.ts";
import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { job, world } from "./world.ts";

describe("a process of a consumer", () => {
  it("lets a suspect job in alone, once the others have left", async () => {
    const clock = fakeClock();
    const batchmates = batchmatesOf(clock);
    const leaves = [await batchmates.enter(false), await batchmates.enter(false)];
    const alone = batchmates.enter(true);
    expect(await batchmates.enter(false)).toBeUndefined();
    for (const leave of leaves) leave?.();
    const leave = await alone;
    expect(leave).toBeDefined();
    expect(await batchmates.enter(false)).toBeUndefined();
    expect(await batchmates.enter(true)).toBeUndefined();
    leave?.();
    expect(await batchmates.enter(false)).toBeDefined();
    expect(clock.sleepers()).toBe(0);
  });

  it("sends a suspect job away if the others stay", async () => {
    const clock = fakeClock();
    const batchmates = batchmatesOf(clock);
    const leave = await batchmates.enter(false);
    const alone = batchmates.enter(true);
    await clock.advance(5000);
    expect(await alone).toBeUndefined();
    expect(await batchmates.enter(false)).toBeUndefined();
    leave?.();
    expect(await batchmates.enter(true)).toBeDefined();
  });
});

describe("a job that may have crashed its process", () => {
  const crashed = (more: Partial<Job> = {}) =>
    job({ status: "running", claims: 1, claim_id: "dead", lease_until: noon - 1, retries: 0, ...more });

  /** What runs at the same time, and how often each job was started. */
  function watched(w: ReturnType<typeof world>) {
    const inside = new Set<string>();
    const seen: { starts: Map<string, number>; companions: Map<string, string[]> } = {
      starts: new Map(),
      companions: new Map(),
    };
    const execute: Execute = async ({ job: { id } }) => {
      seen.starts.set(id, (seen.starts.get(id) ?? 0) + 1);
      inside.add(id);
      for (const one of inside) seen.companions.set(one, [...(seen.companions.get(one) ?? []), ...inside]);
      await w.clock.sleep(1000);
      inside.delete(id);
    };
    return { ...seen, execute };
  }

  /** Delivers the messages of jobs in one batch after the other, each to a process of its own, until none comes back. */
  async function deliverAll(w: ReturnType<typeof world>, jobs: Job[], execute: Execute) {
    let messages = jobs.map((one) => aMessage(one));
    for (let round = 0; messages.length > 0; round++) {
      expect(round).toBeLessThan(10);
      const batchmates = batchmatesOf(w.clock);
      const batch = Promise.all(messages.map((message) => runJob(w, execute, message, { batchmates })));
      await w.clock.advance(60_000);
      await batch;
      messages = w.queue.sent.splice(0).map(({ message }) => message);
    }
  }

  it.each([0, 5, 9])("runs alone in a batch of ten at place %i, and every neighbour runs once", async (place) => {
    const jobs = Array.from({ length: 10 }, (_, i) => (i === place ? crashed() : job({ retries: 0 })));
    const w = world(...jobs);
    const { execute, starts, companions } = watched(w);
    await deliverAll(w, jobs, execute);
    const suspect = jobs[place]?.id ?? "";
    expect(new Set(companions.get(suspect))).toEqual(new Set([suspect]));
    for (const { id } of jobs) {
      expect(w.jobs.peek(id)).toMatchObject({ status: "completed" });
      expect(starts.get(id)).toBe(1);
    }
  });

  it("runs after another one in its batch", async () => {
    const jobs = [crashed(), crashed(), job()];
    const w = world(...jobs);
    const { execute, companions } = watched(w);
    await deliverAll(w, jobs, execute);
    for (const { id } of jobs.slice(0, 2)) expect(new Set(companions.get(id))).toEqual(new Set([id]));
    for (const { id } of jobs) expect(w.jobs.peek(id)).toMatchObject({ status: "completed" });
  });

  it("is sent back with its claim undone and its crash counted", async () => {
    const suspect = crashed();
    const w = world(suspect);
    const batchmates = batchmatesOf(w.clock);
    await batchmates.enter(false);
    const back = runJob(w, async () => {}, aMessage(suspect), { batchmates });
    await w.clock.advance(5000);
    await back;
    expect(await w.stored()).toMatchObject({ status: "running", claims: 1, lease_until: 0 });
    expect(w.queue.sent).toMatchObject([{ message: aMessage(suspect), delaySeconds: 2 }]);
  });
});
