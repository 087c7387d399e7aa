import {
  duration,
  exactMs,
  offset,
  percent,
  plural,
  relative,
  roughly,
  shortId,
} from "../../../dashboard/src/ui/format.ts";
import { parseExact, summaryOf } from "../../../dashboard/src/ui/json.ts";
import { iso, timeParts, zoneOf } from "../../../dashboard/src/ui/zone.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1_240, "1.24 s"],
  [59_949, "59.9 s"],
  [2 * minute + 5 * second, "2 m 05 s"],
  [hour, "1 h"],
  [hour + 30 * minute, "1 h 30 m"],
  [76 * hour, "3 d 4 h"],
  [-3, "-3 ms"],
])("%d ms reads %s", (ms, text) => expect(duration(ms)).toBe(text));

test("a difference of times is exact where it matters, and has a direction", () => {
  expect(exactMs(1_240)).toBe("1,240 ms");
  expect(offset(69)).toBe("+69 ms");
  expect(offset(0)).toBe("0 ms");
});

test("100 % is said only where nothing failed", () => {
  expect(percent(1)).toBe("100 %");
  expect(percent(0.99999)).toBe("99.9 %");
  expect(percent(0.978)).toBe("97.8 %");
  expect(percent(0)).toBe("0 %");
});

test("a time is shown with how far away it is", () => {
  expect(relative(5 * minute, 0)).toBe("in 5 m");
  expect(relative(0, 12 * second)).toBe("12 s ago");
  expect(relative(500, 0)).toBe("now");
  expect(relative(30 * 24 * hour, 0)).toBe("in 30 d");
});

test("ids are shortened and things counted", () => {
  expect(shortId("job_01a215df716a750384425a95a67c112f")).toBe("job_01a2…7c112f");
  expect([plural(1, "job"), plural(1_200, "job")]).toEqual(["1 job", "1,200 jobs"]);
});

describe("times", () => {
  const at = Date.UTC(2026, 10, 26, 3, 9, 51, 123);

  test("are shown in a zone, with the zone, to the millisecond", () => {
    expect(timeParts(at, "UTC", "ms")).toEqual({ date: "2026-11-26", time: "03:09:51.123", zone: "UTC" });
    expect(timeParts(at, "Europe/Berlin", "minute")).toMatchObject({ date: "2026-11-26", time: "04:09" });
    expect(timeParts(at, "America/New_York").date).toBe("2026-11-25");
  });

  test("midnight is 00, not 24", () => {
    expect(timeParts(Date.UTC(2026, 0, 1), "UTC").time).toBe("00:00:00");
  });

  test("a job without a zone is planned in UTC", () => {
    expect([zoneOf("utc"), zoneOf("job"), zoneOf("job", "Asia/Tokyo")]).toEqual(["UTC", "UTC", "Asia/Tokyo"]);
  });

  test("beyond what JavaScript knows are numbers", () => {
    expect(iso(at)).toBe("2026-11-26T03:09:51.123Z");
    expect(iso(9e15)).toBe("9000000000000000");
    expect(timeParts(9e15, "UTC")).toEqual({ date: "", time: "9000000000000000", zone: "" });
    expect(timeParts(Number.NaN, "Europe/Berlin").time).toBe("NaN");
  });
});

describe("formatted JSON", () => {
  test("keeps the digits of large whole numbers, as text", () => {
    expect(parseExact('{"id": 12345678901234567890, "n": 7, "f": 1.5, "e": 1e30}')).toEqual({
      id: "12345678901234567890",
      n: 7,
      f: 1.5,
      e: 1e30,
    });
  });

  test("says what a folded value holds", () => {
    expect([summaryOf([1, 2]), summaryOf({ a: 1 })]).toEqual(["[2 items]", "{1 field}"]);
  });
});

test("an estimate has no parts of a second", () => {
  expect([0, 1, 1_200, 59_000, 59_001, 61_500].map(roughly)).toEqual(["0 s", "1 s", "2 s", "59 s", "1 m", "1 m 02 s"]);
});
