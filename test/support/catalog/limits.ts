import { part } from "./part.ts";

/** An action that passes two limits: of its customer, and of all. */
export const limits = part({
  jobs: {
    call_partner: { type: "action", app: "shop", action: "call_partner", limits: ["customer", "partner"] },
  },
  limits: {
    customer: {
      description: "The partner's limit per customer.",
      key: "$Input{query}{customer}",
      rate: { limit: 60, period: "1m", burst: 2 },
    },
    partner: { concurrency: 2 },
  },
});
