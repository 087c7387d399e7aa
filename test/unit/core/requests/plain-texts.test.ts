import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { expressingCatalog as catalog } from "../../../support/expressing.ts";

const place = { product_tag: "shop", env: "dev" };
const parse = (event: string, input: Record<string, unknown>) =>
  parseRequest({ ...place, event, input }, catalog, noon);

function faultsOf(event: string, input: Record<string, unknown>) {
  try {
    parse(event, input);
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.faults;
    throw error;
  }
}

describe("a text that looks like an expression, in an event that takes none", () => {
  test.each([
    ["$$Now", "$Now"],
    ["$$$Now", "$$Now"],
    ["$$Input{a}{b}", "$Input{a}{b}"],
    ["$$Uppercase('a')", "$Uppercase('a')"],
    ["$$Auth{app}{key}", "$Auth{app}{key}"],
  ])("%s is sent as %s, and noted", (written, text) => {
    const { input, notes } = parse("order", { body: { list: ["a", { b: written }], c: "$$5" } });
    expect(input).toEqual({ body: { list: ["a", { b: text }], c: "$$5" } });
    expect(notes).toEqual([{ pointer: "/input/body/list/1/b", detail: expect.stringContaining("one dollar less") }]);
  });

  test.each(["$$", "$$5", "$$HOME", "$$Now or never", "Hi $$Now", "$$Input", "$$lower{x}", " $$Now"])(
    "%j stays unchanged",
    (text) => {
      const { input, notes } = parse("order", { body: { a: text } });
      expect({ input, notes }).toEqual({ input: { body: { a: text } }, notes: undefined });
    },
  );

  test("is taken by a feature too, and not looked for in a file", () => {
    expect(parse("onboard", { name: "$$Now" }).input).toEqual({ name: "$Now" });
    expect(faultsOf("onboard", { name: "$Now" })).toMatchObject([{ pointer: "/input/name" }]);
    expect(parse("store", { buffer: "AAAA", fileName: "$$Now" }).input).toMatchObject({ fileName: "$Now" });
  });

  test("stays as sent until it is evaluated, in an event that takes expressions", () => {
    const { input, notes } = parse("order_x", { body: { a: "$$Now" } });
    expect({ input, notes }).toEqual({ input: { body: { a: "$$Now" } }, notes: undefined });
  });

  test("is refused with how to send it", () => {
    expect(faultsOf("order", { body: { a: "$Now" } })).toMatchObject([{ detail: expect.stringContaining("$$") }]);
  });
});

describe("a flat input", () => {
  test.each([
    ["bdy:sku", '"body"'],
    ["parms:customer", '"params"'],
    ["header:x", '"headers"'],
    ["Body:x", '"body"'],
  ])("with the misspelt prefix of %s is refused with a hint", (name, hint) => {
    expect(faultsOf("order", { [name]: 1, sku: 2 })).toEqual([
      { pointer: `/input/${name}`, detail: expect.stringContaining(`Did you mean ${hint}?`) },
    ]);
  });

  test("takes other names with colons, and any name within its part", () => {
    expect(parse("order", { "dc:title": 1 }).input).toEqual({ body: { "dc:title": 1 } });
    expect(parse("order", { body: { "bdy:sku": 1 } }).input).toEqual({ body: { "bdy:sku": 1 } });
  });
});

describe("a header whose name is given in two cases", () => {
  const both = { "headers:X-A": "1", headers: { "x-a": "2" } };

  test("is refused if the values differ", () => {
    const expected = { detail: expect.stringContaining("the same in any case") };
    expect(faultsOf("order", both)).toMatchObject([{ pointer: "/input/headers:X-A", ...expected }]);
    expect(faultsOf("order", { headers: { "x-a": "1", "X-A": "2" } })).toMatchObject([
      { pointer: "/input/headers/X-A", ...expected },
    ]);
    expect(faultsOf("order_x", both)).toMatchObject([{ pointer: "/input/headers:X-A", ...expected }]);
  });

  test("is accepted if they are the same", () => {
    expect(faultsOf("order", { headers: { "x-a": "1", "X-A": "1" } })).toEqual([]);
  });
});
