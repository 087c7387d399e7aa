import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

const customers = {
  push: {
    provider: "fcm",
    service_account: secret("my-product/fcm"),
    endpoint: parameter("/my-product/fcm-endpoint"),
  },
  email: { provider: "smtp", url: secret("my-product/smtp#url"), from: "My Product <orders@my-product.example>" },
  callback: { url: parameter("/my-product/callback-url") },
} as const;

export const notification = part({
  jobs: {
    send_notification: { type: "notification", notification: "customers" },
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
