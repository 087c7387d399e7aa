import { expect, test } from "@jest/globals";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import type { DecideMessage } from "../../../../../../lambdas/core/job/decide-messages.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

test("a step that has called ctx in the decision in which its run fails is a part of the handler for other processes too", async () => {
  const undo = () => {};
  const world = codeWorld({
    onboard: defineFeature({
      async run(ctx) {
        await ctx.step("pay", () => "paid", { undo: () => ctx.run("mail") });
        await ctx.step("reserve", () => "reserved", { undo });
        void ctx.step("beside", () => ctx.run("create", {}, { undo }));
        // Over at once: the handler goes on in the decision that begins the job.
        await ctx.sleep(0);
        throw new Error("it fails");
      },
    }),
  });
  const { call } = world.code.invoker;
  world.code.invoker.call = (...asked) => {
    world.code.restart();
    return call(...asked);
  };
  const id = await world.start("onboard", {});
  await world.pass(10 * minute);
  const { status, parked, steps } = await world.view(id);
  expect({ status, parked, beside: steps?.["beside/create"]?.status }).toEqual({
    ...{ status: "failed", parked: undefined },
    beside: expect.stringMatching(/completed|cancelled/),
  });
  const asked = world.code.asked.filter((one) => one.kind === "decide") as DecideMessage[];
  const fired = asked.find(({ from, log }) => from === 0 && log.some(({ k }) => k === "sleep"));
  expect(fired?.scopes).toContain("beside");
});
