import { secret } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

export const hooks = part({
  hooks: {
    payments: {
      description: "What the payment provider tells us.",
      verify: { preset: "stripe", secret: secret("my-product/payments#webhook") },
      envs: { dev: {}, prd: { secret: secret("my-product/payments-prd#webhook") } },
      to: {
        event: "call_partner",
        input: { query: { customer: "$Hook{body}{customer}" }, body: { paid: "$Hook{body}{id}" } },
      },
    },
  },
});
