import * as z from "zod";
import { defineFeature } from "../../lambdas/code/feature/define-feature.ts";

/** Sends a customer a quote, and makes an order of it once it is accepted. At no cost, it waits a week for that. */
export const quote = defineFeature({
  input: z.object({ number: z.string(), customer: z.string(), sku: z.string(), quantity: z.int().min(1) }),
  signals: { accepted: z.object({ by: z.string() }), declined: z.unknown() },
  async run(ctx, { number, customer, sku, quantity }) {
    const price = await ctx.run<{ body: unknown }>("calculate_price", { payload: { sku, quantity } });
    const letter = await ctx.step("letter", () => `<p>${quantity} pieces of ${sku}: ${JSON.stringify(price.body)}</p>`);
    await ctx.run("send_notification", {
      slug: "order_update",
      email: {
        to: `${customer}@example.com`,
        subject: { en: `Your quote ${number}` },
        template: { en: letter },
      },
    });
    ctx.setState("sent_to", customer);
    const answer = await ctx.waitForSignal(["accepted", "declined"], {
      key: number,
      timeout: "7d",
      otherwise: "continue",
    });
    if (answer.signal !== "accepted") return { accepted: false };
    const order = await ctx.run<{ body: unknown }>(
      "create_order",
      { params: { customer }, body: { sku, quantity, price: price.body } },
      { undo: () => ctx.run("refund", { params: { order: number }, body: {} }) },
    );
    return { accepted: true, by: answer.payload.by, order: order.body };
  },
});
