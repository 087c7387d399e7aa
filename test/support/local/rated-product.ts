/** The `products/index.ts` of a checkout with one more product: an action of which five may start a second, and one an hour. */
export const ratedProduct = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { myProduct } from "../test/support/catalog/my-product.ts";
  const rated = defineProduct({
    tag: "rated",
    envs: ["dev", "prd"],
    jobs: {
      call: { type: "action", app: "shop", action: "create_order", limits: ["tap"] },
      seldom: { type: "action", app: "shop", action: "create_order", limits: ["drip"] },
    },
    limits: { tap: { rate: { limit: 5, period: "1s" } }, drip: { rate: { limit: 1, period: "1h" } } },
    apps: myProduct.apps,
  } as never);
  export const products = [myProduct, rated] as const;
`;
