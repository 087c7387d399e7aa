import { expect, test } from "@jest/globals";
import { earlyMessages } from "../../../../local/clock/early-messages.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";

function atNoon() {
  let now = noon;
  const early = earlyMessages(() => now);
  const delivered: string[] = [];
  return {
    early,
    delivered,
    keep: (handle: string, due_at: number) =>
      early.keep({ handle, body: JSON.stringify(aMessage(aJob({ due_at }))) }, () => delivered.push(handle)),
    moveTo(ms: number) {
      now = ms;
      early.moved();
    },
  };
}

test("a message that is under a second early waits while the clock moves", () => {
  const { early, delivered, keep, moveTo } = atNoon();
  early.moving(true);
  expect(keep("a", noon + 999)).toBe(true);
  expect(early.nextAt()).toBe(noon + 999);
  moveTo(noon + 998);
  expect(delivered).toEqual([]);
  moveTo(noon + 999);
  expect(delivered).toEqual(["a"]);
  expect([early.has("a"), early.nextAt()]).toEqual([false, undefined]);
});

test("other messages are delivered at once while the clock moves", () => {
  const { early, keep } = atNoon();
  expect(keep("a", noon + 500)).toBe(false);
  early.moving(true);
  expect([keep("b", noon), keep("c", noon + 1000)]).toEqual([false, false]);
  expect(early.keep({ handle: "d", body: "{" }, () => {})).toBe(false);
});

test("messages that wait are delivered when the move ends", () => {
  const { early, delivered, keep } = atNoon();
  early.moving(true);
  keep("a", noon + 700);
  early.moving(false);
  expect(delivered).toEqual(["a"]);
});
