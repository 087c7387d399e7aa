import {
  addCounts,
  bucketOf,
  buckets,
  type Counts,
  hourOf,
  noCounts,
  percentile,
} from "../../../../lambdas/core/job/stats.ts";
import { statsOf } from "../../../../lambdas/core/queries/stats-view.ts";
import { noon } from "../../../support/builders.ts";
import { fc } from "../../../support/properties.ts";

const histogramOf = (times: number[]) => {
  const histogram = noCounts().lateness;
  for (const time of times) histogram[bucketOf(time)] = (histogram[bucketOf(time)] ?? 0) + 1;
  return histogram;
};
const times = fc.array(fc.oneof(fc.nat(2000), fc.nat(2 ** 22 - 1)), { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0.01, max: 1, noNaN: true });

describe("the buckets of a histogram", () => {
  it.each([
    [0, 0],
    [-5, 0],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [2 ** 22 - 1, 22],
    [2 ** 22, 23],
    [2 ** 31, 23],
    [2 ** 40, 23],
  ])("%d ms is in bucket %d", (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });

  it("grow with the time and never run out", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [low, high] = [bucketOf(Math.min(a, b)), bucketOf(Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        expect(high).toBeLessThan(buckets);
      }),
    );
  });
});

describe("a percentile", () => {
  it("is within a factor of two of the true one", () => {
    fc.assert(
      fc.property(times, share, (all, p) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(p * sorted.length - 1e-9) - 1] as number;
        const estimate = percentile(histogramOf(all), p) as number;
        expect(bucketOf(estimate)).toBe(bucketOf(exact));
      }),
    );
  });

  it("rises with its share", () => {
    fc.assert(
      fc.property(times, share, share, (all, a, b) => {
        const histogram = histogramOf(all);
        const [low, high] = [percentile(histogram, Math.min(a, b)), percentile(histogram, Math.max(a, b))];
        expect(low as number).toBeLessThanOrEqual(high as number);
      }),
    );
  });

  it("is null without values, and exact for the smallest times", () => {
    expect(percentile(noCounts().lateness, 0.5)).toBeNull();
    expect(percentile(histogramOf([0, 0, 1]), 0.5)).toBe(0);
    expect(percentile(histogramOf([1, 1]), 0.99)).toBe(1);
    expect(percentile(histogramOf([2 ** 30]), 0.99)).toBe(2 ** 22);
  });
});

describe("the hours of statistics", () => {
  const histogram = fc.array(fc.nat(1000), { minLength: buckets, maxLength: buckets });
  const counts: fc.Arbitrary<Counts> = fc.record({
    scheduled: fc.nat(9),
    completed: fc.nat(9),
    failed: fc.nat(9),
    cancelled: fc.nat(9),
    completed_first_try: fc.nat(9),
    attempts: fc.nat(9),
    lateness: histogram,
    duration: histogram,
  });

  it("add up the same in any order", () => {
    fc.assert(
      fc.property(fc.array(counts, { maxLength: 5 }), (all) => {
        expect(statsOf(all.toReversed())).toEqual(statsOf(all));
        expect(statsOf([all.reduce(addCounts, noCounts())])).toEqual(statsOf(all));
      }),
    );
  });

  it("begin at their full hour", () => {
    expect(hourOf(noon + 3_599_999)).toBe(noon);
  });
});

it("rates count runs that completed or failed, and are null without any", () => {
  const stats = statsOf([
    { ...noCounts(), scheduled: 9, completed: 3, failed: 1, cancelled: 5, completed_first_try: 2, attempts: 6 },
  ]);
  expect(stats).toMatchObject({
    counts: { scheduled: 9, completed: 3, failed: 1, cancelled: 5 },
    success_rate: 0.75,
    completed_first_try: 2,
    completed_after_retry: 1,
    mean_attempts: 1.5,
    lateness_ms: { p50: null, p95: null, p99: null },
  });
  expect(statsOf([])).toMatchObject({ success_rate: null, mean_attempts: null });
});
