import { emptyPart, type GateItemState, type LineMark } from "../../../../lambdas/core/limits/gate.ts";
import {
  type Call,
  isOverdue,
  newPump,
  nextTickIn,
  type Pump,
  patienceMs,
  plannedSpan,
  roomFor,
  withLags,
} from "../../../../lambdas/core/limits/pump.ts";
import { noon } from "../../../support/builders.ts";

const tenASecond = { limit: 10, period: "1s" } as const;

/** The room of a gate whose starts are taken up to some milliseconds after noon, and of which some jobs are called. */
function room(of: { aheadMs?: number; called?: number; pump?: Partial<Pump>; noted?: number; burst?: number } = {}) {
  const { aheadMs, called = 0, pump, noted = 0, burst = 1 } = of;
  const calls = Array.from({ length: called }, (_, i): [string, Call] => [`job_${i}`, { at: noon + 100 * i }]);
  const first: GateItemState = {
    ...emptyPart(),
    ...(aheadMs !== undefined && { tat: (noon + aheadMs) * 1000, inc: 100_000 }),
  };
  const seen = { ...newPump(), ...pump, called: Object.fromEntries(calls) };
  return roomFor({ now: noon, rate: { ...tenASecond, burst }, parts: { 0: first }, pump: seen, noted });
}
const times = (of: Parameters<typeof room>[0]) => room(of).starts.map(({ at }) => at - noon);

describe("the starts for which a pump calls jobs", () => {
  it("are an interval apart, until the calls of the next tick can have come", () => {
    expect(plannedSpan({ ...newPump(), lag: 0, period: 1000 })).toBe(2250);
    expect(times({ aheadMs: 0 })).toEqual(Array.from({ length: 23 }, (_, i) => 100 * i));
    expect(plannedSpan({ ...newPump(), lag: 4000, period: 1000 })).toBe(7250);
    expect(times({ aheadMs: 0, pump: { lag: 4000 } })).toEqual(Array.from({ length: 33 }, (_, i) => 4000 + 100 * i));
  });

  it("begin after those that were taken", () => {
    expect(times({ aheadMs: 700 })[0]).toBe(700);
  });

  it("come after the jobs that are called and have taken none", () => {
    expect(times({ aheadMs: 0, called: 5 })[0]).toBe(500);
    expect(times({ aheadMs: 0, called: 5 })).toHaveLength(18);
  });

  // They are in line until they have been claimed.
  it("do not count the called jobs twice that have taken theirs", () => {
    expect(times({ aheadMs: 500, called: 5 })[0]).toBe(500);
    expect(times({ aheadMs: 500, called: 8 })[0]).toBe(800);
  });

  it("leave one to each called job that waits for a slot of the same limit", () => {
    expect(times({ aheadMs: 0, noted: 3 })[0]).toBe(300);
  });

  it("have the burst that is due at once", () => {
    const unused = times({ aheadMs: -5000, burst: 4 });
    expect(unused.slice(0, 6)).toEqual([0, 0, 0, 0, 100, 200]);
    expect(unused).toHaveLength(26);
  });

  it("of a slow rate are the next one, once it is no further away", () => {
    const seen = { now: noon, parts: {}, pump: newPump(), noted: 0 };
    const daily = { limit: 1, period: "1d" } as const;
    expect(roomFor({ ...seen, rate: daily }).starts).toEqual([{ at: noon }]);
    const parts = { 0: { ...emptyPart(), tat: (noon + 60_000) * 1000, inc: 86_400_000_000 } };
    expect(roomFor({ ...seen, rate: daily, parts })).toMatchObject({ starts: [] });
    expect(roomFor({ ...seen, rate: daily, parts }).beyond(0)).toBe(noon + 60_000);
  });

  it("of more than 500 a second name the bucket that they count against, each as often", () => {
    const rate = { limit: 1000, period: "1s" } as const;
    const { starts } = roomFor({ now: noon, rate, parts: {}, pump: newPump(), noted: 0 });
    const inBucket = (bucket: number) => starts.filter((call) => (call.bucket ?? 0) === bucket).length;
    expect(inBucket(0)).toBe(inBucket(1));
    expect(inBucket(0) + inBucket(1)).toBe(starts.length);
    const full = { 0: { ...emptyPart(), tat: (noon + 60_000) * 1000, inc: 2000 } };
    const left = roomFor({ now: noon, rate, parts: full, pump: newPump(), noted: 0 });
    expect(new Set(left.starts.map(({ bucket }) => bucket))).toEqual(new Set([1]));
  });
});

describe("the next tick", () => {
  const next = (of: Parameters<typeof room>[0], called: number, first?: number) =>
    nextTickIn(room(of), {
      ...{ now: noon, called, lag: of?.pump?.lag ?? 0 },
      first: first === undefined ? undefined : noon + first,
    });

  it("is so early that the calls for the next start come in time", () => {
    // All 23 are called: the next start is at 2.3 s, and 2.25 s are planned ahead.
    expect(next({ aheadMs: 0 }, 23)).toBe(1000);
    expect(next({ aheadMs: 10_000 }, 0)).toBe(10_000 - 2250 + 500);
  });

  it("is at most 15 minutes away, as queues delay no longer", () => {
    expect(next({ aheadMs: 3_600_000 }, 0)).toBe(900_000);
  });

  it("comes as soon as the message of a called job counts as lost", () => {
    expect([patienceMs({ lag: 0 }), patienceMs({ lag: 1000 })]).toEqual([15_000, 19_000]);
    expect(next({ aheadMs: 600_000 }, 0, 2000)).toBe(18_000);
    expect(next({ aheadMs: 600_000, pump: { lag: 1000 } }, 0, -20_000)).toBe(1000);
    expect(next({ aheadMs: 10_000 }, 0, 2000)).toBe(10_000 - 2250 + 500);
  });
});

describe("the lag of messages", () => {
  const mark = (lagSum: number, lagCount: number): Partial<LineMark> => ({ lagSum, lagCount });

  it("is that of the first jobs which came, and then follows what comes", () => {
    const first = withLags(newPump(), mark(8000, 2), 0, noon);
    expect(first.lag).toBe(4000);
    expect(withLags(first, mark(0, 4), 0, noon).lag).toBeCloseTo(2800);
    expect(withLags(first, {}, 0, noon).lag).toBe(4000);
  });

  it("is at least that of the tick, in part", () => {
    expect(withLags(newPump(), {}, 10_000, noon)).toMatchObject({ lag: 7000, period: 8000 });
  });

  it("makes the period longer, unless the tick before was lost", () => {
    const pump = { ...newPump(), lastTick: noon - 6000, asked: 1000 };
    expect(withLags(pump, {}, 0, noon).period).toBeCloseTo(2500);
    expect(withLags({ ...pump, lastTick: noon - 60_000 }, {}, 0, noon).period).toBe(1000);
  });
});

describe("a promised tick", () => {
  const mark = { id: "mark", nextCall: noon, lag: 1000 };

  it.each([
    [undefined, 7000],
    [{ lags: 3 }, 8000],
    [{ graceMs: 20_000, lags: 3 }, 23_000],
  ])("is lost once it is so late that no queue is (%j)", (options, ms) => {
    expect([isOverdue(mark, noon + ms, options), isOverdue(mark, noon + ms + 1, options)]).toEqual([false, true]);
  });

  it("that was never promised is overdue", () => {
    expect(isOverdue({ id: "mark" }, noon)).toBe(true);
  });
});
