import * as z from "zod";
import { milliseconds } from "../../../../lambdas/core/kernel/plain-faults.ts";
import { didYouMean, faultsOf, strict } from "../../../../lambdas/core/kernel/schema.ts";
import { Time } from "../../../../lambdas/core/kernel/start-time.ts";

const Wish = strict({ labels: z.array(z.string().min(2)).max(3), name: z.string().min(1), retries: z.int().max(20) });

const faults = (value: unknown) => faultsOf(Wish.safeParse(value).error as z.ZodError);
const good = { labels: [], name: "n", retries: 1 };

describe("a fault of a schema", () => {
  it("about a value's kind says nothing of its size", () => {
    expect(faults({ ...good, labels: "urgent", name: [], retries: 21.5 })).toEqual([
      { pointer: "/labels", detail: "must be a list, not a string" },
      { pointer: "/name", detail: "must be a string, not a list" },
      { pointer: "/retries", detail: "must be a whole number" },
    ]);
  });

  it("about a missing value says that alone", () => {
    expect(faults({})).toEqual([
      { pointer: "/labels", detail: "is required" },
      { pointer: "/name", detail: "is required" },
      { pointer: "/retries", detail: "is required" },
    ]);
    const Choice = strict({ time: Time, way: z.enum(["a", "b"]), what: z.literal("x") });
    const missing = faultsOf(Choice.safeParse({}).error as z.ZodError);
    expect(missing.map(({ detail }) => detail)).toEqual(Array(3).fill("is required"));
    expect(faultsOf(Wish.safeParse(undefined).error as z.ZodError)).toEqual([{ pointer: "", detail: "is required" }]);
  });

  it("says which values are allowed and what bounds count", () => {
    const Choice = strict({ way: z.enum(["a", "b"]), what: z.literal("x"), wait: milliseconds(100, 5000) });
    expect(faultsOf(Choice.safeParse({ way: "c", what: "y", wait: 99 }).error as z.ZodError)).toEqual([
      { pointer: "/way", detail: 'must be one of "a", "b"' },
      { pointer: "/what", detail: 'must be "x"' },
      { pointer: "/wait", detail: "must be at least 100 ms" },
    ]);
    expect(faults({ ...good, labels: Array(4).fill("ab"), retries: 21 })).toEqual([
      { pointer: "/labels", detail: "must have at most 3 items" },
      { pointer: "/retries", detail: "must be at most 20" },
    ]);
  });

  it("about a name says what is wrong with it", () => {
    const Names = strict({ headers: z.record(z.string().regex(/^[a-z]+$/, "must be in small letters"), z.string()) });
    expect(faultsOf(Names.safeParse({ headers: { CC: "a" } }).error as z.ZodError)).toEqual([
      { pointer: "/headers/CC", detail: "must be in small letters" },
    ]);
  });

  it("names the field that is meant by another name", () => {
    const Zoned = strict({ tz: z.string().optional() }, { timezone: "tz" });
    for (const name of ["timezone", "time_zone", "timeZone", "TIME-ZONE"]) {
      expect(faultsOf(Zoned.safeParse({ [name]: "UTC" }).error as z.ZodError)).toEqual([
        { pointer: `/${name}`, detail: 'unknown field. Did you mean "tz"?' },
      ]);
    }
  });

  it("about a size stands beside one about another kind", () => {
    expect(faults({ ...good, labels: ["a", 1], name: "" })).toEqual([
      { pointer: "/labels/0", detail: "must have at least 2 characters" },
      { pointer: "/labels/1", detail: "must be a string, not a number" },
      { pointer: "/name", detail: "must have at least 1 character" },
    ]);
  });
});

describe("the suggestion of the nearest name", () => {
  const known = ["env", "start_at", "product_tag", "input"];

  it.each([
    ["ENV", "env"],
    ["Start_At", "start_at"],
    ["startAt", "start_at"],
    ["PRODUCT", "product_tag"],
    ["inpt", "input"],
    ["nev", "env"],
  ])("to %s is %s", (name, nearest) => {
    expect(didYouMean(name, known)).toBe(` Did you mean "${nearest}"?`);
  });

  it("is left out if all names are far", () => {
    expect(didYouMean("callback", known)).toBe("");
    expect(didYouMean("us", ["eu", "dev"])).toBe("");
    expect(didYouMean("a", ["b"])).toBe("");
    expect(didYouMean("qa", ["prd", "dev"])).toBe("");
    expect(didYouMean("out", known)).toBe("");
    expect(didYouMean("to", ["tz"])).toBe(' Did you mean "tz"?');
    expect(didYouMean("env", [])).toBe("");
  });
});
