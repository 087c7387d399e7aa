import { expect, test } from "@jest/globals";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fakes/clock.ts";

test("sleepers of the fake clock wake in the order of their times", async () => {
  const clock = fakeClock();
  const woke: [string, number][] = [];
  const sleeper = (name: string, ms: number) => clock.sleep(ms).then(() => woke.push([name, clock.now() - noon]));
  sleeper("late", 30);
  sleeper("early", 10);
  sleeper("early too", 10);
  sleeper("too late", 31);
  await clock.advance(30);
  expect(woke).toEqual([
    ["early", 10],
    ["early too", 10],
    ["late", 30],
  ]);
  expect(clock.now()).toBe(noon + 30);
  expect(clock.sleepers()).toBe(1);
});

test("a sleeper that sleeps again is woken within the same advance", async () => {
  const clock = fakeClock();
  const times: number[] = [];
  const ticking = (async () => {
    for (let tick = 0; tick < 3; tick++) {
      await clock.sleep(10);
      times.push(clock.now() - noon);
    }
  })();
  await clock.advance(100);
  await ticking;
  expect(times).toEqual([10, 20, 30]);
});

test("an abort wakes a sleeper of the fake clock at once", async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const sleeping = clock.sleep(1000, controller.signal);
  controller.abort();
  await sleeping;
  expect(clock.now()).toBe(noon);
  expect(clock.sleepers()).toBe(0);
});
