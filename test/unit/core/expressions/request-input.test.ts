import type { Fault } from "../../../../lambdas/core/kernel/errors.ts";
import type { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { expressingCatalog as catalog } from "../../../support/expressing.ts";
import { fc } from "../../../support/properties.ts";

const accept = (event: string, input: object, env = "dev") =>
  parseRequest({ product_tag: "shop", env, event, input, start_at: 0 }, catalog, noon);

function faultsOf(event: string, input: object, env = "dev"): Fault[] {
  try {
    accept(event, input, env);
    return [];
  } catch (error) {
    return (error as RequestError).faults;
  }
}
const pointers = (event: string, input: object) => faultsOf(event, input).map(({ pointer }) => pointer);

describe("an event that takes no expressions", () => {
  it.each([
    "$Input{x}",
    "$Input{x}{y} ",
    "$Input {x}",
    "$Imput{x}",
    "$Sequence{main}{a}{b}",
    "$Variable{limit}",
    "$Constant{brand}",
    "$Anything{a}",
    "$Now",
    "$Now()",
    "$Uppercase('a')",
    "$Format($Now(), 'YYYY')",
    "$Length{$Input{x}}",
    "$Uppercase($Imput{x})",
    "$Concat(['a', $Constnt{x}], ' ')",
    "$Concat([\n'a',\n'b'\n], '')",
  ])("refuses %j as a whole, and says how to allow it", (text) => {
    expect(faultsOf("order", { body: { a: [{ b: text }] } })).toEqual([
      { pointer: "/input/body/a/0/b", detail: expect.stringMatching(/set `expressions: true` on it in the catalog/) },
    ]);
  });

  it.each([
    ["$Session{user}{id}", "set `expressions: true`"],
    ["$Auth{token}", 'secret("name#key")'],
    ["$Secret{key}", 'secret("name#key")'],
    ["$Var(execution_count)", "$Variable{name}"],
    ["$Uppercase($Session{user}{name})", "set `expressions: true`"],
    ["$Concat([\n  'a',\n  $Auth{token}\n], '')", 'secret("name#key")'],
  ])("refuses Ductape's %s, and names the replacement", (text, instead) => {
    expect(faultsOf("order", { body: { a: text } })).toEqual([
      { pointer: "/input/body/a", detail: expect.stringContaining(instead) },
    ]);
  });

  it.each([
    "Hi $Input{x}!",
    "$Input{x}!",
    "$5",
    "$Input",
    "$Price",
    "$$Input{x} and more",
    "$$",
    " $Now",
    "$Now and then",
    "$HOME/bin",
    "$Imput(5)",
    "$Price(net)",
    "$Uppercase('a'",
    "$Uppercase('a', 'b')",
    "$lower{x}",
    "{{x}}",
    "$Session",
    "$Var(count) items",
    "$Session{user} is here",
    "$Uppercase($Imput{x}) is no call",
    `$A${"{}".repeat(1_000_000)}`,
    `$A${" ".repeat(1_000_000)}{`,
    `$Now${"(".repeat(1_000_000)}`,
    `$Trim('${"a".repeat(20_000)}')`,
  ])("takes any other text unchanged: %.50j", (text) => {
    expect(accept("order", { body: { a: text } }).input).toEqual({ body: { a: text } });
  });

  it("takes any text that does not begin with a dollar and a capital letter", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\$[A-Z]/.test(text));
        expect(accept("order", { body: { text } }).input).toEqual({ body: { text } });
      }),
    );
  });

  it("looks into features, but not into keys and the contents of files", () => {
    expect(pointers("onboard", { name: "$Now" })).toEqual(["/input/name"]);
    expect(pointers("order", { body: { $Now: 1, "$Input{x}": 2 } })).toEqual([]);
    expect(pointers("store", { fileName: "$Now", buffer: "$Now" })).toEqual(["/input/buffer", "/input/fileName"]);
    expect(faultsOf("store", { fileName: "f", buffer: "$Now" })[0]?.detail).toMatch(/base64/);
    expect(pointers("store", { fileName: "f", buffer: { type: "Buffer", data: [36, 78, 111, 119] } })).toEqual([]);
  });

  it("has the fault beside all others", () => {
    expect(pointers("order", { body: { a: "$Now" }, bdy: 1, params: { id: "" } })).toEqual([
      "/input/bdy",
      "/input/params/id",
      "/input/body/a",
    ]);
    const request = { product_tag: "shop", env: "dev", event: "order", input: { body: { a: "$Now" } }, start_at: "x" };
    expect(() => parseRequest(request, catalog, noon)).toThrow(
      expect.objectContaining({
        faults: [
          expect.objectContaining({ pointer: "/start_at" }),
          expect.objectContaining({ pointer: "/input/body/a" }),
        ],
      }),
    );
  });

  it("does not look at the step of a feature", () => {
    const request = { product_tag: "shop", env: "dev", event: "order", input: { body: { a: "$Now" } }, start_at: 0 };
    expect(parseRequest(request, catalog, noon, undefined, "feature").input).toEqual({ body: { a: "$Now" } });
    const template = { ...request, event: "order_x", input: { body: { a: "$Imput{" } } };
    expect(parseRequest(template, catalog, noon, undefined, "feature").input).toEqual({ body: { a: "$Imput{" } });
  });
});

