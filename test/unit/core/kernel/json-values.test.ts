import { hasMoreValues } from "../../../../lambdas/core/kernel/bounds.ts";
import { isDeepJson, isSmallJson, valuesIn } from "../../../../lambdas/core/kernel/json-values.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const many = <Value>(length: number, value: Value) => Array.from({ length }, () => value);

test.each<[string, unknown, number]>([
  ["a text", "a", 1],
  ["a list and its objects", [{}, {}], 3],
  ["an object and its fields", { a: 1, b: { c: null } }, 4],
  ["the numbers of a list, not", many(1000, 7), 1],
  ["the texts of a list", ["a", "b"], 3],
])("in JSON values %s is counted", (_what, value, count) => {
  expect(hasMoreValues(value, count)).toBe(false);
  expect(hasMoreValues(value, count - 1)).toBe(true);
});

test("the count of JSON values leaves out the bytes of a file", () => {
  expect(hasMoreValues({ buffer: Buffer.alloc(1_000_000).toJSON() })).toBe(false);
});

test.each([[{ a: [1, 2, { b: "x" }] }], [[]], ["text"], [[[], {}, "a,b"]]])(
  "a text has at most so many values: %j",
  (value) => {
    const least = JSON.stringify(value).match(/[{[]|,/g)?.length ?? 0;
    expect(valuesIn(json(value))).toBeGreaterThanOrEqual(least);
  },
);

test.each<[string, unknown, boolean]>([
  ["a usual answer", many(1000, { id: 12345, name: "tea" }), true],
  ["more than a megabyte", "x".repeat(1_100_000), false],
  ["a hundred thousand of nothing", many(100_001, []), false],
  ["a text of brackets", "[{".repeat(5000), true],
])("%s counts as small: %#", (_what, value, small) => {
  expect(isSmallJson(json(value))).toBe(small);
});

describe("how deep a value is", () => {
  const lists = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

  test.each<[string, string, boolean]>([
    ["a text", '"a"', false],
    ["64 lists", lists(64), false],
    ["65 lists", lists(65), true],
    ["64 objects", objects(64), false],
    ["65 objects", objects(65), true],
    ["many beside each other", `[${many(1000, lists(3)).join(",")}]`, false],
    ["brackets within a text", JSON.stringify({ a: '[{"\\'.repeat(100), b: "[".repeat(100) }), false],
    ["a text that ends with a backslash before much", `[${JSON.stringify("\\")}, ${lists(64)}]`, true],
  ])("of %s is computed from its text", (_what, text, deeper) => {
    expect(isDeepJson(Buffer.from(text))).toBe(deeper);
  });

  test("is found at any depth without a stack", () => {
    expect(isDeepJson(Buffer.from(objects(1_000_000)))).toBe(true);
  });
});

test.each<[string, string, boolean]>([
  ["64 levels", "[".repeat(64) + "]".repeat(64), false],
  ["65 levels", "[".repeat(65) + "]".repeat(65), true],
  ["65 levels of objects", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`, true],
  ["levels beside each other", `[${"[[]],".repeat(1000)}[]]`, false],
  ["brackets in a text", JSON.stringify("[".repeat(1000)), false],
  ["brackets after a quote in a text", JSON.stringify(`"\\"${"[".repeat(1000)}`), false],
  ["brackets after a text", `["\\\\",${"[".repeat(65)}`, true],
  ["500,000 levels without an end", "[".repeat(500_000), true],
])("%s count as deep: %#", (_what, text, deep) => {
  expect(isDeepJson(Buffer.from(text))).toBe(deep);
  expect(isSmallJson(Buffer.from(text))).toBe(!deep);
});
