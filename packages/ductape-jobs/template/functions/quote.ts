import { defineFunction } from "ductape-jobs/code";

/** A function of your own. A schema of Zod, Valibot or ArkType as `input` would check what it is called with. */
export const quote = defineFunction({
  async run({ sku, quantity }: { sku: string; quantity: number }, ctx) {
    ctx.log.info("quoting", { sku });
    return { sku, total: quantity * 1999, currency: "EUR" };
  },
});
