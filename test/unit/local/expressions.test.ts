import { afterEach, expect, test } from "@jest/globals";
import { type Context, keepExpressions, parsers } from "../../../local/servers/expressions.ts";

const [condition, update] = parsers;
let stop = () => {};
afterEach(() => stop());

const reserved = new Set(["STATUS"]);

/** What dynalite gives its parsers. */
const contextOf = (attrNames: Record<string, string>, attrVals: Record<string, Record<string, unknown>>) => ({
  attrNames,
  attrVals,
  unusedAttrNames: Object.fromEntries(Object.keys(attrNames).map((name) => [name, true as const])),
  unusedAttrVals: Object.fromEntries(Object.keys(attrVals).map((name) => [name, true as const])),
  isReserved: (name: string) => reserved.has(name.toUpperCase()),
  compare: () => false,
});

const names = { "#status": "status", "#at": "at", "#unused": "unused" };
const values = (n: string, s: string) => ({
  ":n": { N: n },
  ":s": { S: s },
  ":m": { M: { a: { S: s } } },
  ":x": { S: s },
});

const texts: [string, (typeof parsers)[number] | undefined, string][] = [
  ["a condition", condition, "#status = :s AND (attribute_not_exists(#at) OR #at <= :n) AND NOT a.b[1] IN (:x, :s)"],
  ["a comparison of bounds", condition, "#at BETWEEN :n AND :n"],
  ["a condition with a reserved word", condition, "status = :s"],
  ["a condition with an unknown value", condition, "#status = :none"],
  ["an update", update, "SET #status = :s, a.b = if_not_exists(#at, :n) + :n, c = :m REMOVE d[2] ADD e :n DELETE f :x"],
  ["an update that cannot be", update, "SET #status = :s, #status = :s"],
];

const outcome = (parser: (typeof parsers)[number] | undefined, text: string, context: Context) => {
  try {
    return { parsed: parser?.parse(text, { context }), context };
  } catch (error) {
    return { error: (error as Error).message, context };
  }
};

test.each(texts)("%s is parsed the same again, with other values", (_what, parser, text) => {
  const all = [values("1", "a"), values("2", "b"), values("3", "c")];
  const expected = all.map((one) => outcome(parser, text, contextOf(names, one)));
  stop = keepExpressions();
  const kept = all.map((one) => outcome(parser, text, contextOf(names, one)));
  expect(kept.map(({ parsed, error }) => ({ parsed, error }))).toEqual(
    expected.map(({ parsed, error }) => ({ parsed, error })),
  );
  for (const [i, { context }] of kept.entries()) {
    expect(context.unusedAttrNames).toEqual(expected[i]?.context.unusedAttrNames);
    expect(context.unusedAttrVals).toEqual(expected[i]?.context.unusedAttrVals);
  }
});

test("other names and other types of values are other expressions", () => {
  stop = keepExpressions();
  const one = (attrNames: Record<string, string>, value: Record<string, unknown>) =>
    outcome(condition, "begins_with(#a, :v)", contextOf(attrNames, { ":v": value })).parsed;
  expect(one({ "#a": "a" }, { S: "x" })).toMatchObject({ expression: { args: [["a"], { S: "x" }] } });
  expect(one({ "#a": "b" }, { S: "x" })).toMatchObject({ expression: { args: [["b"], { S: "x" }] } });
  expect(one({ "#a": "a" }, { N: "1" })).toMatch(/Incorrect operand type/);
});

test("what a request changes in an expression, the next one does not see", () => {
  stop = keepExpressions();
  const parse = () =>
    outcome(update, "SET a = :v", contextOf({}, { ":v": { S: "x" } })).parsed as { sections: { val: unknown }[] };
  for (let i = 0; i < 3; i++) {
    const [section] = parse().sections;
    expect(section?.val).toEqual({ S: "x" });
    if (section) section.val = "changed";
  }
});
