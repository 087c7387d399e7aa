import { Binary, Decimal128, Double, Int32, Long, MaxKey, ObjectId, Timestamp, UUID } from "mongodb";
import { serverTimeoutMs } from "../../../../../lambdas/consumers/types/database_action/engines/call.ts";
import { deepJson, jsonSafe } from "../../../../../lambdas/consumers/types/database_action/engines/json-safe.ts";
import {
  collector,
  collectorOf,
  marksOf,
} from "../../../../../lambdas/consumers/types/database_action/engines/rows.ts";
import { fakeClock } from "../../../../support/fakes/clock.ts";

it.each<[string, unknown, unknown]>([
  ["a whole number", 5n, 5],
  ["one that a number cannot hold", 2n ** 53n + 1n, "9007199254740993"],
  ["no number", Number.NaN, "NaN"],
  ["infinity", -Infinity, "-Infinity"],
  ["a moment", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["a moment that is none", new Date(Number.NaN), null],
  ["bytes", Buffer.from([0, 255]), "AP8="],
  ["other bytes", new Uint8Array([0, 255]), "AP8="],
  ["a set", new Set([1n]), [1]],
  ["a map", new Map([["a", 1n]]), { a: 1 }],
  ["nothing", undefined, null],
  ["a symbol", Symbol("a"), null],
  ["a function", () => 1, null],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1n }), { a: 1 }],
  ["a field named toJSON", { toJSON: "a" }, { toJSON: "a" }],
  ["a function named toJSON", { toJSON: () => "b" }, { toJSON: null }],
  ["half a character", "\ud800", "\ud800"],
  ["an ObjectId", new ObjectId("65a1b2c3d4e5f60718293a4b"), "65a1b2c3d4e5f60718293a4b"],
  ["a decimal", Decimal128.fromString("1.10"), "1.10"],
  ["a long", Long.fromString("9007199254740993"), "9007199254740993"],
  ["a small long", Long.fromNumber(5), 5],
  ["an Int32", new Int32(5), 5],
  ["a double", new Double(0.5), 0.5],
  ["a double beyond 2^53", new Double(1e16), "10000000000000000"],
  ["a number beyond 2^53", -1e16, "-10000000000000000"],
  ["a number that is written with an exponent", 1e21, 1e21],
  ["binary data", new Binary(Buffer.from([0, 255])), "AP8="],
  ["a UUID", new UUID("018f4e2a-7b1c-7def-8123-0123456789ab"), "018f4e2a-7b1c-7def-8123-0123456789ab"],
  ["a timestamp", new Timestamp(5n), "5"],
  ["the key after all others", new MaxKey(), "MaxKey"],
  ["a document that only looks like a type", { _bsontype: "ObjectId", a: 1n }, { _bsontype: "ObjectId", a: 1 }],
])("%s in a row becomes JSON", (_what, value, expected) => {
  const json = jsonSafe({ value: [value] });
  expect(json).toEqual({ value: [expected] });
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});

it("a field named __proto__ stays a field of the row", () => {
  const safe = jsonSafe(JSON.parse('{"__proto__":{"admin":true}}')) as object;
  expect(Object.keys(safe)).toEqual(["__proto__"]);
  expect((safe as { admin?: boolean }).admin).toBeUndefined();
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
const circular: { self?: unknown } = {};
circular.self = circular;
const refused = { code: "PROVIDER_ERROR", retryable: false };

/** What a row may hold that no result can. */
const deep: [string, unknown][] = [
  ["65 levels", { v: nested(65) }],
  ["4,000 levels", { v: nested(4000) }],
  [
    "4,000 levels of maps and sets",
    { v: Array.from({ length: 4000 }).reduce((v) => new Map([["a", new Set([v])]]), 1) },
  ],
  ["a value within itself", circular],
  ["JSON that the driver has not parsed", { v: deepJson }],
];

it.each(deep)("%s in the result of a read are refused", (_what, row) => {
  expect(() => jsonSafe(row)).toThrow(expect.objectContaining(refused));
  expect(() => collector().add(row)).toThrow(expect.objectContaining(refused));
});

it.each(deep)("%s in the result of a write are null, and marked", (_what, row) => {
  const written = collectorOf({ operation: "create" });
  expect([written.add(row), written.add({ a: 1 })]).toEqual([true, true]);
  expect(written.rows).toHaveLength(2);
  expect(marksOf(written)).toEqual({ truncated: false, too_deep: true });
  expect(JSON.stringify(written.rows)).toContain("null");
});

it("a result may have 64 levels", () => {
  expect(jsonSafe({ v: nested(64) })).toEqual({ v: nested(64) });
});

it("a row that cannot be read ends the result of a write, and fails a read", () => {
  const row = {
    get a() {
      throw new Error("no");
    },
  };
  expect(() => collectorOf({ operation: "read" }).add(row)).toThrow("no");
  const written = collectorOf({ operation: "update" });
  expect(written.add(row)).toBe(false);
  expect(marksOf(written)).toEqual({ truncated: true });
});

describe("the result of a read", () => {
  it("has at most so many rows", () => {
    const { rows, add, isTruncated } = collector(2);
    expect([1, 2].map(add)).toEqual([true, true]);
    expect(isTruncated()).toBe(false);
    expect([3, 4].map(add)).toEqual([false, false]);
    expect({ rows, truncated: isTruncated() }).toEqual({ rows: [1, 2], truncated: true });
  });

  it("has at most so many bytes, and no row after the first beyond them", () => {
    const { rows, add } = collector(10, 10);
    expect(["1234", "too long", ""].map(add)).toEqual([true, false, false]);
    expect(rows).toEqual(["1234"]);
  });

  it("fits into Lambda's response when it is escaped once more", () => {
    const { rows, add } = collector(10_000);
    while (add({ a: "1", b: "2", c: "3" }));
    expect(Buffer.byteLength(JSON.stringify({ body: JSON.stringify(rows) }))).toBeLessThan(4.1 * 1024 * 1024);
  });
});

it.each([
  [30_000, 29_000],
  [2_500, 2_000],
  [1_000, 800],
  [250, 100],
  [-5, 100],
])("with %s ms left the server gets %s", (left, expected) => {
  const clock = fakeClock();
  expect(serverTimeoutMs({ clock, deadline: clock.now() + left })).toBe(expected);
});
