import { describe, expect, test } from "@jest/globals";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

const filming = defineFeature({
  async run(ctx) {
    await ctx.sleep("1h");
    return ctx.step("film", () => "a film", { timeout: "5m" });
  },
});

describe("a long step whose code cannot be asked", () => {
  test("waits with its run until the code is there again", async () => {
    const world = codeWorld({ onboard: filming });
    const { call } = world.code.invoker;
    let isGone = true;
    let asked = 0;
    world.code.invoker.call = async (product, message, options) => {
      if (message.kind === "step") asked += 1;
      if (message.kind === "step" && isGone)
        return { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "The code that the run began with is gone." } };
      return call(product, message, options);
    };
    const id = await world.start("onboard", {});
    await world.pass(5 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running" });
    // Each look asks twice: without the code, and with a link to it.
    expect(asked).toBeLessThan(110);
    isGone = false;
    await world.pass(20 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "a film" });
  });

  test("is not failed by a refusal of AWS, after which nothing has run", async () => {
    const world = codeWorld({ onboard: filming });
    const { call } = world.code.invoker;
    let refused = 0;
    world.code.invoker.call = async (product, message, options) => {
      if (message.kind === "step" && refused++ < 30)
        throw new JobError("RATE_LIMITED", "Lambda throttled the call.", { nothingDone: true });
      return call(product, message, options);
    };
    const id = await world.start("onboard", {});
    await world.pass(8 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "a film" });
  });
});
