/** The `products/index.ts` of a checkout with one more product: an action of which at most 5 run at a time. */
export const narrowProduct = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { myProduct } from "../test/support/catalog/my-product.ts";
  const narrow = defineProduct({
    tag: "narrow",
    envs: ["dev", "prd"],
    jobs: { call: { type: "action", app: "shop", action: "create_order", limits: ["door"] } },
    limits: { door: { concurrency: 5 } },
    apps: myProduct.apps,
  } as never);
  export const products = [myProduct, narrow] as const;
`;
