import { expect, test } from "@jest/globals";
import { pathText } from "../../../dashboard/src/ui/json-path.ts";
import { mostPlaces, placesOf } from "../../../dashboard/src/ui/json-search.ts";

const value = { order: { id: "A-17", "Unit price": 5, paid: false, lines: [{ sku: "a-17" }, null] }, empty: {}, a: [] };
const found = (sought: string) => placesOf(value, sought).map(({ path }) => pathText(path));

test("a value is found by what is in its texts, numbers and names, in any case", () => {
  expect(found("a-17")).toEqual(["$.order.id", "$.order.lines[0].sku"]);
  expect(found("unit")).toEqual(['$.order["Unit price"]']);
  expect(found("5")).toEqual(['$.order["Unit price"]']);
  expect(found("false")).toEqual(["$.order.paid"]);
  expect(found("null")).toEqual(["$.order.lines[1]"]);
  expect(found("lines")).toEqual(["$.order.lines"]);
  expect(found("empty")).toEqual(["$.empty"]);
  expect(found("nothing of it")).toEqual([]);
  expect(found("  ")).toEqual([]);
});

test("a place in a list is no name", () => {
  expect(placesOf(["x", "y"], "1")).toEqual([]);
});

test("a search ends soon after what it shows", () => {
  expect(placesOf(Array(100_000).fill("x"), "x")).toHaveLength(mostPlaces + 1);
});

test("a whole value that is a text is found", () => {
  expect(placesOf("Duck", "duck").map(({ path }) => pathText(path))).toEqual(["$"]);
});
