import * as fc from "fast-check";
import { buildUrl, fillPath } from "../../../../../lambdas/consumers/clients/http/url.ts";

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

  test("whatever the value of a param, only its own segment changes", () => {
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

  test("keeps the parameters of the catalog's URLs, unless a field has the same name", () => {
    const withQuery = new URL("https://api.example/?v=1&k=2");
    expect(buildUrl(withQuery, "/o?p=:3", {}, { k: 9 }).search).toBe("?v=1&p=%3A3&k=9");
    expect(buildUrl(withQuery, "/o", {}, { v: null }).search).toBe("?k=2");
  });
});
