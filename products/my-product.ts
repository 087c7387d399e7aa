import { defineProduct } from "../lambdas/consumers/define-product.ts";
import { parameter, secret } from "../lambdas/core/references.ts";

const shop = {
  base_url: parameter("/my-product/shop-url"),
  auth: { type: "bearer", token: secret("my-product/shop#token") },
} as const;

const customers = {
  push: {
    provider: "fcm",
    service_account: secret("my-product/fcm"),
    endpoint: parameter("/my-product/fcm-endpoint"),
  },
  email: { provider: "smtp", url: secret("my-product/smtp#url"), from: "My Product <orders@my-product.example>" },
  callback: { url: parameter("/my-product/callback-url") },
} as const;

/** The demo: `npm start` runs it against the outbox, where the references lead on this machine. */
export const myProduct = defineProduct({
  tag: "my-product",
  name: "My Product",
  envs: ["dev", "prd"],
  jobs: {
    send_notification: { type: "notification", notification: "customers" },
    create_order: { type: "action", app: "shop", action: "create_order" },
  },
  apps: {
    shop: {
      envs: { dev: shop, prd: shop },
      actions: {
        create_order: { method: "POST", path: "/orders/:customer", defaults: { query: { source: "jobs" } } },
      },
    },
  },
  notifications: {
    customers: {
      envs: { dev: customers, prd: customers },
      messages: {
        order_update: {},
        welcome: {
          push_notification: { title: "Welcome, {{name}}", body: "Good to have you, {{name}}." },
          email: { subject: "Welcome, {{name}}", template: "<p>Good to have you, {{name}}.</p>" },
        },
      },
    },
  },
});
