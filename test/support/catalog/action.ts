import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

const shop = {
  base_url: parameter("/my-product/shop-url"),
  auth: { type: "bearer", token: secret("my-product/shop#token") },
} as const;

export const action = part({
  jobs: {
    create_order: { type: "action", app: "shop", action: "create_order", trends: true },
  },
  apps: {
    shop: {
      envs: { dev: shop, prd: shop },
      actions: {
        create_order: {
          method: "POST",
          path: "/orders/:customer",
          defaults: { params: { customer: "guest" }, query: { source: "jobs" } },
        },
        call_partner: { method: "POST", path: "/partner" },
      },
    },
  },
});
