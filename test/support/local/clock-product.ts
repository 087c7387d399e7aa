/** The `products/index.ts` of a checkout with one more product: a feature with a step that runs two days later. */
export const clockProduct = `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { myProduct } from "../test/support/catalog/my-product.ts";
  const clock = defineProduct({
    tag: "clock",
    name: "Clock",
    envs: ["dev", "prd"],
    jobs: {
      call: { type: "action", app: "shop", action: "create_order" },
      welcome_later: { type: "feature", feature: "welcome_later" },
    },
    apps: myProduct.apps,
    features: {
      welcome_later: {
        sequences: { main: [
          { event: "call", step: "first", input: { params: { customer: "first" } } },
          { event: "call", step: "second", delay: 172_800_000, input: { params: { customer: "second" } } },
        ] },
      },
    },
  } as never);
  export const products = [myProduct, clock] as const;
`;
