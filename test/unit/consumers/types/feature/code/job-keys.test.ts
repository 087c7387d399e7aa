import { jobKeyOf } from "../../../../../../lambdas/consumers/types/feature/code/begin.ts";

describe("the job of a step in a run that begins anew", () => {
  it("has the step's key in the first part", () => {
    expect(jobKeyOf({ part: 1 }, "charge the card")).toBe("charge the card");
  });

  it("is another one in each part, whatever the keys are", () => {
    const keys = ["x", "x of part 1", "x of part 2", "x of part 2 of part 3"];
    const all = [1, 2, 3].flatMap((part) => keys.map((key) => jobKeyOf({ part }, key)));
    expect(new Set(all).size).toBe(all.length);
  });
});
