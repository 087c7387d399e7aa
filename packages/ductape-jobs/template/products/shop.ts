import { code, defineProduct, parameter } from "ductape-jobs/catalog";

export const shop = defineProduct({
  // The `product_tag` of requests.
  tag: "shop",
  // Each env has its own settings and its own jobs.
  envs: ["dev", "prd"],
  // The events that callers may schedule, by name. Callers never see an address or a password.
  jobs: {
    // Runs a function of this project: functions/quote.ts.
    quote: { type: "function", function: "quote" },
    // Runs a feature, which waits for a payment: functions/order.ts.
    order: { type: "feature", feature: "order" },
    remind_customer: { type: "action", app: "backend", action: "send_reminder", retries: 5 },
  },
  functions: {
    quote: code<typeof import("../functions/quote.ts")>("../functions/quote.ts"),
  },
  features: {
    order: code<typeof import("../functions/order.ts")>("../functions/order.ts"),
  },
  apps: {
    backend: {
      envs: {
        // An address that differs per account is a reference: in AWS, a parameter of Systems Manager; on this machine, a line of
        // .env.local. A password would be `secret("shop/backend#token")`.
        dev: { base_url: parameter("/shop/backend-url") },
        prd: { base_url: parameter("/shop/backend-url") },
      },
      actions: {
        // POST /orders/A-17/reminders, for the input { params: { order: "A-17" }, body: {...} }.
        send_reminder: { method: "POST", path: "/orders/:order/reminders" },
      },
    },
  },
});
