import { budgetSteps, hourToCount, type Spending, settleMs, withHour } from "../../../../lambdas/core/job/spending.ts";

const hour = 3_600_000;
const at = (text: string): number => Date.parse(`${text}Z`);
const counted = (until: string, more: Partial<Spending> = {}): Spending => ({
  ...{ month: until.slice(0, 7), until: at(until), usd: 1, events: { charge: 1 } },
  ...more,
});
const text = (time: number | undefined) => time && new Date(time).toISOString().slice(0, 16);

describe("the hour that is counted next", () => {
  it.each<[string, string | undefined, string, string | undefined]>([
    ["is the first one of the month where nothing was counted", undefined, "2030-01-20T12:30", "2030-01-01T00:00"],
    ["is the one after what was counted", "2030-01-20T10:00", "2030-01-20T12:30", "2030-01-20T10:00"],
    ["is none while its last minutes may be missing", "2030-01-20T12:00", "2030-01-20T13:09:59.999", undefined],
    ["is counted ten minutes after its end", "2030-01-20T12:00", "2030-01-20T13:10", "2030-01-20T12:00"],
    ["is none once all were counted", "2030-01-20T13:00", "2030-01-20T13:59", undefined],
    ["is the last one of a month in the next month", "2030-01-31T23:00", "2030-02-01T00:10", "2030-01-31T23:00"],
    ["is none before the first hour of a month is over", "2030-02-01T00:00", "2030-02-01T01:09", undefined],
    ["is the first one of a month", "2030-02-01T00:00", "2030-02-01T01:10", "2030-02-01T00:00"],
    ["is none of a month before, whose end was left out", "2030-01-30T05:00", "2030-02-03T08:30", "2030-02-01T00:00"],
    ["is none where the clock has gone back", "2030-01-20T13:00", "2030-01-20T12:30", undefined],
    ["is none where it has gone back to another month", "2030-02-01T03:00", "2030-01-31T22:30", undefined],
    ["is the last one of February", "2030-02-28T23:00", "2030-03-01T00:30", "2030-02-28T23:00"],
    ["is the last one of a year", "2029-12-31T23:00", "2030-01-01T00:10", "2029-12-31T23:00"],
  ])("%s", (_, until, now, next) => {
    expect(text(hourToCount(until === undefined ? undefined : counted(until), at(now)))).toBe(next);
  });

  it("comes after its end by the time that the index needs", () => {
    const until = at("2030-01-20T12:00");
    expect(hourToCount(counted("2030-01-20T12:00"), until + hour + settleMs)).toBe(until);
  });
});

describe("what was used", () => {
  it("adds an hour of the same month, and begins anew with one of the next", () => {
    const first = withHour(undefined, at("2030-01-31T22:00"), { usd: 2, events: { charge: 1.5, mail: 0.5 } });
    expect(first).toEqual(counted("2030-01-31T23:00", { usd: 2, events: { charge: 1.5, mail: 0.5 } }));
    const second = withHour(first, at("2030-01-31T23:00"), { usd: 3, events: { mail: 3 } });
    expect(second).toEqual({
      ...{ month: "2030-01", until: at("2030-02-01T00:00"), usd: 5, events: { mail: 3.5, charge: 1.5 } },
    });
    expect(withHour(second, at("2030-02-01T00:00"), { usd: 1, events: {} })).toEqual(
      counted("2030-02-01T01:00", { events: {} }),
    );
  });

  it("keeps the dearest hundred events", () => {
    const events = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`event_${i}`, i]));
    const { events: kept } = withHour(undefined, at("2030-01-01T00:00"), { usd: 1, events });
    expect(Object.keys(kept)).toHaveLength(100);
    expect(kept).toMatchObject({ event_119: 119, event_20: 20 });
  });
});

describe("the steps of a budget of 50 dollars, told from 80 percent on", () => {
  it.each([
    [0, 0],
    [39.99, 0],
    [40, 1],
    [49.99, 1],
    [50, 2],
    [99.99, 2],
    [100, 3],
    [200, 4],
    [1600, 7],
  ])("with %d dollars are %d", (usd, steps) => {
    expect(budgetSteps(usd, { usd: 50, warnAt: 0.8 })).toBe(steps);
  });

  it("are two at once where only the whole of it is told", () => {
    expect(budgetSteps(49.99, { usd: 50, warnAt: 1 })).toBe(0);
    expect(budgetSteps(50, { usd: 50, warnAt: 1 })).toBe(2);
  });
});
