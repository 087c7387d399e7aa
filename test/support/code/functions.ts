import * as z from "zod";
import { defineFunction } from "../../../lambdas/code/define-function.ts";

/** What a team would write: the functions of the tests. */
export const price = defineFunction({
  input: z.object({ sku: z.string(), quantity: z.number().default(1) }),
  async run({ sku, quantity }, ctx) {
    ctx.log.info("looking up a price", { sku });
    return { total: quantity * 1999, currency: "EUR" as const };
  },
});

export const greet = defineFunction({
  run: (name: string, ctx) => `Hello ${name}, by ${ctx.jobId}, attempt ${ctx.attempt}`,
});

export const tidy = defineFunction({ run: async () => {} });
