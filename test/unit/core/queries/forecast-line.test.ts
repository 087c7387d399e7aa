import type { Comer } from "../../../../lambdas/core/queries/forecast-line.ts";
import { mostLines, noWaitOf, startsAt, waitsOf } from "../../../../lambdas/core/queries/forecast-line.ts";
import { noon } from "../../../support/builders.ts";

const coming = (at: number, count: number, duration = 0): Comer[] =>
  Array.from({ length: count }, () => ({ at, duration }));
const perSecond = (limit: number, burst = 1) => ({ rate: { limit, period: "1s", burst } });
const until = noon + 3_600_000;
const waits = (comers: Comer[], rule: Parameters<typeof startsAt>[1]) =>
  waitsOf(comers, startsAt(comers, rule, noon), rule, until);

describe("starts at a limit", () => {
  it("are one interval apart, after the burst", () => {
    expect(startsAt(coming(noon, 5), perSecond(2, 2), noon).map((at) => at - noon)).toEqual([0, 0, 500, 1000, 1500]);
  });

  it("begin after the starts that were given out before", () => {
    const arrival = { tat: (noon + 3000) * 1000, inc: 500_000 };
    const now = { arrival, heldUntil: [] };
    expect(startsAt(coming(noon, 2), perSecond(2), noon, now).map((at) => at - noon)).toEqual([3000, 3500]);
  });

  it("wait for a slot to become free, of those that are held now too", () => {
    const now = { arrival: {}, heldUntil: [noon + 50, noon + 10] };
    const starts = startsAt(coming(noon, 4, 100), { concurrency: 2 }, noon, now);
    expect(starts.map((at) => at - noon)).toEqual([10, 50, 110, 150]);
  });

  it("wait for more slots to become free than they take, where the limit was lowered", () => {
    const now = { arrival: {}, heldUntil: [noon + 10, noon + 20, noon + 30] };
    expect(startsAt(coming(noon, 1, 5), { concurrency: 1 }, noon, now)).toEqual([noon + 30]);
  });

  it("need both of a limit that has both", () => {
    const starts = startsAt(coming(noon, 3, 5000), { ...perSecond(1), concurrency: 2 }, noon);
    expect(starts.map((at) => at - noon)).toEqual([0, 1000, 5000]);
  });

  it("of a fast rate are spread over its buckets", () => {
    const starts = startsAt(coming(noon, 2001), perSecond(1000), noon);
    expect(starts.at(-1)).toBe(noon + 2000 - 1);
  });
});

describe("the lines of a limit", () => {
  it("are empty once the last one has gone", () => {
    expect(waits(coming(noon, 601), perSecond(10))).toEqual({
      waits: 590,
      left: 0,
      longest_wait_ms: 60_000,
      lines: [{ from: noon, longest: 590, longest_at: noon, empty_at: noon + 60_000 }],
    });
  });

  it("do not count who waits within a second: a consumer does that", () => {
    expect(waits(coming(noon, 11), perSecond(10))).toMatchObject({ waits: 0, lines: [] });
  });

  it("are apart where one was empty before the next, and the longest is first", () => {
    const { lines } = waits([...coming(noon, 30), ...coming(noon + 60_000, 50)], perSecond(1));
    expect(lines).toMatchObject([
      { from: noon + 60_000, longest: 48, empty_at: noon + 109_000 },
      { from: noon, longest: 28, empty_at: noon + 29_000 },
    ]);
    const many = Array.from({ length: 9 }, (_, i) => coming(noon + i * 60_000, 10 + i)).flat();
    expect(waits(many, perSecond(1)).lines).toHaveLength(mostLines);
  });

  it("are longest where more come before they are empty", () => {
    const { lines } = waits([...coming(noon, 30), ...coming(noon + 10_000, 30)], perSecond(1));
    expect(lines).toEqual([{ from: noon, longest: 49, longest_at: noon + 10_000, empty_at: noon + 59_000 }]);
  });

  it("that are not over by the end say who is left", () => {
    const { left, lines } = waits(coming(until - 10_000, 20), perSecond(1));
    expect(left).toBe(10);
    expect(lines).toEqual([{ from: until - 10_000, longest: 18, longest_at: until - 10_000 }]);
  });
});

describe("the numbers at which nobody would wait", () => {
  const rateFor = (comers: Comer[], burst = 1) => noWaitOf(comers, perSecond(1, burst), noon).rate?.limit;

  it("let all of a herd start within a second", () => {
    expect(rateFor(coming(noon, 26))).toBe(25);
    expect(rateFor(coming(noon, 26), 6)).toBe(20);
  });

  it("are those of who is still to come", () => {
    const late = coming(noon, 500).map((comer) => ({ ...comer, waits: true }));
    expect(rateFor([...late, ...coming(noon + 1000, 11)])).toBe(10);
  });

  it("are as many slots as are held at a time", () => {
    const comers = [...coming(noon, 7, 60_000), ...coming(noon + 30_000, 5, 60_000), ...coming(noon + 61_000, 1, 1)];
    expect(noWaitOf(comers, { concurrency: 1 }, noon)).toEqual({ concurrency: 12 });
  });

  it("are absent where no number does that is allowed", () => {
    expect(noWaitOf(coming(noon, 1001, 60_000), { concurrency: 1 }, noon)).toEqual({});
  });
});
