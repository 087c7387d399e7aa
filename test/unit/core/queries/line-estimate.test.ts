import { emptyPart, type GateItemState } from "../../../../lambdas/core/limits/gate.ts";
import { newPump, type Pump } from "../../../../lambdas/core/limits/pump.ts";
import type { Waiter } from "../../../../lambdas/core/ports/gates.ts";
import {
  lineEstimate,
  placeInLine,
  startAt,
  startsOf,
  waitEstimate,
} from "../../../../lambdas/core/queries/line-estimate.ts";
import { noon } from "../../../support/builders.ts";

const now = noon;
/** Ten a second. */
const rate = { limit: 10, period: "1s" };
const at = (ms: number): GateItemState => ({ ...emptyPart(), tat: (now + ms) * 1000, inc: 100_000 });
const waiter = (n: number): Waiter => ({ job: `job_${n}`, run: 1, attempt: 1, due_at: n, order: n, since: n });
const line = (length: number, more = false) => ({ waiters: Array.from({ length }, (_, n) => waiter(n)), more });

describe("the estimated starts of a gate when", () => {
  test.each<[string, Record<number, GateItemState>, object, object]>([
    ["nothing has started yet", {}, rate, { next: now, free: 1, interval: 100 }],
    ["one lies ahead", { 0: at(300) }, rate, { next: now + 300, free: 0, interval: 100 }],
    ["a burst is free", { 0: at(-1000) }, { ...rate, burst: 5 }, { next: now, free: 5, interval: 100 }],
    ["two of a burst are free", { 0: at(300) }, { ...rate, burst: 5 }, { next: now, free: 2, interval: 100 }],
    ["a burst is used up", { 0: at(600) }, { ...rate, burst: 5 }, { next: now + 200, free: 0, interval: 100 }],
    [
      "the rate was twice as high before",
      { 0: { ...at(1000), inc: 50_000 } },
      rate,
      { next: now + 2000, free: 0, interval: 100 },
    ],
    [
      "a fast rate has buckets, of which one has never been used",
      { 0: { ...emptyPart(), tat: (now + 50) * 1000, inc: 2000 } },
      { limit: 1000, period: "1s" },
      { next: now, free: 1, interval: 1 },
    ],
  ])("%s", (_what, parts, rate, expected) => {
    expect(startsOf(parts, { rate: rate as never }, now)).toEqual(expected);
  });

  test("no start is estimated for a limit with slots only", () => {
    expect(startsOf({ 0: at(300) }, { concurrency: 3 }, now)).toBeUndefined();
  });

  test("a place in line gets its start: the burst at once, then one an interval", () => {
    const of = (starts: { next: number; free: number; interval: number }) =>
      [1, 2, 3, 4].map((place) => startAt(starts, place) - now);
    expect(of({ next: now, free: 3, interval: 100 })).toEqual([0, 0, 0, 100]);
    expect(of({ next: now, free: 1, interval: 100 })).toEqual([0, 100, 200, 300]);
    expect(of({ next: now + 200, free: 0, interval: 100 })).toEqual([200, 300, 400, 500]);
  });
});

describe("the estimate for a waiter", () => {
  const starts = { next: now + 200, free: 0, interval: 100 };
  const pump = (called: Pump["called"]): Pump => ({ ...newPump(), called });
  const of = (place: number, rest: Partial<Parameters<typeof waitEstimate>[1]> = {}) =>
    waitEstimate(waiter(place - 1), { line: line(5, true), starts, pump: undefined, now, ...rest });

  test("is its place, and its start by the place", () => {
    expect(of(1)).toEqual({ position: 1, starts_at: now + 200 });
    expect(of(5)).toEqual({ position: 5, starts_at: now + 600 });
  });

  test("is the start that its pump has planned, and not in the past", () => {
    expect(of(2, { pump: pump({ job_1: { at: now + 1234 } }) })).toEqual({ position: 2, starts_at: now + 1234 });
    expect(of(2, { pump: pump({ job_1: { at: now - 1000 } }) })).toEqual({ position: 2, starts_at: now });
  });

  test("is by its place if it has not come when called", () => {
    expect(of(2, { pump: pump({ job_1: { at: now - 15_001 } }) })).toEqual({ position: 2, starts_at: now + 300 });
  });

  test("has no start where only slots are awaited", () => {
    expect(of(2, { starts: undefined, pump: pump({ job_1: { at: now + 1234 } }) })).toEqual({ position: 2 });
  });

  test("is unknown beyond the waiters that were read, unless it is called", () => {
    expect(of(6)).toEqual({});
    expect(of(6, { pump: pump({ job_5: { at: now + 1234 } }) })).toEqual({ starts_at: now + 1234 });
  });

  test("is not that of an earlier one of the same job", () => {
    expect(placeInLine({ ...waiter(1), order: 7 }, line(5))).toBeUndefined();
  });
});

describe("the estimated end of a line", () => {
  const starts = { next: now + 200, free: 0, interval: 100 };
  const counted = (length: number, ago: number): Pump => ({ ...newPump(), length, countedAt: now - ago });

  test("is that of its last waiter if all were read", () => {
    expect(lineEstimate(line(3), { starts, pump: undefined, now })).toEqual({
      as_of: now,
      length: 3,
      ends_at: now + 400,
    });
  });

  test.each([
    ["nobody stands in it", line(0), starts, undefined],
    ["it is for slots only and was read to its end", line(3), undefined, undefined],
    ["it is longer than was read, and nobody has counted it", line(3, true), starts, undefined],
    ["it was counted more than 90 s ago", line(3, true), starts, counted(7000, 90_001)],
    ["it was shorter when it was counted", line(3, true), starts, counted(2, 1000)],
  ])("is unknown if %s", (_what, read, starts, pump) => {
    expect(lineEstimate(read, { starts, pump, now })).toBeUndefined();
  });

  test("counts as its pump did if it is longer than was read", () => {
    const as_of = now - 60_000;
    const pump = counted(7000, 60_000);
    expect(lineEstimate(line(3, true), { starts, pump, now })).toEqual({
      as_of,
      length: 7000,
      ends_at: now + 200 + 699_900 - 60_000,
    });
    expect(lineEstimate(line(3, true), { starts: undefined, pump, now })).toEqual({ as_of, length: 7000 });
  });

  test("is not before that of the waiters that were read", () => {
    const pump = counted(4, 60_000);
    expect(lineEstimate(line(3, true), { starts, pump, now })).toMatchObject({ ends_at: now + 400 });
  });
});
