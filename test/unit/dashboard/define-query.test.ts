import { defineQuery } from "../../../dashboard/src/api/define-query.ts";

test("the key of a query is its name and its parameters", async () => {
  const double = defineQuery("double", async (n: number, unit: string) => `${2 * n} ${unit}`);
  const { queryKey, queryFn } = double(21, "s");
  expect(queryKey).toEqual(["double", 21, "s"]);
  expect(await queryFn()).toBe("42 s");
});

test("no two queries have one name", () => {
  defineQuery("errors", async () => ["a list"]);
  expect(() => defineQuery("errors", async () => ({ errors: ["a page"] }))).toThrow(/named "errors"/);
});
