import { defineFeature } from "ductape-jobs/code";
import * as z from "zod";

/** A feature: code that goes on for days, over jobs, waits, crashes and deployments. It costs nothing while it waits. */
export const order = defineFeature({
  input: z.object({ number: z.string(), sku: z.string(), quantity: z.int().min(1) }),
  signals: { paid: z.object({ by: z.string() }), refused: z.unknown() },
  async run(ctx, { number, sku, quantity }) {
    // The event `quote` of the catalog, as a job by itself: with its retries, and its page in the dashboard.
    const { total } = await ctx.run<{ total: number }>("quote", { payload: { sku, quantity } });
    const answer = await ctx.waitForSignal(["paid", "refused"], { key: number, timeout: "3d", otherwise: "continue" });
    if (answer.signal !== "paid") return { number, paid: false };
    // Own code runs once, and what it returns is kept.
    const receipt = await ctx.step(
      "receipt",
      () => `Order ${number}: ${total / 100} EUR, paid by ${answer.payload.by}.`,
    );
    return { number, paid: true, receipt };
  },
});
