import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { systemClock } from "../../../../lambdas/aws/start/system-clock.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const watched = (sleeping: Promise<void>) => {
  const state = { ended: false };
  sleeping.then(() => {
    state.ended = true;
  });
  return state;
};

test.each([1, 1500, 2 ** 31 - 1, 2 ** 31, 5 * 365 * 86_400_000])("a sleep of %d ms takes that long", async (ms) => {
  const sleep = watched(systemClock.sleep(ms));
  await jest.advanceTimersByTimeAsync(ms - 1);
  expect(sleep.ended).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(sleep.ended).toBe(true);
  expect(jest.getTimerCount()).toBe(0);
});

test.each([0, -5])("a sleep of %d ms does not wait", async (ms) => {
  await systemClock.sleep(ms);
  expect(jest.getTimerCount()).toBe(0);
});

test.each([1000, 2 ** 40])("an abort ends a sleep of %d ms early and leaves no timer", async (ms) => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(ms, controller.signal);
  expect(jest.getTimerCount()).toBe(1);
  controller.abort();
  await sleeping;
  expect(jest.getTimerCount()).toBe(0);
});

test("a sleep with an aborted signal does not begin", async () => {
  await systemClock.sleep(1000, AbortSignal.abort());
  expect(jest.getTimerCount()).toBe(0);
});

test("a sleep that ended leaves no listener on its signal", async () => {
  const { signal } = new AbortController();
  const remove = jest.spyOn(signal, "removeEventListener");
  const add = jest.spyOn(signal, "addEventListener");
  const sleeping = systemClock.sleep(10, signal);
  await jest.advanceTimersByTimeAsync(10);
  await sleeping;
  expect(remove.mock.calls).toEqual(add.mock.calls);
});
