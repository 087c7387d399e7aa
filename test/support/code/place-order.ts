import { features } from "../../../lambdas/code/ductape/define.ts";

export const placeOrder = features.define({
  tag: "place-order",
  name: "Place an order",
  options: { timeout: "3d", rollback_strategy: "reverse_all" },
  signals: { reviewed: { input: { accepted: "boolean", by: "string" } } },
  queries: { progress: { handler: (ctx) => ({ done: ctx.completed_steps.length }) } },
  handler: async (ctx) => {
    const { order, items, email } = ctx.input;
    const stock = await ctx.step("check-stock", async () => {
      const found = await ctx.api.run({ app: "warehouse", event: "check", input: { items } });
      return { isThere: found.missing.length === 0 };
    });
    if (!stock.isThere) return { placed: false };

    const charge = await ctx.step(
      "charge",
      () => ctx.api.run({ app: "stripe", event: "create-charge", input: { body: { order } }, retries: 2 }),
      (result) => ctx.api.run({ app: "stripe", event: "refund", input: { body: { charge: result.id } } }),
    );
    if (charge.amount > 1000) {
      const review = await ctx.waitForSignal("reviewed", { timeout: "2d" });
      if (!review.accepted) await ctx.triggerRollback(`refused by ${review.by}`);
    }
    for (const item of items) {
      await ctx.step(`pack-${item}`, () => ctx.database.update({ database: "orders", event: "pack", where: { item } }));
    }
    await ctx.step(
      "confirm",
      () => ctx.notification.email({ notification: "shop", event: "placed", recipients: [email], template: { order } }),
      null,
      { allow_fail: true },
    );
    return { placed: true, charge: charge.id, at: Date.now() };
  },
});
