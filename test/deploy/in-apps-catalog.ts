import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { parameter } from "../../lambdas/core/catalog/references.ts";

/** One event, which calls the outside world. */
export const products = [
  defineProduct({
    tag: "small",
    envs: ["prd"],
    jobs: { order: { type: "action", app: "shop", action: "order", retries: 0 } },
    apps: {
      shop: {
        envs: { prd: { base_url: parameter("/small/shop-url") } },
        actions: { order: { method: "POST", path: "/orders/:customer" } },
      },
    },
  }),
];
