import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { parameter } from "../../lambdas/core/catalog/references.ts";

/** Runs that wait for people and messages, that are undone, and that do something for each item of a list. Version 0.3.0 knows none of it. */
export const lasting = defineProduct({
  tag: "lasting",
  envs: ["prd"],
  jobs: {
    reserve: { type: "action", app: "outside", action: "reserve", retries: 0 },
    release: { type: "action", app: "outside", action: "release" },
    ask: { type: "action", app: "outside", action: "ask" },
    ship: { type: "action", app: "outside", action: "ship" },
    book: { type: "feature", feature: "book" },
    ship_all: { type: "feature", feature: "ship_all" },
  },
  apps: {
    outside: {
      envs: { prd: { base_url: parameter("/my-product/shop-url") } },
      actions: {
        reserve: { method: "POST", path: "/rooms/:guest" },
        release: { method: "POST", path: "/released/:guest" },
        ask: { method: "POST", path: "/asked/:guest" },
        ship: { method: "POST", path: "/shipments" },
      },
    },
  },
  features: {
    book: {
      input: { guest: { type: "string" } },
      signals: { paid: { schema: { amount: { type: "number" } } } },
      sequences: {
        main: [
          {
            event: "reserve",
            input: { params: { guest: "$Input{guest}" }, body: {} },
            undo: { event: "release", input: { params: { guest: "$Input{guest}" }, body: {} } },
          },
          { step: "money", wait: { signal: "paid", key: "$Input{guest}", timeout: "1h" } },
          {
            step: "decision",
            approve: {
              title: "A room for $Input{guest}?",
              ask: {
                event: "ask",
                to: "the desk",
                input: { params: { guest: "$Input{guest}" }, body: { at: "$Approval{url}" } },
              },
              timeout: "1h",
            },
          },
        ],
      },
      output: {
        amount: "$Sequence{main}{money}{payload}{amount}",
        choice: "$Sequence{main}{decision}{choice}",
        by: "$Sequence{main}{decision}{by}",
      },
    },
    ship_all: {
      input: { lines: { type: "array" } },
      sequences: {
        main: [
          {
            event: "ship",
            for_each: { items: "$Input{lines}", as: "line", concurrency: 40 },
            input: { body: { sku: "$Each{line}{sku}", position: "$Each{index}" } },
          },
        ],
      },
      output: { shipped: "$Length($Sequence{main}{ship})" },
    },
  },
});
