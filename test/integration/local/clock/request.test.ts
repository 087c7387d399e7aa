import { expect, test } from "@jest/globals";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { parseAdvance } from "../../../../local/clock/request.ts";

const now = Date.parse("2026-11-24T12:00:00.500Z");
const day = 86_400_000;

test.each([
  [{ advance: "30d" }, now + 30 * day],
  [{ advance: "1w2d3h4m5s6ms" }, now + 9 * day + 3 * 3_600_000 + 245_006],
  [{ advance: "1.5h" }, now + 5_400_000],
  [{ advance_ms: 1 }, now + 1],
  [{ to: "2026-12-24T12:00:00+01:00" }, Date.parse("2026-12-24T11:00:00Z")],
  [{ to: now + day }, now + day],
  [{ to: Math.ceil(now / 1000) }, Math.ceil(now / 1000) * 1000],
])("%j is a time ahead", (body, to) => {
  expect(parseAdvance(body, now)).toEqual({ to, maxHops: 10_000 });
});

test("a request to move the clock may limit the number of hops", () => {
  expect(parseAdvance({ advance: "1s", max_hops: 3 }, now)).toMatchObject({ maxHops: 3 });
});

test("a request to move the clock may ask for the machine's time", () => {
  expect(parseAdvance({ reset: true }, now)).toBe("reset");
});

test.each([
  [{}, ""],
  [{ advance: "1d", advance_ms: 1 }, ""],
  [[], ""],
  [{ advance: "30" }, "/advance"],
  [{ advance: "-1d" }, "/advance"],
  [{ advance: "0s" }, "/advance"],
  [{ advance: "6000d" }, "/advance"],
  [{ advance_ms: 1.5 }, "/advance_ms"],
  [{ advance_ms: -1 }, "/advance_ms"],
  [{ to: now - 1 }, "/to"],
  [{ to: 0 }, "/to"],
  [{ to: "tomorrow" }, "/to"],
  [{ advance: "1d", max_hops: 0 }, "/max_hops"],
  [{ advance: "1d", reset: true }, ""],
  [{ reset: false }, "/reset"],
  [{ advance: "1d", rest: true }, "/rest"],
])("the request %j is refused with its pointer", (body, pointer) => {
  let refused: unknown;
  try {
    parseAdvance(body, now);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(RequestError);
  expect((refused as RequestError).faults.map((fault) => fault.pointer)).toEqual([pointer]);
});
