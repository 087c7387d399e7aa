import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { code } from "../../lambdas/core/catalog/code-target.ts";

const feature = (name: string) => ({ type: "feature", feature: name }) as const;

/** The programs of this part, each as the event of its name. */
const beside = defineProduct({
  tag: "beside",
  name: "Beside",
  envs: ["dev"],
  jobs: { inTurn: feature("inTurn"), atOnce: feature("atOnce"), signalled: feature("signalled") },
  features: {
    inTurn: code("./programs.ts"),
    atOnce: code("./programs.ts"),
    signalled: code("./programs.ts", { signals: { go: {} } }),
  },
});

export const products = [beside];
