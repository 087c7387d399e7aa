import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

/** Of another library, or of the team: it has the name of ours, and little else of it. */
class StepError extends Error {
  override readonly name = "StepError";
  readonly step = 3;
  get error(): never {
    throw new TypeError("not now");
  }
}

describe("an error with the name of ours", () => {
  test.each([false, true])("fails its run as any other does (within a step: %s)", async (isWithin) => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          const fail = async () => {
            await ctx.run("create", {});
            throw new StepError("third step");
          };
          await (isWithin ? ctx.step("part", fail) : fail());
        },
      }),
    });
    const job = await world.run("onboard", {});
    expect(job).toMatchObject({ status: "failed", error: { message: expect.stringContaining("StepError") } });
  });
});