describe("an event that takes expressions", () => {
  it("keeps the input as sent", () => {
    const input = {
      params: { id: "$Input{body}{name}-$Variable{limit}" },
      body: {
        name: "$Uppercase('a')",
        at: "$Now()",
        dollar: "$$5",
        price: "$5",
        api: "$Variable{stripe}{api_version}",
      },
    };
    expect(accept("order_x", input).input).toEqual(input);
  });

  it.each([
    [
      "a misspelt word",
      { body: { a: "Hi $Imput{name}!" } },
      "/input/body/a",
      'Did you mean "Input"? For a dollar sign, write $$ (at 3).',
    ],
    ["one that does not parse", { body: { a: ["$Uppercase('b'"] } }, "/input/body/a/0", '")" is missing (at 14).'],
    ["a word that only Ductape has", { headers: { a: "Bearer $Token{x}" } }, "/input/headers/a", 'secret("name#key")'],
    ["a sequence", { body: { a: "$Sequence{main}{a}" } }, "/input/body/a", "only a feature has sequences"],
    [
      "an unknown variable",
      { body: { a: "up to $Variable{limt}" } },
      "/input/body/a",
      'the env "dev" has no such variable. Did you mean "limit"?',
    ],
    [
      "an unknown key of one",
      { body: { a: "$Variable{stripe}{api_versoin}" } },
      "/input/body/a",
      'Did you mean "api_version"?',
    ],
    ["no name of a variable", { body: { a: "$Variable" } }, "/input/body/a", "a name is missing: $Variable{name}"],
    [
      "an unknown constant",
      { body: { a: "$Trim($Constant{brnd})" } },
      "/input/body/a",
      'the product has no such constant. Did you mean "brand"?',
    ],
    ["an unknown field beside them", { bdy: { a: "$Now" } }, "/input/bdy", 'Did you mean "body"?'],
  ])("finds %s", (_what, input, pointer, detail) => {
    expect(faultsOf("order_x", input)).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
  });

  it("quotes nothing of the input", () => {
    const secrets = [
      "$S3cret{x}",
      "a $Scrt(x)",
      "$Trim('s3cret'",
      "$Variable{s3cret}",
      "$Trim(s3cret)",
      "$Constant{brand}{s3cret}",
      "$Add(36436436436436436436)",
    ];
    const faults = faultsOf("order_x", { body: { secrets } });
    expect(faults).toHaveLength(secrets.length);
    expect(JSON.stringify(faults)).not.toMatch(/s3cret|scrt|36436/i);
  });

  it("checks the rest of the input with stand-ins for values", () => {
    const id = "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e";
    expect(pointers("record_x", { data: { id: "$Input{x}", total: "$Add(1, 2)" } })).toEqual([]);
    expect(pointers("record_x", { data: { id: "$Input{x}" } })).toEqual(["/input/data/total"]);
    expect(pointers("record_x", { data: { id, total: 11 } })).toEqual(["/input/data/total"]);
    expect(
      pointers("tell_x", {
        slug: "welcom",
        email: { to: "$Input{x}", subject: { name: "a $Now" }, template: { name: "b" } },
      }),
    ).toEqual(["/input/slug"]);
    expect(pointers("onboard_x", { name: "$Constant{brand}", total: "$Constant{vat}" })).toEqual([]);
    expect(pointers("onboard_x", { name: "$Constant{brand}", nam: 1 })).toEqual(["/input/nam"]);
    expect(pointers("price_x", { payload: "$Now" })).toEqual([]);
    expect(pointers("store_x", { fileName: "$Format($Now, 'YYYY')/f", buffer: "$Constant{brand}" })).toEqual([]);
  });

  it("knows the variables of the request's env only", () => {
    const { variables, ...rest } = catalog.products[0] as (typeof catalog.products)[number];
    const dev = {
      ...catalog,
      find: () => ({
        ...catalog.find("shop", "prd", "order_x"),
        product: { ...rest, variables: { dev: variables?.dev ?? {} } },
      }),
    };
    const request = {
      product_tag: "shop",
      env: "prd",
      event: "order_x",
      input: { body: { a: "$Variable{limit}" } },
      start_at: 0,
    };
    expect(() => parseRequest(request, dev, noon)).toThrow(
      expect.objectContaining({
        faults: [expect.objectContaining({ detail: expect.stringContaining('the env "prd" has no such variable') })],
      }),
    );
  });

  it("limits the number of expressions, and the size of the input beside them", () => {
    const texts = (count: number) => ({ body: { a: Array.from({ length: count }, () => "$Now") } });
    const values = (count: number) => ({ body: { a: "$Now", b: Array.from({ length: count }, () => "x") } });
    expect([pointers("order_x", texts(100)), pointers("order_x", texts(101))]).toEqual([[], ["/input"]]);
    expect([pointers("order_x", values(4990)), pointers("order_x", values(5000))]).toEqual([[], ["/input"]]);
    expect(pointers("order_x", { body: { b: Array.from({ length: 20_000 }, () => "x") } })).toEqual([]);
  });
});
