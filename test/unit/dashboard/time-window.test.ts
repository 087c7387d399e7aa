import { listDefaults } from "../../../dashboard/src/pages/jobs/filters.ts";
import { isWindow, windowChoices, windowOf, windowWords } from "../../../dashboard/src/pages/jobs/time-window.ts";

const now = Date.UTC(2026, 10, 30, 14, 3, 27);
const at = (hours: number, minutes: number, day = 30) => String(Date.UTC(2026, 10, day, hours, minutes));
const everyStatus = { ...listDefaults, view: "all" };
const of = (status: string) => ({ ...listDefaults, status });

test.each([
  ["last-15m", at(13, 48), at(14, 4)],
  ["last-1h", at(13, 3), at(14, 4)],
  ["last-24h", at(14, 3, 29), at(14, 4)],
  ["last-7d", at(14, 3, 23), at(14, 4)],
  ["next-1h", at(14, 3), at(15, 4)],
  ["next-24h", at(14, 3), String(Date.UTC(2026, 11, 1, 14, 4))],
] as const)("the window %s is of whole minutes, as instants", (id, from, to) => {
  expect(windowOf(id, now, everyStatus)).toMatchObject({ from, to });
});

test("a window of the past stays open where no job of the list is still to come", () => {
  expect(windowOf("last-1h", now, of("failed,completed"))).toEqual({ from: at(13, 3), to: "" });
  expect(windowOf("last-1h", now, of("failed,scheduled"))).toEqual({ from: at(13, 3), to: at(14, 4) });
  expect(windowOf("last-1h", now, listDefaults)).toEqual({ from: at(13, 3), to: "" });
  expect(windowOf("next-1h", now, of("failed"))).toEqual({ from: at(14, 3), to: at(15, 4) });
});

test("a window ahead is of what is to come", () => {
  expect(windowOf("next-1h", now, listDefaults)).toEqual({ from: at(14, 3), to: at(15, 4), view: "upcoming" });
});

test.each([
  ["UTC", at(14, 3), "", "Since 14:03 UTC"],
  ["Asia/Tokyo", at(14, 3), "", "Since 23:03 GMT+9"],
  ["UTC", at(14, 3), at(15, 3), "14:03 – 15:03 UTC"],
  ["Asia/Tokyo", at(14, 3), at(15, 3), "23:03 – 2026-12-01 00:03 GMT+9"],
  ["UTC", at(14, 3, 29), at(15, 3, 29), "2026-11-29 14:03 – 15:03 UTC"],
  ["UTC", at(14, 3, 29), "", "Since 2026-11-29 14:03 UTC"],
  ["UTC", "", at(15, 3), "Until 15:03 UTC"],
  ["UTC", String(Number(at(14, 3)) + 5_000), "", "Since 14:03:05 UTC"],
  ["UTC", "", "", undefined],
  ["UTC", "no time", "", undefined],
])("in %s, from %p to %p reads %p", (zone, from, to, words) => {
  expect(windowWords({ ...listDefaults, from, to }, zone, now)).toBe(words);
});

test("the choices begin with the window in force, which is no choice by itself", () => {
  const names = windowChoices("Since 14:03 UTC").map(([, name]) => name);
  expect(names.slice(0, 3)).toEqual(["Since 14:03 UTC", "Any time", "Last 15 minutes"]);
  expect(windowChoices(undefined)[0]).toEqual(["", "Any time"]);
  expect([isWindow("last-1h"), isWindow("in-force"), isWindow("toString")]).toEqual([true, false, false]);
});
