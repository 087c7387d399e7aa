import type { Query } from "../../../../../lambdas/consumers/clients/http/query.ts";
import { buildUrl, fillPath } from "../../../../../lambdas/consumers/clients/http/url.ts";
import { fc } from "../../../../support/properties.ts";

const base = new URL("https://api.example/v1/");
const url = (path: string, params = {}, query = {}) => buildUrl(base, path, params, query).href;

describe("the path of a call", () => {
  test("is below the base URL's path", () => {
    expect(url("/orders")).toBe("https://api.example/v1/orders");
    expect(buildUrl(new URL("https://api.example"), "/orders", {}, {}).href).toBe("https://api.example/orders");
    expect(buildUrl(new URL("https://api.example/hook/"), "", {}, {}).href).toBe("https://api.example/hook/");
  });

  test("never names another host", () => {
    expect(url("//evil.example/x")).toBe("https://api.example/v1//evil.example/x");
    expect(buildUrl(new URL("https://api.example"), "//evil.example", {}, {}).host).toBe("api.example");
  });

  test.each([
    ["/orders/:id", { id: "a/b" }, "/orders/a%2Fb"],
    ["/orders/:id/items", { id: "?x#y" }, "/orders/%3Fx%23y/items"],
    ["/files/:name.json", { name: "á b" }, "/files/%C3%A1%20b.json"],
    ["/:from-:to", { from: 1, to: true }, "/1-true"],
    ["/topics/:topic:publish", { topic: "%2e%2e" }, "/topics/%252e%252e:publish"],
    ["/a/:x/:x", { x: "$&" }, "/a/%24%26/%24%26"],
  ])("%s takes its params as segments", (path, params, filled) => {
    expect(fillPath(path, params)).toBe(filled);
  });

  test.each(["", ".", ".."])("refuses the param value %j", (id) => {
    expect(() => fillPath("/orders/:id", { id })).toThrow('param "id" must not be empty');
  });

  test("names a missing and an unused param", () => {
    expect(() => fillPath("/orders/:id", {})).toThrow('The path needs the param "id".');
    expect(() => fillPath("/orders/:toString", {})).toThrow('The path needs the param "toString".');
    expect(() => fillPath("/orders", { id: 1 })).toThrow('The path has no param "id".');
    expect(() => fillPath("/orders", { "a\nb": 1 })).toThrow('no param "a\\nb"');
  });

  test("changes in one segment only, whatever the value of a param", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (id) => {
        fc.pre(id !== "." && id !== "..");
        const built = buildUrl(base, "/a/:id/z", { id }, {});
        const [, v1, a, segment = "", z, ...rest] = built.pathname.split("/");
        expect([v1, a, z, rest, built.host, built.search]).toEqual(["v1", "a", "z", [], "api.example", ""]);
        expect(decodeURIComponent(segment)).toBe(id);
      }),
    );
  });
});

describe("the query of a call", () => {
  test("repeats lists, omits null and encodes", () => {
    expect(url("/o", {}, { a: [1, "x&y"], b: null, c: "ü" })).toBe("https://api.example/v1/o?a=1&a=x%26y&c=%C3%BC");
  });

  test("keeps the parameters of the catalog's URLs unless a field has the name", () => {
    const withQuery = new URL("https://api.example/?v=1&k=2");
    expect(buildUrl(withQuery, "/o?p=:3", {}, { k: 9 }).search).toBe("?v=1&p=%3A3&k=9");
    expect(buildUrl(withQuery, "/o", {}, { v: null }).search).toBe("?k=2");
  });

  const search = (query: object, defaults = {}, own = "") =>
    decodeURIComponent(
      buildUrl(new URL(`https://api.example/${own}`), "", {}, query as Query, defaults).search.replaceAll("+", " "),
    );

  test.each<[object, string]>([
    [{ filter: { status: "open", tags: ["a", "b"] } }, "?filter[status]=open&filter[tags]=a&filter[tags]=b"],
    [{ a: { b: { c: "d", e: true } }, f: 0 }, "?a[b][c]=d&a[b][e]=true&f=0"],
    [{ a: [{ b: "c" }, { b: "d", e: [1, 2] }] }, "?a[0][b]=c&a[1][b]=d&a[1][e]=1&a[1][e]=2"],
    [{ a: [1, { b: 2 }, [3, 4]] }, "?a[0]=1&a[1][b]=2&a[2]=3&a[2]=4"],
    [{ a: { b: null, c: null }, d: null, e: [], f: {}, g: [[]], h: [{}] }, ""],
    [{ a: { "": "x", "b]=[": "y" } }, "?a[]=x&a[b]=[]=y"],
    [{ "👩‍👧": { "\uffff": "é\uffff👩‍👧" } }, "?👩‍👧[\uffff]=é\uffff👩‍👧"],
    [
      JSON.parse('{"__proto__": {"__proto__": "x"}, "constructor": {"a": 1}}'),
      "?__proto__[__proto__]=x&constructor[a]=1",
    ],
    [{ "a[b]": 1, a: { b: 2 } }, "?a[b]=1&a[b]=2"],
  ])("writes what is nested in brackets: %j", (query, expected) => {
    expect(search(query)).toBe(expected);
  });

  test("encodes names and values as a form does", () => {
    expect(url("/o", {}, { "a b": { "c&d": "e=f g" } })).toBe("https://api.example/v1/o?a+b%5Bc%26d%5D=e%3Df+g");
    for (const one of ["a&b", "ü [x]", "\uffff", "😀"]) {
      const { searchParams } = buildUrl(base, "", {}, { [one]: { [one]: one } });
      expect([...searchParams]).toEqual([[`${one}[${one}]`, one]]);
    }
  });

  const nested = { filter: { status: "open", kind: { of: 1 } }, page: 1 };

  test.each<[string, object, object, string, string]>([
    ["a default as a whole", { filter: { tag: "a" } }, nested, "", "?filter[tag]=a&page=1"],
    ["a default by nothing", { filter: null }, nested, "", "?page=1"],
    ["a default by an empty object", { filter: {} }, nested, "", "?page=1"],
    ["a default in brackets", { filter: { b: 2 } }, { "filter[a]": 1, filters: 3 }, "", "?filters=3&filter[b]=2"],
    [
      "one parameter of a nested default",
      { "filter[status]": "shut" },
      nested,
      "",
      "?filter[kind][of]=1&page=1&filter[status]=shut",
    ],
    ["a part of a nested default", { "filter[kind]": null }, nested, "", "?filter[status]=open&page=1"],
    [
      "parameters of the URL",
      { filter: "x" },
      {},
      "?filter[a]=1&filter[b][c]=2&filter_by=3&f=4",
      "?filter_by=3&f=4&filter=x",
    ],
    [
      "no other name",
      { fil: 1, "filter[": 2 },
      nested,
      "",
      "?filter[status]=open&filter[kind][of]=1&page=1&fil=1&filter[=2",
    ],
  ])("a field replaces %s", (_what, query, defaults, own, expected) => {
    expect(search(query, defaults, own)).toBe(expected);
  });

  test("keeps every field of a large query, in linear time", () => {
    const query = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, { a: [i] }]));
    expect([...buildUrl(base, "", {}, query).searchParams]).toHaveLength(20_000);
  });
});
