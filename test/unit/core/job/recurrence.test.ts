import { jest } from "@jest/globals";
import * as fc from "fast-check";
import type { Repeat } from "../../../../lambdas/core/job/job.ts";
import { firstOccurrence, isTimeZone, nextOccurrence } from "../../../../lambdas/core/job/recurrence.ts";

const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => ms && new Date(ms).toISOString();
const cron = (pattern: string, tz?: string): Repeat => ({
  cron: pattern,
  ...(tz && { tz }),
  overlap: "skip",
  anchor: 0,
});
const every = (ms: number, anchor = 0): Repeat => ({ every: ms, overlap: "skip", anchor });

describe("cron", () => {
  it.each([
    ["0 9 * * *", undefined, "2026-01-01T08:59:59.999Z", "2026-01-01T09:00:00.000Z"],
    ["0 9 * * *", undefined, "2026-01-01T09:00:00.000Z", "2026-01-02T09:00:00.000Z"],
    ["*/10 * * * * *", undefined, "2026-01-01T00:00:01.500Z", "2026-01-01T00:00:10.000Z"],
    ["0 9 * * MON-FRI", "Europe/Berlin", "2026-01-02T12:00:00Z", "2026-01-05T08:00:00.000Z"],
    ["0 0 29 2 *", undefined, "2026-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["0 12 L * *", undefined, "2026-02-01T00:00:00Z", "2026-02-28T12:00:00.000Z"],
  ])("%s in %s after %s", (pattern, tz, after, expected) => {
    expect(iso(nextOccurrence(cron(pattern, tz), at(after)))).toBe(expected);
  });

  it("takes the first occurrence at the very start", () => {
    expect(iso(firstOccurrence(cron("0 9 * * *"), at("2026-01-01T09:00:00Z")))).toBe("2026-01-01T09:00:00.000Z");
  });

  it("moves a time that the spring change leaves out to the end of the gap", () => {
    const berlin = cron("30 2 * * *", "Europe/Berlin");
    expect(iso(nextOccurrence(berlin, at("2026-03-28T12:00:00Z")))).toBe("2026-03-29T01:00:00.000Z");
  });

  it("runs a time that the autumn change repeats once", () => {
    const berlin = cron("30 2 * * *", "Europe/Berlin");
    const first = nextOccurrence(berlin, at("2026-10-24T12:00:00Z")) ?? 0;
    expect(iso(first)).toBe("2026-10-25T00:30:00.000Z");
    expect(iso(nextOccurrence(berlin, first))).toBe("2026-10-26T01:30:00.000Z");
  });

  it("keeps 9 o'clock at 9 o'clock on both sides of a change", () => {
    const berlin = cron("0 9 * * *", "Europe/Berlin");
    expect(iso(nextOccurrence(berlin, at("2026-03-28T00:00:00Z")))).toBe("2026-03-28T08:00:00.000Z");
    expect(iso(nextOccurrence(berlin, at("2026-03-29T00:00:00Z")))).toBe("2026-03-29T07:00:00.000Z");
  });

  it("has no occurrence on a day that does not exist", () => {
    expect(nextOccurrence(cron("0 0 30 2 *"), 0)).toBeUndefined();
  });

  it("knows time zones", () => {
    expect(["UTC", "Europe/Berlin", "America/New_York"].every(isTimeZone)).toBe(true);
    expect(["Europe/Berln", "", "x", "+14:01", "-20:00"].some(isTimeZone)).toBe(false);
  });

  it.each([
    ["europe/BERLIN", "2026-07-01T07:00:00.000Z"],
    ["+05:30", "2026-07-01T03:30:00.000Z"],
    ["-0330", "2026-07-01T12:30:00.000Z"],
    ["+14", "2026-07-01T19:00:00.000Z"],
  ])("runs at 9 o'clock in %s", (tz, expected) => {
    expect(isTimeZone(tz)).toBe(true);
    expect(iso(nextOccurrence(cron("0 9 * * *", tz), at("2026-07-01T00:00:00Z")))).toBe(expected);
  });

  it("keeps nothing for a spelling of a time zone", () => {
    const format = jest.spyOn(Intl, "DateTimeFormat");
    for (const tz of ["Asia/Tokyo", "asia/tokyo", "ASIA/TOKYO", "+09:00", "+0900", "+09"]) {
      nextOccurrence(cron("0 9 * * *", tz), 0);
    }
    const made = format.mock.calls.length;
    format.mockRestore();
    expect(made).toBe(1);
  });
});

describe("an interval", () => {
  it("counts from its anchor, however late it is asked", () => {
    expect(nextOccurrence(every(1500, 1000), 1000)).toBe(2500);
    expect(nextOccurrence(every(1500, 1000), 3999)).toBe(4000);
    expect(firstOccurrence(every(1500, 1000), 1000)).toBe(1000);
    expect(firstOccurrence(every(1500, 1000), 0)).toBe(1000);
  });

  it("never drifts and never skips", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 1e9 }),
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 0, max: 2e12 }),
        (ms, anchor, after) => {
          const next = nextOccurrence(every(ms, anchor), after) as number;
          return next > after && (next - anchor) % ms === 0 && (next === anchor || next - ms <= after);
        },
      ),
    );
  });

  it("ends with its end date, which still counts", () => {
    const repeat = { ...every(1000, 0), end_date: 3000 };
    expect(nextOccurrence(repeat, 2000)).toBe(3000);
    expect(nextOccurrence(repeat, 3000)).toBeUndefined();
  });
});
