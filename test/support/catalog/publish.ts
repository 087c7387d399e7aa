import { part } from "./part.ts";

const announcements = {
  provider: "eventbridge",
  bus: "default",
  source: "my-product",
  topics: { order_placed: { detail_type: "order.placed" } },
} as const;

export const publish = part({
  jobs: {
    announce_order: { type: "publish", broker: "announcements", topic: "order_placed" },
  },
  brokers: { announcements: { envs: { dev: announcements, prd: announcements } } },
});
