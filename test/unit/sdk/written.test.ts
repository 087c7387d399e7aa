import { expect, test } from "@jest/globals";
import { InvalidRequestError } from "../../../sdk/src/errors.ts";
import { written } from "../../../sdk/src/written.ts";

const errorOf = (value: unknown) => {
  try {
    written(value);
    return undefined;
  } catch (error) {
    return error;
  }
};

test("what JSON says otherwise is written so: a Date, what has a toJSON, and a field that is undefined", () => {
  const at = new Date("2030-01-31T12:00:00Z");
  expect(
    written({ at, none: undefined, own: { toJSON: () => 1 }, list: [at, null, -0, "ä"], bytes: Buffer.from("a") }),
  ).toBe(
    '{"at":"2030-01-31T12:00:00.000Z","own":1,"list":["2030-01-31T12:00:00.000Z",null,0,"ä"],"bytes":{"type":"Buffer","data":[97]}}',
  );
  class Order {
    id = "A-1";
    total = () => 1;
  }
  expect(written({ order: new Order(), again: [1, [2]] })).toBe('{"order":{"id":"A-1"},"again":[1,[2]]}');
});

test.each([
  ["NaN", { amount: Number.NaN }, "/amount", /NaN/],
  ["Infinity in a list", { list: [1, { of: [Number.POSITIVE_INFINITY] }] }, "/list/1/of/0", /Infinity/],
  ["a BigInt", { input: { "a/b": 10n } }, "/input/a~1b", /BigInt/],
  ["a Map", { input: new Map([["a", 1]]) }, "/input", /Object\.fromEntries/],
  ["a Set", { tags: new Set(["a"]) }, "/tags", /Set/],
  ["a Promise", { user: Promise.resolve(1) }, "/user", /await/],
  ["an Error", { reason: new Error("x") }, "/reason", /message/],
  ["bytes", { file: new Uint8Array([1]) }, "/file", /base64/],
])("%s is refused with its place", (_what, value, pointer, detail) => {
  const error = errorOf(value) as InvalidRequestError;
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
});

test("all places are named at once, and a cycle is refused", () => {
  expect(
    (errorOf({ a: 1n, b: { c: Number.NaN } }) as InvalidRequestError).errors.map(({ pointer }) => pointer),
  ).toEqual(["/a", "/b/c"]);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  expect(errorOf(cycle)).toBeInstanceOf(InvalidRequestError);
});
