import { recent } from "../../../../lambdas/core/kernel/recent.ts";

it("a bounded memory forgets its oldest entry first", () => {
  const names = recent(2);
  for (const name of ["a", "b", "b", "c"]) names.add(name);
  expect(["a", "b", "c"].map((name) => names.has(name))).toEqual([false, true, true]);
  names.forget("b");
  expect(names.has("b")).toBe(false);
});
