import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { clockOffset, realNow, setClockOffset, shiftDate } from "../../../../local/clock/shifted-date.ts";

const day = 86_400_000;
const unshifted = Date;
let restore: () => void;
beforeEach(() => {
  restore = shiftDate();
  setClockOffset(30 * day);
});
afterEach(() => restore());

test("every way to read the time returns the shifted one", () => {
  const expected = realNow() + 30 * day;
  for (const now of [Date.now(), Date.parse(new Date().toISOString()), Date.parse(Date())]) {
    expect(Math.abs(now - expected)).toBeLessThan(1100);
  }
});

test("a date that is created with a time is not shifted", () => {
  expect(new Date(0).toISOString()).toBe("1970-01-01T00:00:00.000Z");
  expect(new Date(2026, 0).getFullYear()).toBe(2026);
  expect(Date.UTC(2026, 0)).toBe(Date.parse("2026-01-01T00:00:00Z"));
});

test("dates are instances of Date, whether created before the shift or after", () => {
  const before = new unshifted();
  expect(before).toBeInstanceOf(Date);
  expect(new Date()).toBeInstanceOf(unshifted);
  expect([before.constructor, new Date().constructor]).toEqual([Date, Date]);
  class Special extends Date {}
  expect(new Special()).toBeInstanceOf(Special);
});

test("restoring undoes the shift", () => {
  restore();
  expect(Date).toBe(unshifted);
  expect(new Date().constructor).toBe(unshifted);
  expect(clockOffset()).toBe(0);
  restore = shiftDate();
});

test("a process has one shifted clock", () => {
  expect(shiftDate).toThrow("only one local runtime can run in a process");
});
