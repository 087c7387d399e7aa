import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { code } from "../../../lambdas/core/catalog/code-target.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";

const resize = "arn:aws:lambda:eu-west-1:123456789012:function:resize";

/** Two products with code of their own, one of which also calls a function that exists elsewhere, and one without any. */
export const products = [
  defineProduct({
    tag: "shop",
    envs: ["prd"],
    jobs: {
      price: { type: "function", function: "price" },
      greet: { type: "function", function: "greet" },
      resize: { type: "function", function: "resize" },
    },
    functions: {
      price: code<typeof import("./functions.ts")>("./functions.ts", {
        secrets: [secret("shop/stripe#key"), parameter("/shop/level")],
      }),
      greet: code<typeof import("./functions.ts")>("./functions.ts"),
      resize: { envs: { prd: { provider: "lambda", arn: resize } } },
    },
  }),
  defineProduct({
    tag: "crm",
    envs: ["prd"],
    jobs: { tidy: { type: "function", function: "tidy" }, welcome: { type: "feature", feature: "welcome" } },
    features: {
      welcome: code<typeof import("./features.ts")>("./features.ts", { signals: { answered: {} } }),
    },
    functions: { tidy: code<typeof import("./functions.ts")>("./functions.ts") },
  }),
  defineProduct({ tag: "plain", envs: ["prd"], jobs: {} }),
];
