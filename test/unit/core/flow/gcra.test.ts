import fc from "fast-check";
import { type Ask, applied, emptyPart, nextStep, startOf } from "../../../../lambdas/core/flow/gate.ts";
import { bucketsOf, paceOf, startAfter, toleranceMs } from "../../../../lambdas/core/flow/gcra.ts";
import { partsOf, slotPartsFor, slotPartsOf, slotsOf } from "../../../../lambdas/core/flow/parts.ts";
import { durationMs } from "../../../../lambdas/core/schema/duration.ts";

const noon = 1_893_499_200_000;

test("durations are milliseconds, or whole numbers with a unit", () => {
  expect([5, "5ms", "5s", "5m", "5h", "1d"].map(durationMs)).toEqual([5, 5, 5000, 300_000, 18_000_000, 86_400_000]);
  expect(["1.5s", "s", "1 m", "-1s", ""].map(durationMs).every(Number.isNaN)).toBe(true);
});

test("an increment is rounded up, so that no start comes early", () => {
  expect(paceOf({ limit: 7, period: "1s" })).toEqual({ increment: 142_858, burst: 1 });
  expect(startAfter(noon * 1000 + 1, noon, { increment: 1, burst: 1 })).toBe(noon + 1);
});

test("a rate above 500 per second is spread over buckets that together keep it", () => {
  const rate = { limit: 2000, period: "1s", burst: 8 };
  expect(bucketsOf(rate)).toBe(4);
  expect(paceOf(rate)).toEqual({ increment: 2000, burst: 2 });
});

test("a start may be late by 2 s, or by one increment where that is longer", () => {
  expect(toleranceMs(paceOf({ limit: 1, period: "1s" }))).toBe(2000);
  expect(toleranceMs(paceOf({ limit: 1, period: "1m" }))).toBe(60_000);
});

test("whoever asks whenever, starts in any window are at most rate times window plus burst", () => {
  const rates = fc.record({
    increment: fc.integer({ min: 1000, max: 5_000_000 }),
    burst: fc.integer({ min: 1, max: 5 }),
  });
  const gaps = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 40 });
  fc.assert(
    fc.property(rates, gaps, (rate, gaps) => {
      let [state, now] = [emptyPart(), noon];
      const starts = gaps.map((gap, i) => {
        now += gap;
        const ask: Ask = { job: `job_${i.toString(16).padStart(32, "0")}`, turn: "1.1.0.0", now, rate };
        const step = nextStep(state, ask);
        const at = startOf(state, ask);
        if (step.do === "write") state = applied(state, step.write, ask);
        expect(at).toBeGreaterThanOrEqual(now);
        return at;
      });
      for (const [i, from] of starts.entries())
        for (const [n, to] of starts.slice(i).entries())
          expect(n + 1).toBeLessThanOrEqual(rate.burst + ((to - from + 1) * 1000) / rate.increment);
    }),
  );
});

test.each([1, 2, 49, 50, 51, 100, 137, 1000])(
  "the parts of %i slots have that many together, and at most 50 each",
  (concurrency) => {
    const rule = { concurrency };
    const slots = Array.from({ length: slotPartsOf(rule) }, (_, part) => slotsOf(rule, part));
    expect(slots.reduce((sum, one) => sum + one, 0)).toBe(concurrency);
    expect(Math.max(...slots)).toBeLessThanOrEqual(50);
    expect(partsOf(rule)).toBe(Math.ceil(concurrency / 50));
    const gate = { product: "shop", env: "prd", limit: "a", key: "" };
    const tried = slotPartsFor(gate, rule, "job_0000000000000000000000000000ffff").map(({ part }) => part);
    expect(tried.toSorted((a, b) => a - b)).toEqual(slots.map((_, part) => part));
  },
);
