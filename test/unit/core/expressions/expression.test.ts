import { evaluate, resolve, type Scope } from "../../../../lambdas/core/expressions/evaluate.ts";
import { ExpressionFault } from "../../../../lambdas/core/expressions/expression.ts";
import { parseExpression } from "../../../../lambdas/core/expressions/parse.ts";

const scope: Scope = {
  input: {
    name: " Ada ",
    tags: ["a", "b"],
    huge: 1e308,
    nested: { deep: { value: 7 } },
    orders: [
      { id: 1, total: 5 },
      { id: 2, total: 50 },
    ],
  },
  results: { main: { create: { body: { id: "c-1" } } } },
  gone: new Set<string>(),
  variables: { limit: 3, stripe: { api_version: "v2" } },
  constants: { currency: "EUR" },
  now: Date.UTC(2026, 0, 2, 3, 4, 5),
};
const value = (text: string) => evaluate(parseExpression(text), scope);

describe("expressions", () => {
  it.each([
    ["$Input{name}", " Ada "],
    ["$Input{nested}{deep}{value}", 7],
    ["$Input{tags}{1}", "b"],
    ["$Input{nothing}{here}", undefined],
    ["$Sequence{main}{create}{body}{id}", "c-1"],
    ["$Now", Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["$Add(10, 20, 30)", 60],
    ["$Add(007, -0.5)", 6.5],
    ["$Add(5, '7', -2.5)", 9.5],
    ["$Subtract(100, 20, 30)", 50],
    ['$Concat(["Hello", "World"], " ")', "Hello World"],
    ['$Concat(["2024", 7, "15"], "-")', "2024-7-15"],
    ["$Concat(['a', 'b'])", "ab"],
    ['$Substring("Ductape", 0, 4)', "Duct"],
    ['$Substring("Operator", 2)', "erator"],
    ["$Length('a😀b')", 3],
    ["$Substring('a😀b', 1, 2)", "😀"],
    ["$Substring('a😀b', 2)", "b"],
    ["$Substring('a😀b', -2)", "😀b"],
    ["$Substring('a😀b', 0, -2)", "a"],
    ["$Substring('a😀b', 2, 1)", ""],
    ["$Pick('a😀b', 1)", "😀"],
    ["$Pick('a😀b', 2)", "b"],
    ["$Pick('a😀b', 3)", ""],
    ["$Pick('a😀b', -1)", ""],
    ["$Split('a😀b', '')", ["a", "😀", "b"]],
    ["$Replace('a😀b', '', '-')", "-a-😀-b-"],
    ["$Trim($Input{name})", "Ada"],
    ["$Split('a,b,c', ',')", ["a", "b", "c"]],
    ["$Join($Input{tags}, ' & ')", "a & b"],
    ["$Pick($Split('a,b,c', ','), 1)", "b"],
    ["$Pick('12345', 0)", "1"],
    ["$Replace('a.b.c', '.', '$&')", "a$&b$&c"],
    ["$Uppercase($Trim($Input{name}))", "ADA"],
    ["$Lowercase('ÄB')", "äb"],
    ["$Dateformat($Now, 'YYYY-MM-DD HH:mm:ss')", "2026-01-02 03:04:05"],
    ["$Dateformat('2026-02-03T00:30:00+01:00', 'DD.MM.YYYY')", "02.02.2026"],
    ["$Dateformat(1767323045, 'YYYY-MM-DD HH:mm:ss')", "2026-01-02 03:04:05"],
    ["$Dateformat('1767323045', 'YYYY-MM-DD HH:mm:ss')", "2026-01-02 03:04:05"],
    ["$Dateformat('1767323045000', 'YYYY-MM-DD HH:mm:ss')", "2026-01-02 03:04:05"],
    ["$Dateformat('-1767323045.5', 'YYYY')", "1913"],
    ["$Dateformat('2030', 'YYYY-MM-DD')", "2030-01-01"],
    ["$Dateformat('0001-01-01T00:00:00', 'YYYY-MM-DD')", "0001-01-01"],
    ["$Dateformat('0050-02-03', 'YYYY-MM-DD')", "0050-02-03"],
    ["$Dateformat('0000-02-29', 'YYYY-MM-DD')", "0000-02-29"],
    ["$Dateformat('20300131', 'YYYY-MM-DD')", "2030-01-31"],
    ["$Dateformat('2028-02-29', 'DD.MM.')", "29.02."],
    ["$Dateformat('2030-1-2 7:05', 'MM-DD HH:mm')", "01-02 07:05"],
    ["$Dateformat('2030-01-02T23:59:59.123456Z', 'SSS')", "123"],
    ["$Dateformat('Wed, 02 Jan 2030 07:28:00 GMT', 'YYYY-MM-DD')", "2030-01-02"],
    ["$Dateformat('Wed Jan 02 2030 07:28:00 GMT+0000 (Coordinated Universal Time)', 'YYYY-MM-DD')", "2030-01-02"],
    ["$Dateformat('2030-01-02T07:28:00+02:00', 'YYYY-MM-DD HH')", "2030-01-02 05"],
    ["$Filter($Input{orders}, 'total', '>', 10)", [{ id: 2, total: 50 }]],
    ["$Find($Input{orders}, 'id', 1)", { id: 1, total: 5 }],
    ["$Filter($Input{tags}, '', 'b')", ["b"]],
    ["$Find($Input{orders}, 'id', 9)", undefined],
    ["$Concat([ $Add( $Pick('12', 0), 5 ), $Substring('abcdef', 2, 5), $Trim(' xyz ') ], '_')", "6_cde_xyz"],
    ["$Subtract( $Add(2, 3), $Pick('678', 1) )", -2],
    ["$Now()", Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["$Now ( )", Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["$Now{x}", Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["$Input {nested} {deep}{value}", 7],
    ["$Input{ 'nested' }{\"deep\"}{value}", 7],
    ["$Variable{limit}", 3],
    ["$Variable{stripe}{api_version}", "v2"],
    ["$Constant{currency}", "EUR"],
    ["$Filter([1, 2, 3, 4, 5], '>', 3)", [4, 5]],
    ["$Filter(['apple', 'banana'], '===', 'apple')", ["apple"]],
    ["$Filter(['apple', 'banana'], '!==', 'apple')", ["banana"]],
    ["$Find([1, 4, 6], '>', 4)", 6],
    ["$Find($Input{orders}, 'id', '===', 2)", { id: 2, total: 50 }],
    ["$Filter($Input{tags}, 'contains', 'b')", []],
    ["$Join([[1, 2], [3], []])", [1, 2, 3]],
    ["$Join([$Filter($Input{orders}, 'id', 1), $Input{tags}])", [{ id: 1, total: 5 }, "a", "b"]],
    ["$Join([])", ""],
    ["$Format($Now(), 'MMMM D, YYYY')", "January 2, 2026"],
    ["$DateAdd($Now(), -24, 'hours')", Date.UTC(2026, 0, 1, 3, 4, 5)],
    ["$DateAdd($Now, 1.5, 'second')", Date.UTC(2026, 0, 2, 3, 4, 6, 500)],
    ["$DateAdd('2026-01-31', 1, 'month')", Date.UTC(2026, 1, 28)],
    ["$DateAdd('2026-01-31', '2', 'weeks')", Date.UTC(2026, 1, 14)],
    ["$DateAdd('2024-02-29', 1, 'years')", Date.UTC(2025, 1, 28)],
    ["$Format($DateAdd($Now(), -1, 'days'), 'YYYY-MM-DD')", "2026-01-01"],
    ["$Length{$Input{tags}}", 2],
    ["$Length($Input{name})", 5],
    ["$Size{$Input{nested}}", 1],
    ["$Size( $Input{orders} )", 2],
    ["$Filter([$Length{$Input{tags}}], '>', 0)", [2]],
    ["$Concat(['it\\'s', \"a \\\"b\\\"\", '\\n'], '|')", 'it\'s|a "b"|\n'],
  ])("%s", (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each(["$Input{__proto__}", "$Input{constructor}{name}", "$Input{tags}{length}", "$Sequence{main}{toString}"])(
    "%s leads nowhere",
    (text) => {
      expect(value(text)).toBeUndefined();
    },
  );

  it.each([
    ["$Upper('a')", "unknown word"],
    ["$Trim($Secret{key})", "unknown word"],
    ["$Input2{a}", "unknown word"],
    ["$Trim($Input_old{a})", "unknown word"],
    ["$Now2", "unknown word"],
    ["$Now('a')", "$Now takes no arguments"],
    ["$Input{a", '"}" is missing'],
    ["$Length{'a', 'b'}", /takes 1 arguments, not 2/],

    ["$Uppercase 'a'", /"\(" is missing/],
    ["$Uppercase('a'", /"\)" is missing/],
    ["$Uppercase('a', 'b')", /takes 1 arguments, not 2/],
    ["$Concat(['a' 'b'])", /"]" is missing/],
    ["$Input{a} and more", /not part of an expression/],
    ["$Now)", /not part of an expression/],
    ["$Concat([)", /"\)" is out of place/],
    ["$Add(9007199254740993, 1)", /a number beyond 2\^53 would be rounded; write it in quotes/],
    ["$Concat([1234567890123456789012])", /a number beyond 2\^53 would be rounded; write it in quotes/],
    ["$Trim('open)", "a quote is not closed"],
    [`${"$Trim(".repeat(60)}'a'${")".repeat(60)}`, /nested deeper/],
  ])("%s is a fault", (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
    expect(() => parseExpression(text)).toThrow(ExpressionFault);
  });

  it("have a limited length", () => {
    const long = (length: number) => `$Trim('${"a".repeat(length - 9)}')`;
    expect(value(long(10_000))).toHaveLength(9991);
    expect(() => parseExpression(long(10_001))).toThrow("longer than 10000 characters");
    expect(() => parseExpression(`$Concat([${"1,".repeat(10_000)}1])`)).toThrow("longer than 10000 characters");
  });

  it.each([
    ["$DateAdd($Now, 1, 'fortnights')", "$DateAdd got no unit of time (one of milliseconds seconds"],
    ["$DateAdd($Now, 0.5, 'months')", "$DateAdd got a fraction of months"],
    ["$DateAdd($Now, 1000000, 'years')", "$DateAdd got an amount that leads to no date"],
    ["$DateAdd('no', 1, 'days')", "$DateAdd got no date"],
    ["$DateAdd('Order 5', 1, 'days')", "$DateAdd got no date"],
    ["$Dateformat('customer 2026 07', 'YYYY')", "$Dateformat got no date"],
    ["$Length($Input{nested})", "$Length got neither a string nor a list"],
    ["$Size('abc')", "$Size got neither an object nor a list"],
    ["$Join([['a'], 'b'])", "$Join got a value that is not a string"],
    ["$Join([['a']], ',')", "$Join got a value that is not a string"],
    ["$Filter($Input{tags}, 'a', 'like', 'b')", "$Filter got no comparison"],
    ["$Add($Input{huge}, $Input{huge})", "$Add got numbers that are too large"],
  ])("%s fails", (text, message) => {
    expect(() => value(text)).toThrow(message);
  });

  it("name the operator that got a wrong value, and not the value", () => {
    expect(() => value("$Add('s3cret')")).toThrow("$Add got no number.");
    expect(() => value("$Trim($Input{nested})")).toThrow("got a value that is not a string");
    for (const text of [
      "$Add('9007199254740993', 1)",
      "$Add('1234567890123456789012', 0)",
      "$Subtract(-9007199254740991, 1)",
    ]) {
      expect(() => value(text)).toThrow("got a whole number beyond 2^53, which would be rounded");
    }
  });

  it.each([
    "$Input{absent}",
    "null",
    "true",
    "[2030, 1]",
    "'no date'",
    "''",
    "'2030-02-30'",
    "'0001-02-29'",
    "'2029-02-29T00:00:00Z'",
    "'2030-13-01'",
    "'2030-00-10'",
    "'2030-01-02T10:61'",
    "'2030-01-02T24:00:00Z'",
    "'20300231'",
  ])("%s is not a date", (text) => {
    expect(() => value(`$Dateformat(${text}, 'YYYY')`)).toThrow("$Dateformat got no date.");
  });
});

describe("templates", () => {
  it("replace whole strings at any depth, keep the rest and omit references that lead nowhere", () => {
    expect(
      resolve(
        {
          a: "$Input{nested}{deep}",
          b: ["$Trim(' x ')", 5, null],
          c: "$Input{no}",
          d: "costs $Price",
          e: "$$Now",
          f: "$5",
        },
        scope,
      ),
    ).toEqual({ a: { value: 7 }, b: ["x", 5, null], d: "costs $Price", e: "$Now", f: "$5" });
  });

  it("use an input's values unchanged, even if they look like expressions", () => {
    expect(resolve("$Input{x}", { ...scope, input: { x: "$Now" } })).toBe("$Now");
  });
});
