import { applied } from "../../../../bench/support/applied.ts";
import { durationMs } from "../../../../lambdas/core/kernel/duration-ms.ts";
import {
  type Ask,
  capsOf,
  emptyPart,
  type GateItemState,
  gateStep,
  itemCountOf,
  slotPartsOf,
  slotsOf,
  startFrom,
} from "../../../../lambdas/core/limits/gate.ts";
import { arrivalOf, bucketsOf, paceOf, startAfter } from "../../../../lambdas/core/limits/gcra.ts";
import { fc } from "../../../support/properties.ts";

const noon = 1_893_499_200_000;

test("durations are milliseconds, or whole numbers with a unit", () => {
  expect([5, "5ms", "5s", "5m", "5h", "1d"].map(durationMs)).toEqual([5, 5, 5000, 300_000, 18_000_000, 86_400_000]);
  expect(["1.5s", "s", "1 m", "-1s", ""].map(durationMs).every(Number.isNaN)).toBe(true);
});

test("an increment is rounded up, so that no start comes early", () => {
  expect(paceOf({ limit: 7, period: "1s" })).toEqual({ increment: 142_858, burst: 1 });
  expect(startAfter({ tat: noon * 1000 + 1 }, noon, { increment: 1, burst: 1 })).toBe(noon + 1);
});

test("a rate above 500 per second is spread over buckets that together keep it", () => {
  const rate = { limit: 2000, period: "1s", burst: 8 };
  expect(bucketsOf(rate)).toBe(4);
  expect(paceOf(rate)).toEqual({ increment: 2000, burst: 2 });
});

test("starts that were taken under another rate move with the change", () => {
  const pace = { increment: 100_000, burst: 1 };
  const ahead = (inc?: number) => arrivalOf({ tat: (noon + 1000) * 1000, ...(inc && { inc }) }, noon, pace);
  expect(ahead(1_000_000)).toBe((noon + 100) * 1000);
  expect(ahead(10_000)).toBe((noon + 10_000) * 1000);
  expect([ahead(100_000), ahead()]).toEqual(Array(2).fill((noon + 1000) * 1000));
  expect(arrivalOf({ tat: noon * 1000 - 1, inc: 7 }, noon, pace)).toBe(noon * 1000 - 1);
});

test("starts are one interval apart after a rate was raised", () => {
  const rate = { increment: 100_000, burst: 1 };
  let state: GateItemState = { ...emptyPart(), tat: (noon + 1000) * 1000, inc: 10_000_000 };
  const starts = [1, 2, 3].map((job) => {
    const ask: Ask = { job: `job_${job}`, turn: "1.1.0.0", now: noon, rate };
    const step = gateStep(state, ask);
    if (step.do !== "write") throw new Error("the next start was to be taken");
    const at = startFrom(state, ask);
    state = applied(state, step.write, ask);
    return at - noon;
  });
  expect(starts).toEqual([0, 100, 200]);
});

test("starts in any window are at most rate times window plus burst", () => {
  const rates = fc.record({
    increment: fc.integer({ min: 1000, max: 5_000_000 }),
    burst: fc.integer({ min: 1, max: 5 }),
  });
  const gaps = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 40 });
  fc.assert(
    fc.property(rates, gaps, (rate, gaps) => {
      let [state, now] = [emptyPart(), noon];
      const starts = gaps.flatMap((gap, i) => {
        now += gap;
        const ask: Ask = { job: `job_${i.toString(16).padStart(32, "0")}`, turn: "1.1.0.0", now, rate };
        const step = gateStep(state, ask);
        if (step.do !== "write") return [];
        const at = startFrom(state, ask);
        state = applied(state, step.write, ask);
        expect(at).toBeGreaterThanOrEqual(now);
        expect(at).toBeLessThanOrEqual(now + 1000);
        return [at];
      });
      for (const [i, from] of starts.entries())
        for (const [n, to] of starts.slice(i).entries())
          expect(n + 1).toBeLessThanOrEqual(rate.burst + ((to - from + 1) * 1000) / rate.increment);
    }),
  );
});

test.each([1, 2, 11, 12, 13, 100, 137, 1000])("%i slots fill parts of 12 in order", (concurrency) => {
  const rule = { concurrency };
  const slots = Array.from({ length: slotPartsOf(rule) }, (_, part) => slotsOf(rule, part));
  expect(slots.reduce((sum, one) => sum + one, 0)).toBe(concurrency);
  expect(slots.slice(0, -1).every((one) => one === 12)).toBe(true);
  expect(itemCountOf(rule)).toBe(Math.ceil(concurrency / 12));
});

describe("the slots that the parts of a gate may have", () => {
  const part = (count: number, lease = noon) => ({
    count,
    holders: Object.fromEntries(Array.from({ length: count }, (_, i) => [`job_${i}`, { lease, turn: "1.1.0.0" }])),
  });

  test("add up to the limit, whatever each part has now", () => {
    expect(capsOf({ concurrency: 30 }, {}, noon)).toEqual([12, 12, 6]);
    expect(capsOf({ concurrency: 30 }, { 0: part(20) }, noon)).toEqual([12, 10, 0]);
    expect(capsOf({ concurrency: 30 }, { 0: part(20), 2: part(4) }, noon)).toEqual([12, 6, 4]);
    expect(capsOf({ concurrency: 5 }, { 0: part(2), 7: part(2) }, noon)).toEqual([3]);
    expect(capsOf({ concurrency: 5 }, { 7: part(9) }, noon)).toEqual([0]);
  });

  test("do not count those whose leases are over", () => {
    expect(capsOf({ concurrency: 5 }, { 7: part(9, noon - 1) }, noon)).toEqual([5]);
  });
});
