import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { fromAttributes, toAttributes } from "../../../../lambdas/aws/dynamodb/attributes.ts";

/** What JSON has, less what it has no zero for: JSON and DynamoDB have no negative one. */
const items = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
  .map((item) => JSON.parse(JSON.stringify(item)) as Record<string, unknown>);

test("items become the attributes that the SDK's own conversion makes of them", () => {
  // It has fewer digits than JSON, and loses a field named __proto__.
  const withinItsMeans = items.filter((item) => !/\d{16}|e|__proto__/.test(JSON.stringify(item)));
  fc.assert(fc.property(withinItsMeans, (item) => expect(toAttributes(item)).toEqual(marshall(item))));
});

test("and come back as they were", () => {
  fc.assert(fc.property(items, (item) => expect(fromAttributes(toAttributes(item))).toEqual(item)));
});

test("attributes become what the SDK's own conversion makes of them", () => {
  const attributes = {
    a: { S: "x" },
    b: { N: "1.5" },
    c: { L: [{ BOOL: false }, { NULL: true as const }] },
    d: { M: {} },
  };
  expect(fromAttributes(attributes)).toEqual(unmarshall(attributes));
});

test("fields that are undefined are left out, at any depth", () => {
  expect(toAttributes({ a: undefined, b: { c: undefined } })).toEqual({ b: { M: {} } });
});

test.each([[Number.NaN], [1n], [() => 1]])("%p is refused", (value) => {
  expect(() => toAttributes({ value })).toThrow("an item cannot hold");
});

test("an attribute of a type that we do not write is refused", () => {
  expect(() => fromAttributes({ a: { SS: ["x"] } })).toThrow("type SS");
});
