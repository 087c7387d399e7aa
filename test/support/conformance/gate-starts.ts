import { expect, test } from "@jest/globals";
import type { Ask, Taken } from "../../../lambdas/core/limits/gate.ts";
import { aheadMs } from "../../../lambdas/core/limits/gcra.ts";
import { noon } from "../builders.ts";
import { type FreshGate, idOf, lease, perSecond, turn } from "./fresh-gate.ts";

/** The starts of a gate. */
export function describeStarts(current: () => FreshGate): void {
  const start = (job: number, now = noon, rate = perSecond, more: Partial<Ask> = {}): Promise<Taken> =>
    current().gates.take(current().gate, { job: idOf(job), turn, now, rate, ...more });
  const partNow = async () => (await current().gates.firsts([current().gate]))[0];
  const startsOf = (taken: Taken[]) => taken.map((one) => ("startsAt" in one ? one.startsAt - noon : -1));

  test("a start is taken at most a second ahead", async () => {
    expect(await start(1)).toEqual({ outcome: "taken", startsAt: noon, again: false });
    expect(await start(2)).toEqual({ outcome: "taken", startsAt: noon + 1000, again: false });
    const state = { holders: {}, count: 0, tat: (noon + 2000) * 1000, inc: perSecond.increment };
    expect(await start(3)).toEqual({ outcome: "early", startsAt: noon + 2000, state });
    expect(await partNow()).toEqual(state);
    expect(await start(3, noon + 2000 - aheadMs)).toMatchObject({ outcome: "taken", startsAt: noon + 2000 });
    expect(await start(4, noon + 10_000)).toMatchObject({ startsAt: noon + 10_000 });
  });

  test("a burst starts at once, and is earned again by time without starts", async () => {
    const rate = { ...perSecond, burst: 3 };
    const taken = [];
    for (const job of [1, 2, 3, 4, 5]) taken.push(await start(job, noon, rate));
    expect(startsOf(taken)).toEqual([0, 0, 0, 1000, 2000]);
    expect(taken.at(-1)).toMatchObject({ outcome: "early" });
    expect(await start(6, noon + 60_000, rate)).toMatchObject({ outcome: "taken", startsAt: noon + 60_000 });
  });

  test("simultaneous takers get different starts", async () => {
    const rate = { increment: 100_000, burst: 1 };
    const taken = await Promise.all(Array.from({ length: 20 }, (_, job) => start(job, noon, rate)));
    const times = startsOf(taken.filter(({ outcome }) => outcome === "taken"));
    expect(times.sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => i * 100));
    expect(taken.filter(({ outcome }) => outcome === "early")).toHaveLength(9);
  });

  test("starts whose interval is no whole number of milliseconds add up exactly", async () => {
    const rate = { increment: 142_858, burst: 1 };
    const taken = [];
    for (let job = 0; job < 8; job++) taken.push(await start(job, noon, rate));
    expect(startsOf(taken)).toEqual([0, 143, 286, 429, 572, 715, 858, 1001]);
    expect(taken.at(-1)).toMatchObject({ outcome: "early" });
  });

  test("a rate that was lowered spreads the starts that lie ahead", async () => {
    const tenth = { increment: 100_000, burst: 1 };
    for (const job of [1, 2, 3, 4, 5]) await start(job, noon, tenth);
    expect(await start(6)).toMatchObject({ outcome: "early", startsAt: noon + 5000, state: { inc: 100_000 } });
    expect(await start(6, noon + 400)).toMatchObject({ outcome: "taken", startsAt: noon + 1400 });
    expect(await partNow()).toMatchObject({ tat: (noon + 2400) * 1000, inc: perSecond.increment });
  });

  test("a raised rate has starts at once, also for a taker that remembers the slow one", async () => {
    const slow = { increment: 3_600_000_000, burst: 1 };
    const fast = { increment: 1000, burst: 1 };
    await start(1, noon, slow);
    expect(await start(2, noon, slow)).toMatchObject({ outcome: "early", startsAt: noon + 3_600_000 });
    expect(await start(2, noon, fast)).toMatchObject({ outcome: "taken", startsAt: noon + 1 });
    expect(await start(3, noon + 10, fast)).toMatchObject({ outcome: "taken", startsAt: noon + 10 });
    expect(await partNow()).toMatchObject({ tat: (noon + 11) * 1000, inc: 1000 });
  });

  test("simultaneous takers under two rates store one of the two", async () => {
    const rates = [perSecond, { increment: 250_000, burst: 4 }];
    await start(0);
    const taken = await Promise.all(Array.from({ length: 8 }, (_, i) => start(i, noon, rates[i % 2])));
    const { tat = 0, inc = 0 } = (await partNow()) ?? {};
    expect(taken.some(({ outcome }) => outcome === "taken")).toBe(true);
    expect(rates.map(({ increment }) => increment)).toContain(inc);
    expect(tat).toBeLessThanOrEqual((noon + aheadMs) * 1000 + 4 * perSecond.increment);
  });

  test("slot and start are taken together or not at all", async () => {
    const both = (job: number, limit = 1, now = noon) => start(job, now, perSecond, { slot: { lease, limit } });
    expect(await both(1)).toEqual({ outcome: "taken", startsAt: noon, again: false });
    expect(await both(2)).toMatchObject({ outcome: "full", state: { tat: (noon + 1000) * 1000 } });
    expect(await both(2, 3)).toMatchObject({ outcome: "taken", startsAt: noon + 1000 });
    expect(await both(3, 3)).toMatchObject({ outcome: "early", state: { count: 2 } });
    expect(await partNow()).toMatchObject({ count: 2, tat: (noon + 2000) * 1000 });
  });

  test("a job that has its slot already takes a start with it", async () => {
    const slot = { lease, limit: 1, isGiven: true as const };
    await current().gates.take(current().gate, { job: idOf(1), turn, now: noon, slot });
    expect(await start(1, noon, perSecond, { slot: { lease: lease + 1, limit: 1 } })).toEqual({
      outcome: "taken",
      startsAt: noon,
      again: true,
    });
    expect(await partNow()).toMatchObject({ count: 1, tat: (noon + 1000) * 1000 });
  });

  test("only a called job takes a start while jobs wait, and its lag is counted once", async () => {
    const { gates, gate } = current();
    await start(1);
    await gates.mark(gate, { id: "somebody", lag: 70 }, undefined);
    expect(await start(2)).toMatchObject({ outcome: "line", state: { line: { id: "somebody" } } });
    expect(await start(2, noon, perSecond, { isCalled: true, lag: 300 })).toMatchObject({ outcome: "taken" });
    expect(await start(3, noon, perSecond, { isCalled: true, lag: 9 })).toMatchObject({ outcome: "early" });
    expect(await start(3, noon + 2000, perSecond, { isCalled: true, lag: 100 })).toMatchObject({ outcome: "taken" });
    expect(await start(4, noon + 2000, perSecond, { isCalled: true })).toMatchObject({ outcome: "taken" });
    expect((await partNow())?.line).toEqual({ id: "somebody", lag: 70, lagSum: 400, lagCount: 2 });
  });

  test("a line counts no lag from before it", async () => {
    const { gates, gate } = current();
    await start(1, noon, perSecond, { isCalled: true, lag: 300 });
    await gates.mark(gate, { id: "somebody" }, undefined);
    expect((await partNow())?.line).toEqual({ id: "somebody" });
  });
}
