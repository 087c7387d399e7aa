import { startsOf } from "../../bench/herd/consumers.ts";
import { Events, limited } from "../../bench/herd/events.ts";
import { keptHerd, relay } from "../../bench/herd/kept.ts";
import { messagesOf, started } from "../../bench/herd/messages.ts";
import { byDefault, forHerds } from "../../bench/herd/quotas.ts";
import { seeded } from "../../bench/lateness/model.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { sentAheadMs } from "../../lambdas/core/operations/relay.ts";
import { functionsOf } from "../../lambdas/topology.ts";
import { fc } from "../support/properties.ts";

const dueAt = Date.UTC(2030, 0, 1, 12);

describe("the model of a herd", () => {
  it("plays events in the order of their times", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (times) => {
        const events = new Events();
        for (const [what, time] of times.entries()) events.push(time, what);
        const played = [];
        while (!events.isEmpty) played.push(events.pop());
        expect(played.map(({ time }) => time)).toEqual(times.toSorted((a, b) => a - b));
        expect(played.every(({ time, what }) => times[what] === time)).toBe(true);
      }),
    );
  });

  it("keeps to every rate, and starts no schedule early", () => {
    const pass = limited(10);
    expect([0, 0, 0, 1000].map(pass)).toEqual([0, 100, 200, 1000]);
    const times = Float64Array.from({ length: 5000 }, (_, i) => (i % 7) * 100);
    const starts = started(times);
    expect(starts.at(-1)).toBeGreaterThanOrEqual(4999);
    expect(starts.every((start, i) => start >= (times.toSorted()[i] as number))).toBe(true);
  });

  it("starts every job once and not early, with either settings", async () => {
    for (const deployment of [byDefault, forHerds]) {
      const { visible } = await messagesOf(5000, dueAt, deployment.holdSeconds, seeded(1));
      const starts = startsOf(visible, dueAt, deployment, 50);
      expect(starts).toHaveLength(5000);
      expect(starts.every((start) => start >= dueAt)).toBe(true);
    }
  });

  it("starts no more jobs at a time than there are consumers", () => {
    const visible = new Float64Array(1000).fill(dueAt);
    const starts = startsOf(visible, dueAt, { ...byDefault, maxConcurrency: 5 }, 10_000).toSorted();
    for (let i = 0; i + 50 < starts.length; i++)
      expect((starts[i + 50] as number) - (starts[i] as number)).toBeGreaterThan(9000);
  });
});

describe("a message that EventBridge Scheduler has refused", () => {
  const million = 1_000_000;

  it("is sent by the relay in its deployed form", () => {
    expect(relay.memoryMb).toBe(functionsOf(registry).relay.memoryMb);
  });

  it("is on time if it is one of 2.7 million for one second", async () => {
    const jobs = 2.7 * million;
    const { sent, late, spareMs } = await keptHerd(jobs, dueAt);
    expect({ sent, late }).toEqual({ sent: jobs, late: 0 });
    // At the same rate as many as docs/operations/herds.md names are on time.
    expect((jobs * sentAheadMs) / (sentAheadMs - spareMs)).toBeGreaterThan(5 * million);
  });

  it("is late if there are more than can be sent in time", async () => {
    expect((await keptHerd(200_000, dueAt, dueAt - 30_000)).late).toBeGreaterThan(0);
  });
});
