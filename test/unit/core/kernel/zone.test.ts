import { jest } from "@jest/globals";
import { endOfDay, localIso } from "../../../../lambdas/core/kernel/zone.ts";
import { noon } from "../../../support/builders.ts";

/** How many formats are made while `work` runs: they are what costs time and memory. */
function made(work: () => void): number {
  const format = jest.spyOn(Intl, "DateTimeFormat");
  try {
    work();
    return format.mock.calls.length;
  } finally {
    format.mockRestore();
  }
}

it("a time zone is looked up once, in any spelling", () => {
  const spellings = ["Europe/Berlin", "europe/berlin", "EUROPE/BERLIN", "eUrOpE/bErLiN"];
  let times: string[] = [];
  const count = made(() => {
    times = spellings.map((tz) => localIso(noon, tz));
  });
  expect(new Set(times)).toEqual(new Set(["2030-01-01T13:00:00.000+01:00"]));
  expect(count).toBeLessThanOrEqual(1);
});

it("the number of kept time zones is limited", () => {
  const offsets = Array.from(
    { length: 150 },
    (_, i) => `+${String(Math.floor(i / 60)).padStart(2, "0")}:${String(i % 60).padStart(2, "0")}`,
  );
  for (const tz of offsets) localIso(noon, tz);
  expect(made(() => localIso(noon, offsets.at(-1) as string))).toBe(0);
  expect(made(() => localIso(noon, offsets[0] as string))).toBe(1);
});

test.each([
  ["2030-12-31", "UTC", "2030-12-31T23:59:59.999Z"],
  ["2030-12-31", "Europe/Berlin", "2030-12-31T22:59:59.999Z"],
  ["2030-12-31", "Pacific/Kiritimati", "2030-12-31T09:59:59.999Z"],
  ["2030-12-31", "+05:30", "2030-12-31T18:29:59.999Z"],
  // The clocks go forward and back on these days.
  ["2030-03-31", "Europe/Berlin", "2030-03-31T21:59:59.999Z"],
  ["2030-10-27", "Europe/Berlin", "2030-10-27T22:59:59.999Z"],
  // At midnight the clocks went back to 23:00, so that the last hour of the day came twice.
  ["2024-03-23", "America/Asuncion", "2024-03-24T03:59:59.999Z"],
  // Samoa had no 30 December 2011: that day ended as soon as the one before.
  ["2011-12-29", "Pacific/Apia", "2011-12-30T09:59:59.999Z"],
  ["2011-12-30", "Pacific/Apia", "2011-12-30T09:59:59.999Z"],
])("the end of %s in %s", (day, tz, end) => {
  expect(new Date(endOfDay(day, tz) ?? 0).toISOString()).toBe(end);
});

test.each(["2030-02-30", "2030-13-01", "0000-00-00"])("%s has no end: there is no such day", (day) => {
  expect(endOfDay(day, "UTC")).toBeUndefined();
});
