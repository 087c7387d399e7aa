import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { faultsOf, notesOf, product } from "../../../support/checked-product.ts";

it("the product of these tests is valid", () => {
  expect(checkCatalog([product], registry)).toEqual([]);
});

describe("a request for an action", () => {
  it.each<[string, object]>([
    ["order", { params: { order_id: 5 }, headers: { "x-note": "hi", "Content-Type": "application/json" } }],
    ["order", { params: { order_id: "a/b", version: "v2" }, body: { a: 1 } }],
    ["list", { query: { a: [1, 2] } }],
    [
      "list",
      { query: { filter: { status: "open", tags: ["a", { b: null }], none: null, "\uffff": "😀" }, e: [], f: {} } },
    ],
    ["list", { headers: { accept: ["a/b", "c/d"], "x-none": [] } }],
    ["order", { params: { order_id: 5 }, body: [] }],
    ["order", { params: { order_id: 5 }, body: [{ sku: 1 }, "a", null, []] }],
    ["form", { body: { a: 1, b: ["x", true], c: null } }],
    ["hidden", { params: { id: 1, "of-the-base": 2 } }],
  ])("(%s) may have the input %j", (event, input) => {
    expect(faultsOf(event, input)).toEqual([]);
  });

  it.each<[string, object, string, RegExp]>([
    ["order", {}, "/input/params/order_id", /^is required: the path has it$/],
    [
      "order",
      { params: { order_id: 5, oder_id: 6 } },
      "/input/params/oder_id",
      /^is not in the path\. Did you mean "order_id"\?$/,
    ],
    ["order", { params: { order_id: ".." } }, "/input/params/order_id", /^must not be empty/],
    ["order", { params: { order_id: "\ud800" } }, "/input/params/order_id", /well-formed/],
    [
      "order",
      { params: { order_id: 5 }, headers: { "x y": "a" } },
      "/input/headers/x y",
      /^has a name that no header can have$/,
    ],
    ["order", { params: { order_id: 5 }, headers: { Host: "a" } }, "/input/headers/Host", /^cannot be set$/],
    [
      "order",
      { params: { order_id: 5 }, headers: { "x-a": "a\nb" } },
      "/input/headers/x-a",
      /^has characters that no header/,
    ],
    ["list", { body: { a: 1 } }, "/input/body", /^a GET request has no body$/],
    ["form", { body: { a: { b: 1 } } }, "/input/body", /"a" does not fit into a form/],
    ["hidden", {}, "/input/params/id", /^is required/],
    ["list", { body: [] }, "/input/body", /^a GET request has no body$/],
    ["form", { body: [] }, "/input/body", /^The body is a list, which is sent as JSON only\.$/],
    ["order", { params: { order_id: 5 }, body: "a" }, "/input/body", /^must be an object or a list$/],
    ["list", { query: { a: { b: [1, null] } } }, "/input/query/a/b/1", /null outside of lists$/],
    ["list", { query: { a: [[], [{ b: [null] }]] } }, "/input/query/a/1/0/b/0", /null outside of lists$/],
    [
      "list",
      { headers: { "x-a": ["a", "b\nc"] } },
      "/input/headers/x-a/1",
      /^has characters that no header can carry$/,
    ],
    ["list", { headers: { "x y": ["a", "b"] } }, "/input/headers/x y", /^has a name that no header can have$/],
    ["list", { headers: { host: [] } }, "/input/headers/host", /^cannot be set$/],
    [
      "list",
      { headers: { "x-a": null } },
      "/input/headers/x-a",
      /^must be a string, a number, true or false, or a list/,
    ],
    ["list", { headers: { "x-a": [["b"]] } }, "/input/headers/x-a", /^must be a string/],
    ["list", { headers: { "x-a": { b: "c" } } }, "/input/headers/x-a", /^must be a string/],
    ["order", { params: { order_id: [5] } }, "/input/params/order_id", /^must be a string, a number, true or false$/],
  ])("(%s) may not have the input %j", (event, input, pointer, detail) => {
    expect(faultsOf(event, input)).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });
});

describe("a note on an idempotency key for the provider", () => {
  const key = { "Idempotency-Key": "order-42" };
  it.each<[string, object, string | undefined]>([
    ["form", { body: { a: 1 }, headers: key }, "/input/headers/Idempotency-Key"],
    ["keyed", { body: { order: 42 } }, "/event"],
    ["keyed", { body: { order: 42 }, headers: key }, "/input/headers/Idempotency-Key"],
    [
      "tell",
      { slug: "plain", callback: { params: { shop: 1 }, headers: key } },
      "/input/callback/headers/Idempotency-Key",
    ],
    ["evaluated", { headers: { ...key, "x-a": "$Now" } }, "/input/headers/Idempotency-Key"],
    ["form", { body: { a: 1 }, headers: { "x-a": "idempotency-key" } }, undefined],
  ])("comes with a request for %s with %j", (event, input, pointer) => {
    expect(notesOf(event, input).map((note) => note.pointer)).toEqual(pointer === undefined ? [] : [pointer]);
  });
});
