import { resolve, type Scope } from "../../../../lambdas/core/expressions/evaluate.ts";
import { ExpressionFault } from "../../../../lambdas/core/expressions/expression.ts";
import { readTemplate } from "../../../../lambdas/core/expressions/template.ts";
import { templateFaults } from "../../../../lambdas/core/expressions/template-faults.ts";
import { fc } from "../../../support/properties.ts";

const scope: Scope = {
  input: {
    name: "Ada",
    total: 4.5,
    open: false,
    none: null,
    list: ["a"],
    hostile: { now: "$Now", variable: "$Variable{x}", dollars: "$$", mustache: "{{x}}", half: "$Input{" },
  },
  results: { main: { create: { id: "c-1", name: "$Input{name}" } } },
  gone: new Set<string>(),
  variables: { x: "of prd" },
  constants: { brand: "Shop" },
  now: 1000,
};
const made = (text: string) => resolve(text, scope);

describe("a text", () => {
  it.each([
    ["Hi $Input{name}!", "Hi Ada!"],
    ["$Input{name} owes $Input{total}", "Ada owes 4.5"],
    ["$Uppercase($Pick($Input{name}, 0))$Substring($Input{name}, 1)", "Ada"],
    ["$Input{name}$Input{name}", "AdaAda"],
    // After a blank there is no key, unless the whole text is one reference.
    ["a $Input{name} {x}", "a Ada {x}"],
    ["is open: $Input{open}", "is open: false"],
    ["[$Input{none}$Input{absent}$Sequence{main}{gone}{id}]", "[]"],
    ["id $Sequence{main}{create}{id} of $Constant{brand} $Variable{x}", "id c-1 of Shop of prd"],
    ["at $Now, $Now() and $Now.", "at 1000, 1000 and 1000."],
    ["a $Add(1, 2)(3)", "a 3(3)"],
    ["$$5 and $$6", "$5 and $6"],
    ["US$$ $$Input{name}", "US$ $Input{name}"],
    ["$$$Input{name}", "$Ada"],
    ["$$$$", "$$"],
    ["$$Now", "$Now"],
  ])("%s becomes %s", (text, expected) => {
    expect(made(text)).toBe(expected);
  });

  it.each([
    "$5",
    "US$ 3",
    "$HOME",
    "$Price",
    "$Nowhere and $Now2",
    "$",
    "a$",
    "$ Input{name}",
    "$input{name}",
    "$".concat("{name}"),
    "$(date)",
    "the $Input field",
    "$Uppercase alone",
    "{{name}}",
    "",
  ])("without an expression stays unchanged: %j", (text) => {
    expect(made(text)).toBe(text);
  });

  it.each([
    ["Hi $Input{name", 9, '"}" is missing'],
    ["Hi $Imput{name}!", 3, 'Did you mean "Input"?'],
    ["US$Amount(5)", 2, "For a dollar sign, write $$"],
    ["a $Uppercase('b'", 16, '")" is missing'],
    ["a $Uppercase('b", 13, "a quote is not closed"],
    ["a $Uppercase()", 2, "takes 1 arguments, not 0"],
    ["at $Now('x')", 8, "takes no arguments"],
    ["by $Token{user}{name}", 3, 'secret("name#key")'],
    ["$Secret{token}", 0, 'secret("name#key")'],
    ["$Secret{key}", 0, 'secret("name#key")'],
    ["Bearer $Token{key}", 7, 'secret("name#key")'],
    ["$Response{id}", 0, "$Sequence{sequence}{step}"],
    ["$Default", 0, "set the `defaults`"],
    ["$Var(count)", 0, "$Variable{name}"],
  ])("%s has a fault at %d", (text, at, message) => {
    expect(() => readTemplate(text)).toThrow(expect.objectContaining({ at }));
    expect(() => readTemplate(text)).toThrow(ExpressionFault);
    const [fault, ...others] = templateFaults({ a: text }, [], () => []);
    expect(fault).toEqual({ path: ["a"], detail: expect.stringContaining(message) });
    expect(fault?.detail).toMatch(new RegExp(`\\(at ${at}\\)\\.$`));
    expect(others).toEqual([]);
  });

  it("has at most 100 expressions", () => {
    expect(made("$Now,".repeat(100))).toBe("1000,".repeat(100));
    expect(() => readTemplate("$Now,".repeat(101))).toThrow("more than 100 expressions");
  });

  it("that is one expression as a whole keeps the type of its value", () => {
    expect(made("$Input{list}")).toEqual(["a"]);
    expect([made("$Input{total}"), made("$Input{open}"), made("$Input{none}"), made("$Input")]).toEqual([
      4.5,
      false,
      null,
      scope.input,
    ]);
  });

  it.each(["list: $Input{list}", "$Input{hostile} is an object"])("takes no list or object: %s", (text) => {
    const error = () => resolve({ body: { greeting: [text] } }, scope);
    expect(error).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR", retryable: false }));
    expect(error).toThrow(/^At \/body\/greeting\/0: The expression at position \d+ is an object or a list/);
  });

  it("counts towards the characters that a step may produce", () => {
    const long = { ...scope, input: { text: "x".repeat(400_000) } };
    expect(resolve(["a $Input{text}", "$Input{text}$Input{text}"].slice(0, 1), long)).toHaveLength(1);
    expect(() => resolve(["a $Input{text}", "$Input{text}$Input{text}"], long)).toThrow("1000000 characters");
  });
});

describe("a value that an expression brings in stays data:", () => {
  it.each(Object.entries(scope.input.hostile as Record<string, string>))("%s", (key, value) => {
    expect(made(`$Input{hostile}{${key}}`)).toBe(value);
    expect(made(`a $Input{hostile}{${key}} b`)).toBe(`a ${value} b`);
    expect(made(`$Concat([$Input{hostile}{${key}}, '$$'])`)).toBe(`${value}$$`);
  });

  it("a step's result that looks like an expression", () => {
    expect(made("$Sequence{main}{create}{name}")).toBe("$Input{name}");
  });

  it("any JSON value", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom("$Now", "$Variable{x}", "$$", "$Imput{")),
        fc.jsonValue(),
        (text, json) => {
          const of = { ...scope, input: { text, json } };
          expect(resolve("$Input{text}", of)).toBe(text);
          expect(resolve("<$Input{text}>", of)).toBe(`<${text}>`);
          expect(resolve({ a: ["$Input{json}"] }, of)).toEqual({ a: [json] });
        },
      ),
    );
  });
});

describe("any text as a template", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc
      .array(fc.constantFrom("$", "$$", "Input", "Now", "{", "}", "(", ")", "a", " ", "'", "$Input{name}"))
      .map((parts) => parts.join("")),
  );

  it("is itself without a dollar", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = text.replaceAll("$", "");
        expect(made(plain)).toBe(plain);
      }),
    );
  });

  it("is itself once its dollars are doubled", () => {
    fc.assert(fc.property(anyText, (text) => expect(made(text.replaceAll("$", "$$$$"))).toBe(text)));
  });

  it("is read, or has a fault that quotes none of it", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          readTemplate(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFault);
          const { at } = error as ExpressionFault;
          expect(at >= 0 && at <= text.length).toBe(true);
        }
      }),
    );
  });
});
