import { jest } from "@jest/globals";
import type { Repeat } from "../../../../../lambdas/core/job/job.ts";
import { firstOccurrence, isTimeZone, nextOccurrence } from "../../../../../lambdas/core/job/series.ts";
import { fc } from "../../../../support/properties.ts";

const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => ms && new Date(ms).toISOString();
const cron = (pattern: string, tz?: string): Repeat => ({
  cron: pattern,
  ...(tz && { tz }),
  overlap: "skip",
  anchor: 0,
});
const every = (ms: number, anchor = 0): Repeat => ({ every: ms, overlap: "skip", anchor });

describe("a series by cron", () => {
  it.each([
    ["0 9 * * *", undefined, "2026-01-01T08:59:59.999Z", "2026-01-01T09:00:00.000Z"],
    ["0 9 * * *", undefined, "2026-01-01T09:00:00.000Z", "2026-01-02T09:00:00.000Z"],
    ["*/10 * * * * *", undefined, "2026-01-01T00:00:01.500Z", "2026-01-01T00:00:10.000Z"],
    ["0 9 * * MON-FRI", "Europe/Berlin", "2026-01-02T12:00:00Z", "2026-01-05T08:00:00.000Z"],
    ["0 0 29 2 *", undefined, "2026-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["0 12 L * *", undefined, "2026-02-01T00:00:00Z", "2026-02-28T12:00:00.000Z"],
  ])("(%s in %s after %s) has its next occurrences", (pattern, tz, after, expected) => {
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

  const timesOf = (repeat: Repeat, from: string, to: string) => {
    const times: string[] = [];
    for (let next = nextOccurrence(repeat, at(from)); next !== undefined && next < at(to); ) {
      times.push(new Date(next).toISOString().slice(11, 16));
      next = nextOccurrence(repeat, next);
    }
    return times.join(" ");
  };

  it.each([
    ["30 2 * * *", "01:00"],
    ["0,30 2 * * *", "01:00"],
    ["15,45 2 * * *", "01:00"],
    ["0 2,14 * * *", "01:00 12:00"],
    ["*/10 2 * * *", "01:00"],
    ["*/20 30 2 * * *", "01:00"],
    ["15 1-4 * * *", "00:15 01:00 01:15 02:15"],
    ["*/30 1-3 * * *", "00:00 00:30 01:00 01:30"],
    ["0 */8 * * *", "06:00 14:00"],
    ["30 */2 * * *", "23:30 01:00 02:30 04:30 06:30 08:30 10:30 12:30 14:30 16:30 18:30 20:30"],
    ["30 2 * * SUN", "01:00"],
    ["0 2 28 3 *", "01:00"],
    ["0 2 29 3 *", ""],
  ])("%s runs at %s on a day without the hour from 2 to 3", (pattern, expected) => {
    const berlin = cron(pattern, "Europe/Berlin");
    expect(timesOf(berlin, "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z")).toBe(expected);
  });

  it("runs in the next hour with an expression for every hour", () => {
    const across = (pattern: string, tz?: string) =>
      timesOf(cron(pattern, tz), "2027-03-28T00:19:00Z", "2027-03-28T01:41:00Z");
    for (const pattern of ["*/20 * * * *", "30 * * * *", "5,35 * * * *", "@hourly", "0-59/7 0-23 * * *"]) {
      expect(across(pattern, "Europe/Berlin")).toBe(across(pattern));
    }
  });

  it.each([
    ["0,30 2 * * *", "00:00 00:30"],
    ["0 2,14 * * *", "00:00 13:00"],
    ["*/30 2 * * *", "00:00 00:30 01:00 01:30"],
    ["0 1-3 * * *", "00:00 02:00"],
  ])("%s runs at %s on the day on which the clocks repeat that hour", (pattern, expected) => {
    const berlin = cron(pattern, "Europe/Berlin");
    expect(timesOf(berlin, "2027-10-30T23:30:00Z", "2027-10-31T22:59:00Z")).toBe(expected);
  });

  it.each([
    ["half an hour", "Australia/Lord_Howe", "*/20 2 * * *", "2027-10-02T14:00:00Z", "15:30 15:40"],
    ["half an hour", "Australia/Lord_Howe", "0 2,14 * * *", "2027-10-02T14:00:00Z", "15:30 03:00"],
    ["the hour after midnight", "Africa/Cairo", "0,30 0 * * *", "2027-04-29T12:00:00Z", "22:00"],
    ["the hour after midnight", "Asia/Beirut", "*/15 0 * * *", "2027-03-27T12:00:00Z", "22:00"],
    ["the hour after midnight", "America/Santiago", "59 23,0 * * *", "2027-09-04T12:00:00Z", "03:59 04:00"],
    ["the last hour of a day", "America/Nuuk", "30 23 * * SAT", "2027-03-27T12:00:00Z", "01:00"],
  ])("makes up for times in a gap of %s in %s: %s", (_gap, tz, pattern, from, expected) => {
    const until = new Date(at(from) + 18 * 3_600_000).toISOString();
    expect(timesOf(cron(pattern, tz), from, until)).toBe(expected);
  });

  it("takes the weekday nearest to a day of the month, and the last one", () => {
    const weekday = (date: Date) => date.getUTCDay() % 6 !== 0;
    const nearest = (year: number, month: number, day: number) => {
      const by = (days: number) => new Date(Date.UTC(year, month, day + days, 9));
      const found = [0, -1, 1, -2, 2].map(by).find((date) => weekday(date) && date.getUTCMonth() === month);
      return found?.toISOString();
    };
    const last = (year: number, month: number) => {
      const found = [0, -1, -2].map((days) => new Date(Date.UTC(year, month + 1, days, 9))).find(weekday);
      return found?.toISOString();
    };
    for (let month = 0; month < 12 * 16; month++) {
      const [year, of, start] = [2020 + Math.floor(month / 12), month % 12, Date.UTC(2020, month, 1)];
      for (const day of [1, 2, 15, 28]) {
        expect(iso(nextOccurrence(cron(`0 9 ${day}W * *`), start))).toBe(nearest(year, of, day));
      }
      expect(iso(nextOccurrence(cron("0 9 LW * *"), start))).toBe(last(year, of));
    }
  });

  it("keeps 9 o'clock at 9 o'clock on both sides of a change", () => {
    const berlin = cron("0 9 * * *", "Europe/Berlin");
    expect(iso(nextOccurrence(berlin, at("2026-03-28T00:00:00Z")))).toBe("2026-03-28T08:00:00.000Z");
    expect(iso(nextOccurrence(berlin, at("2026-03-29T00:00:00Z")))).toBe("2026-03-29T07:00:00.000Z");
  });

  it("has no occurrence on a day that does not exist", () => {
    expect(nextOccurrence(cron("0 0 30 2 *"), 0)).toBeUndefined();
  });

  it("runs in time zones", () => {
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

  it("keeps no memory of a time zone's spellings", () => {
    const format = jest.spyOn(Intl, "DateTimeFormat");
    for (const tz of ["Asia/Tokyo", "asia/tokyo", "ASIA/TOKYO", "+09:00", "+0900", "+09"]) {
      nextOccurrence(cron("0 9 * * *", tz), 0);
    }
    const made = format.mock.calls.length;
    format.mockRestore();
    // One of croner, and one of ours.
    expect(made).toBe(2);
  });
});

describe("an interval", () => {
  it("counts from its anchor, at whatever time it is computed", () => {
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
