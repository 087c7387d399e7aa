import { epochMs, Time } from "../../../../lambdas/core/kernel/start-time.ts";

const nine = Date.UTC(2030, 0, 31, 9);

describe("a start time", () => {
  it.each([
    [1e11 - 1, 1e14 - 1000],
    [1e11, 1e11],
    [1_895_997_600.0001, 1_895_997_600_001],
    ["2030-01-31T09:00:00Z", nine],
    ["2030-01-31t10:00:00.5+01:00", nine + 500],
    ["2030-01-31t09:00:00z", nine],
    ["2030-01-31T09:00:00.123000Z", nine + 123],
    // Truncated it would be before the time that was asked for.
    ["2030-01-31T09:00:00.1230001Z", nine + 124],
    ["2030-01-31T08:59:59.9999999Z", nine],
  ])("is read from %s", (time, ms) => {
    expect(epochMs(Time.parse(time))).toBe(ms);
  });

  it.each([
    "2030-01-31T09:00:00",
    "2030-01-31 09:00:00Z",
    "2030-01-31T09:00Z",
    "2030-02-30T09:00:00Z",
    -1,
    8.64e15 + 1,
    1e200,
  ])("is not read from %s", (time) => expect(Time.safeParse(time).success).toBe(false));
});
