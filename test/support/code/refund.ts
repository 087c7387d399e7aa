import * as z from "zod";
import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";

const Line = z.object({ sku: z.string() });

export const refund = defineFeature({
  input: z.object({ order: z.string(), lines: z.array(Line) }),
  signals: { approved: z.object({ by: z.string() }), rejected: z.object({}) },
  async run(ctx, input) {
    const charge = await ctx.run<{ body: { id: string; amount: number } }>("find_charge", {
      params: { order: input.order },
    });
    if (charge.body.amount > 100) {
      const answer = await ctx.waitForSignal(["approved", "rejected"], { timeout: "2d" });
      if (answer.signal === "rejected") return { refunded: false };
    }
    const letter = await ctx.step("letter", () => `We refund your order ${input.order}.`);
    await ctx.run("pay_back", { body: charge.body }, { undo: () => ctx.run("charge_again", { body: charge.body }) });
    await Promise.all(
      input.lines.map((line) => ctx.run("return_line", { body: line }, { step: `return-${line.sku}` })),
    );
    await ctx.sleep("3d");
    return { refunded: true, letter };
  },
});
