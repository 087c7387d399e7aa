import { parameter } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

const pricing = { provider: "http", url: parameter("/my-product/pricing-url") } as const;

export const functionCall = part({
  jobs: {
    calculate_price: { type: "function", function: "pricing" },
  },
  functions: { pricing: { envs: { dev: pricing, prd: pricing } } },
});
