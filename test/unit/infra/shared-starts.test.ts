import { patternsOf } from "../../../infra/grants/shared-starts.ts";
import { fc } from "../../support/properties.ts";

const matches = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

test("names in a policy are listed one by one while they fit", () => {
  expect(patternsOf([["secret:b", "secret:a", "secret:b"], ["parameter/x"]], 3)).toEqual([
    ["secret:a", "secret:b"],
    ["parameter/x"],
  ]);
});

test("the group with the most names in a policy is divided first", () => {
  const names = ["a/1", "a/2", "a/3", "b/1"].map((name) => `secret:jobs/${name}`);
  expect(patternsOf([names], 1)).toEqual([["secret:jobs/*"]]);
  expect(patternsOf([names], 3)).toEqual([["secret:jobs/a/*", "secret:jobs/b/1"]]);
  expect(patternsOf([names], 4)).toEqual([names]);
});

test("a pattern in a policy that would match everything is divided first", () => {
  const many = Array.from({ length: 100 }, (_, i) => `secret:jobs/${i}`);
  expect(patternsOf([many, ["table/a", "table/b"]], 3)).toEqual([["secret:jobs/*"], ["table/a", "table/b"]]);
});

test("a name that others begin with stays matched by a policy's patterns", () => {
  expect(patternsOf([["secret:shop", "secret:shop/a", "secret:shop/b", "secret:x"]], 2)).toEqual([
    ["secret:shop*", "secret:x"],
  ]);
  expect(patternsOf([["secret:shop", "secret:shop/a", "secret:shop/b"]], 2)).toEqual([
    ["secret:shop", "secret:shop/*"],
  ]);
});

test("a policy's patterns match any names, and are not more than allowed", () => {
  const name = fc.string({ unit: fc.constantFrom(..."ab/-"), maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(fc.array(name, { minLength: 1 }), { maxLength: 3 }),
      fc.integer({ min: 3, max: 12 }),
      (lists, most) => {
        const patterns = patternsOf(lists, most);
        expect(patterns.flat().length).toBeLessThanOrEqual(most);
        lists.forEach((names, i) => {
          for (const one of names) expect(patterns[i]?.filter((pattern) => matches(pattern, one))).toHaveLength(1);
        });
      },
    ),
  );
});
