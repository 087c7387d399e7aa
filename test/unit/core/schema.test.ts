import * as z from "zod";
import { didYouMean, faultsOf, strict } from "../../../lambdas/core/schema.ts";

const Wish = strict({ labels: z.array(z.string().min(2)).max(3), name: z.string().min(1), retries: z.int().max(20) });

const faults = (value: unknown) => faultsOf(Wish.safeParse(value).error as z.ZodError);
const good = { labels: [], name: "n", retries: 1 };

describe("faults", () => {
  it("of a value that is of another kind say that, and nothing of its size", () => {
    expect(faults({ ...good, labels: "urgent", name: [], retries: 21.5 })).toEqual([
      { pointer: "/labels", detail: "Invalid input: expected array, received string" },
      { pointer: "/name", detail: "Invalid input: expected string, received array" },
      { pointer: "/retries", detail: "Invalid input: expected int, received number" },
    ]);
  });

  it("of a size are told beside those of another value's kind", () => {
    expect(faults({ ...good, labels: ["a", 1], name: "" })).toEqual([
      { pointer: "/labels/0", detail: "Too small: expected string to have >=2 characters" },
      { pointer: "/labels/1", detail: "Invalid input: expected string, received number" },
      { pointer: "/name", detail: "Too small: expected string to have >=1 characters" },
    ]);
  });
});

describe("the nearest name", () => {
  const known = ["env", "start_at", "product_tag", "input"];

  it.each([
    ["ENV", "env"],
    ["Start_At", "start_at"],
    ["startAt", "start_at"],
    ["PRODUCT", "product_tag"],
    ["inpt", "input"],
  ])("to %s is %s", (name, nearest) => {
    expect(didYouMean(name, known)).toBe(` Did you mean "${nearest}"?`);
  });

  it("is told of no name that is far from all", () => {
    expect(didYouMean("callback", known)).toBe("");
    expect(didYouMean("env", [])).toBe("");
  });
});
