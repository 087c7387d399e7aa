import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { parameter } from "../../lambdas/core/catalog/references.ts";

/** What stands in the file of references: the target that fails, and the receiver. */
export const references = { shop: "/storm/shop", ops: "/storm/ops" } as const;

/** A product whose jobs fail as the body of their request says, and tell a webhook of it. */
const storm = defineProduct({
  tag: "storm",
  envs: ["dev"],
  apps: {
    shop: {
      envs: { dev: { base_url: parameter(references.shop) } },
      actions: { charge: { method: "POST", path: "/charges" } },
    },
  },
  jobs: { charge: { type: "action", app: "shop", action: "charge", retries: 0 } },
  receivers: { ops: { webhook: parameter(references.ops) } },
  alerts: { fails: { when: "new_cause", notify: ["ops"] } },
});

export const products = [storm];
