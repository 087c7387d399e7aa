import type { Job, Repeat } from "../../../../../lambdas/core/job/job.ts";
import {
  firstOccurrence,
  nextOccurrence,
  runReasons,
  skipReason,
  spread,
} from "../../../../../lambdas/core/job/series.ts";
import { nextRuns } from "../../../../../lambdas/core/queries/series-view.ts";
import { aJob } from "../../../../support/builders.ts";
import { fc } from "../../../../support/properties.ts";

const at = Date.parse;
const daily: Repeat = { cron: "30 2 * * *", tz: "Europe/Berlin", anchor: 0, overlap: "skip" };
const iso = (time: number | undefined) => time && new Date(time).toISOString();
const holidays = { holidays: ["2030-12-25", "2030-12-26"] };

describe("the excepted days of a series", () => {
  it("are those of its time zone", () => {
    const except = ["2030-06-02"];
    const late = { ...daily, cron: "30 0 * * *" };
    // Half past midnight in Berlin is the evening before in UTC.
    const after = at("2030-06-01T12:00:00Z");
    expect(iso(nextOccurrence({ ...late, except }, after))).toBe("2030-06-02T22:30:00.000Z");
    expect(iso(nextOccurrence(late, after))).toBe("2030-06-01T22:30:00.000Z");
    const inUtc: Repeat = { every: 3_600_000, anchor: after, overlap: "skip", except };
    expect(iso(nextOccurrence(inUtc, at("2030-06-01T23:00:00Z")))).toBe("2030-06-03T00:00:00.000Z");
  });

  it("are dates and the days of the product's calendars at the time", () => {
    const repeat = { ...daily, except: ["2030-12-24", "holidays"] };
    const after = at("2030-12-23T12:00:00Z");
    expect(iso(nextOccurrence(repeat, after, holidays))).toBe("2030-12-27T01:30:00.000Z");
    expect(iso(nextOccurrence(repeat, after, {}))).toBe("2030-12-25T01:30:00.000Z");
  });

  it("are those of the times that the clocks have moved", () => {
    const spring = { ...daily, except: ["2030-03-31"] };
    expect(iso(nextOccurrence(spring, at("2030-03-30T12:00:00Z")))).toBe("2030-04-01T00:30:00.000Z");
  });

  it("are left out with all of their occurrences", () => {
    const days = Array.from({ length: 365 }, (_, day) => new Date(at("2030-01-01") + day * 86_400_000));
    const except = days.map((day) => day.toISOString().slice(0, 10));
    const everySecond: Repeat = { every: 1000, anchor: at("2030-01-01"), overlap: "skip", except };
    expect(iso(firstOccurrence(everySecond, at("2030-01-01")))).toBe("2031-01-01T00:00:00.000Z");
    const never: Repeat = { ...daily, except, end_date: at("2030-12-31T23:00:00Z") };
    expect(firstOccurrence(never, at("2030-01-01"))).toBeUndefined();
  });

  it("never hold an occurrence, in any zone", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "+05:45");
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 365 }), fc.integer({ min: 0, max: 23 }), (tz, day, hour) => {
        const date = new Date(at("2030-01-01") + day * 86_400_000).toISOString().slice(0, 10);
        const repeat: Repeat = { cron: `15 ${hour} * * *`, tz, anchor: 0, overlap: "skip", except: [date] };
        const next = nextOccurrence(repeat, at(`${date}T00:00:00Z`) - 15 * 3_600_000) ?? 0;
        const local = new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short" }).format(next);
        expect(local).not.toBe(date);
      }),
    );
  });
});

describe("a run on a day that the catalog has excepted since", () => {
  const time = at("2030-12-25T01:30:00Z");
  const job = (overrides: Partial<Job> = {}) =>
    aJob({
      repeat: { ...daily, except: ["holidays"] },
      status: "scheduled",
      due_at: time,
      scheduled_at: time,
      ...overrides,
    });

  it("is skipped, and the series shows the run that will be next", () => {
    expect(skipReason(job(), time, holidays)).toBe(runReasons.excepted);
    expect(skipReason(job(), time, {})).toBeUndefined();
    const [next] = nextRuns(job(), time - 1000, 3, holidays);
    expect(iso(next?.at)).toBe("2030-12-27T01:30:00.000Z");
  });

  it("is run if a caller has chosen its time", () => {
    expect(skipReason(job({ moved: true }), time, holidays)).toBeUndefined();
  });
});

describe("a series that is spread", () => {
  const id = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";

  it("runs at the same distance from each of its times", () => {
    const repeat = spread({ ...daily, spread_ms: 3_600_000, except: ["2030-04-01"] }, id);
    const offset = repeat.offset_ms ?? -1;
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(3_600_000);
    expect(spread({ ...daily, spread_ms: 3_600_000 }, id).offset_ms).toBe(offset);
    const times: number[] = [];
    for (let next = nextOccurrence(repeat, at("2030-03-29T12:00:00Z")); next && times.length < 3; ) {
      times.push(next - offset);
      next = nextOccurrence(repeat, next);
    }
    expect(times.map(iso)).toEqual([
      "2030-03-30T01:30:00.000Z",
      "2030-03-31T01:00:00.000Z",
      "2030-04-02T00:30:00.000Z",
    ]);
  });

  it("starts at a different time from others", () => {
    const offsets = Array.from({ length: 1000 }, (_, n) => {
      const unlike = `job_${(n * 7919).toString(16).padStart(20, "0")}${((n * 2654435761) % 2 ** 48).toString(16).padStart(12, "0")}`;
      return spread({ ...daily, spread_ms: 600_000 }, unlike).offset_ms ?? 0;
    });
    const perMinute = Array.from({ length: 10 }, (_, m) => offsets.filter((o) => Math.floor(o / 60_000) === m).length);
    for (const count of perMinute) expect(count).toBeGreaterThan(50);
  });

  it("ends with its end date", () => {
    const repeat = { ...spread({ ...daily, spread_ms: 3_600_000 }, id), end_date: at("2030-06-01T00:30:00Z") };
    expect(nextOccurrence(repeat, at("2030-05-31T12:00:00Z"))).toBeUndefined();
  });
});
