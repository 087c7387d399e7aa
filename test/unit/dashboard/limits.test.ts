import { scopeOf } from "../../../dashboard/src/pages/limits/pause-draft.ts";
import { pinDraftOf, pinOf } from "../../../dashboard/src/pages/limits/pin-draft.ts";
import {
  hasEstimates,
  isBusy,
  isSettling,
  linesFollowAt,
  numberWords,
  overWords,
  scopeWords,
  shareInUse,
  waitingWords,
} from "../../../dashboard/src/pages/limits/words.ts";
import type { Limit } from "../../../sdk/src/index.ts";

const limit: Limit = {
  product_tag: "shop",
  env: "prd",
  name: "mailbox",
  concurrency: 5,
  rate: { limit: 100, period_ms: 60_000, burst: 20 },
  events: ["welcome"],
  gates: [{ key: "a", in_use: 2, waiting: 1000, more_waiting: true }],
};

test("a limit is said in words", () => {
  expect(numberWords(limit)).toBe("5 at a time, 100 starts per minute, up to 20 at once");
  expect(numberWords({ rate: { limit: 1, period_ms: 90_000, burst: 1 } })).toMatch(/^1 start per 1 m/);
  expect(limit.gates.map(waitingWords)).toEqual(["1,000+"]);
  expect(limit.gates.map((gate) => shareInUse(gate, 5))).toEqual([40]);
  expect([isBusy(limit), isBusy({ ...limit, gates: [{ key: "", in_use: 0, waiting: 0 }] })]).toEqual([true, false]);
});

test("a limit shows what is counted apart from what is estimated", () => {
  const estimated = { as_of: 0, length: 7200, ends_at: 9 };
  expect(waitingWords({ key: "", in_use: 0, waiting: 3, estimated: { ...estimated, length: 3 } })).toBe("3");
  expect(waitingWords({ key: "", in_use: 0, waiting: 1000, more_waiting: true, estimated })).toBe("about 7,200");
  const gates = limit.gates.map((gate) => ({ ...gate, estimated }));
  expect([hasEstimates(limit), hasEstimates({ ...limit, gates })]).toEqual([false, true]);
});

test("a pin is shown as coming into force until it has reached the lines", () => {
  const at = (now: number) => isSettling({ ...limit, in_force_at: 5000 }, now);
  expect([at(0), at(5000), at(64_999), at(65_000), isSettling(limit, 0)]).toEqual([true, true, true, false, false]);
});

test("a pin says by when everything follows it", () => {
  expect(linesFollowAt(5000)).toBe(65_000);
});

test("attempts beyond a lowered limit are said to end first", () => {
  const gate = (in_use: number) => ({ key: "", in_use, waiting: 0 });
  expect([overWords(gate(5), 5), overWords(gate(12), 5)]).toEqual([undefined, "7 more until they end"]);
});

test("a pause says what it holds", () => {
  expect([scopeWords({}), scopeWords({ env: "prd" }), scopeWords({ event: "welcome", env: "prd" })]).toEqual([
    "every event in every env",
    "every event in prd",
    "welcome in prd",
  ]);
  expect(scopeWords({ limit: "customer", key: "C-7", env: "prd" })).toBe("key C-7 of customer in prd");
  expect(scopeWords({ limit: "customer" })).toBe("everything under customer in every env");
});

test("a pause of the form has its fields, and a key only with its limit", () => {
  const empty = { event: "", limit: "", key: "" };
  expect(scopeOf(empty)).toEqual({});
  expect(scopeOf({ ...empty, event: "welcome" })).toEqual({ event: "welcome" });
  expect(scopeOf({ ...empty, limit: "customer", key: "C-7" })).toEqual({ limit: "customer", key: "C-7" });
  expect(scopeOf({ ...empty, limit: "customer" })).toEqual({ limit: "customer" });
  expect(scopeOf({ ...empty, key: "C-7" })).toEqual({});
});

describe("the form of a pin", () => {
  const draft = pinDraftOf(limit);

  test("begins with the numbers of the limit, for an hour", () => {
    expect(pinOf(draft, 1000)).toEqual({
      until: 3_601_000,
      concurrency: 5,
      rate: { limit: 100, period: 60_000, burst: 20 },
    });
  });

  test("leaves out what is empty, and has its reason", () => {
    const some = { ...draft, concurrency: " 1 ", starts: "", period: "", burst: "", reason: " slow mail server " };
    expect(pinOf(some, 0)).toEqual({ until: 3_600_000, concurrency: 1, reason: "slow mail server" });
  });

  test.each([
    ["no number at all", { concurrency: "", starts: "", period: "" }],
    ["starts without a period", { period: "" }],
    ["a period without starts", { starts: "" }],
    ["what is no number", { concurrency: "many" }],
    ["no end", { hours: "" }],
  ])("asks for no pin with %s", (_what, change) => {
    expect(pinOf({ ...draft, ...change }, 0)).toBeUndefined();
  });
});
