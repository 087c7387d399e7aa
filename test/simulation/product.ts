import { registry } from "../../lambdas/consumers/registry.ts";
import { makeCatalog, type Product } from "../../lambdas/core/catalog.ts";

const call = { type: "action", app: "api", action: "call" } as const;

/** What the simulated jobs run: actions whose outcomes the adversary chooses, and features made of them. */
const product: Product = {
  tag: "sim",
  envs: ["e"],
  jobs: {
    call,
    other: call,
    pair: { type: "feature", feature: "pair" },
    tree: { type: "feature", feature: "tree" },
  },
  apps: {
    api: {
      envs: { e: { base_url: "http://127.0.0.1" } },
      actions: { call: { method: "POST", path: "/" } },
    },
  },
  features: {
    pair: {
      sequences: {
        main: [
          { event: "call", input: {} },
          { event: "other", input: { body: { from: "$Sequence{main}{call}{n}" } } },
        ],
      },
    },
    tree: {
      sequences: {
        left: [{ event: "call", input: {}, allow_fail: true, retries: 1 }],
        right: [
          { event: "pair", input: {}, depends_on: [] },
          { event: "other", input: {}, depends_on: ["pair", "left.call"], delay: 1200 },
        ],
      },
    },
  },
};

export const catalog = makeCatalog([product], registry);
