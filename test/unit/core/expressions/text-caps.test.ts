import { evaluate, resolve } from "../../../../lambdas/core/expressions/evaluate.ts";
import { parseExpression } from "../../../../lambdas/core/expressions/parse.ts";

const scopeOf = (input: Record<string, unknown>) => ({ input, results: {}, gone: new Set<string>(), now: 0 });
const value = (expression: string, input: Record<string, unknown> = {}) =>
  evaluate(parseExpression(expression), scopeOf(input));
const tooLong = expect.objectContaining({
  code: "VALIDATION_ERROR",
  message: expect.stringContaining("1000000 characters"),
});

describe("the limit on what a step's operators produce holds beforehand for", () => {
  it("$Replace: 400 million characters of 140,000", () => {
    const input = { whole: "a".repeat(20_000), to: "b".repeat(20_000) };
    expect(() => value('$Replace($Input{whole}, "a", $Input{to})', input)).toThrow(tooLong);
    expect(() => value('$Replace($Input{whole}, "", $Input{to})', input)).toThrow(tooLong);
    expect(value('$Replace("banana", "a", "-")')).toBe("b-n-n-");
    expect(value('$Replace("ab", "", "-")')).toBe("-a-b-");
    expect(value('$Replace("aaa", "aa", "$&")')).toBe("$&a");
  });

  it("$Join and $Concat with a delimiter that comes again and again", () => {
    const input = { items: Array.from({ length: 2000 }, () => "x"), between: "y".repeat(2000) };
    expect(() => value("$Join($Input{items}, $Input{between})", input)).toThrow(tooLong);
    expect(() => value("$Concat($Input{items}, $Input{between})", input)).toThrow(tooLong);
    expect(value('$Join(["a", "b"], "-")')).toBe("a-b");
  });

  it("$Split into many parts", () => {
    const input = { whole: "a".repeat(150_000) };
    expect(() => value('$Split($Input{whole}, "")', input)).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR", message: expect.stringContaining("100000 parts") }),
    );
    expect(value('$Split("a,b", ",")')).toEqual(["a", "b"]);
  });

  it("$Dateformat, whose tokens become words", () => {
    expect(() => value("$Dateformat($Now, $Input{format})", { format: "MMMM".repeat(10_000) })).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
  });

  it("what the operators read, which takes time", () => {
    const input = { items: Array.from({ length: 100_000 }, (_, i) => i) };
    const filters = (count: number) => Array.from({ length: count }, () => "$Find($Input{items}, '==', -1)").join(",");
    expect(value(`$Size([${filters(100)}])`, input)).toBe(100);
    expect(() =>
      resolve(
        Array.from({ length: 11 }, () => `$Size([${filters(100)}])`),
        scopeOf(input),
      ),
    ).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR", message: expect.stringContaining("100000000 characters") }),
    );
  });

  it("all expressions of a step together, and for each step anew", () => {
    const scope = scopeOf({ text: "x".repeat(300_000) });
    const step = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [i, "$Uppercase($Input{text})"]));
    expect(() => resolve(step(4), scope)).toThrow(tooLong);
    expect(Object.keys(resolve(step(3), scope) as object)).toHaveLength(3);
    expect(Object.keys(resolve(step(3), scope) as object)).toHaveLength(3);
  });

  it("no values that are only passed on", () => {
    const scope = scopeOf({ text: "x".repeat(2_000_000) });
    expect(resolve({ a: "$Input{text}", b: "$Trim($Input{text})" }, scope)).toMatchObject({ a: scope.input.text });
  });
});
