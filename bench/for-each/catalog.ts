import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";

const bus = {
  provider: "eventbridge",
  bus: "default",
  source: "lists",
  topics: { shipped: { detail_type: "shipped" } },
} as const;

/** A feature with a step for each line of its input, each of which is a message to a bus. */
export const lists = defineProduct({
  tag: "lists",
  envs: ["dev"],
  jobs: { ship: { type: "publish", broker: "bus", topic: "shipped" }, order: { type: "feature", feature: "order" } },
  brokers: { bus: { envs: { dev: bus } } },
  features: {
    order: {
      input: { lines: { type: "array" } },
      sequences: {
        main: [
          {
            event: "ship",
            for_each: { items: "$Input{lines}", as: "line", concurrency: 50 },
            input: { message: { sku: "$Each{line}{sku}", position: "$Each{index}" } },
          },
        ],
      },
      output: { parcels: "$Length($Sequence{main}{ship})" },
    },
  },
});

export const products = [lists];
