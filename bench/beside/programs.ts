import * as z from "zod";
import { defineFeature } from "../../lambdas/code/feature/define-feature.ts";

const input = z.object({ steps: z.int() });

export const inTurn = defineFeature({
  input,
  async run(ctx, { steps }) {
    const times: number[] = [];
    for (let i = 0; i < steps; i++) times.push(await ctx.step(`step-${i}`, () => Date.now()));
    return times;
  },
});

export const atOnce = defineFeature({
  input,
  run: (ctx, { steps }) =>
    Promise.all(Array.from({ length: steps }, (_, i) => ctx.step(`step-${i}`, () => Date.now()))),
});

export const signalled = defineFeature({
  input,
  signals: { go: z.object({}) },
  async run(ctx) {
    await ctx.waitForSignal("go", { timeout: "1h" });
    return [await ctx.step("step", () => Date.now())];
  },
});
