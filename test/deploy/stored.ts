import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { parameter } from "../../lambdas/core/catalog/references.ts";

const passing = (action: string, ...limits: string[]) => ({ type: "action", app: "outside", action, limits }) as const;

/** The product of what version 0.3.0 has stored (test/support/stored/version-0.3.ts): an event for each way to wait for a limit. */
export const stored = defineProduct({
  tag: "stored",
  envs: ["prd"],
  jobs: {
    post: passing("post", "post"),
    bell: passing("bell", "bell"),
    desk: passing("desk", "desk"),
    hall: passing("hall", "hall"),
    clerk: passing("clerk", "clerk"),
    shut: passing("shut", "shut"),
    lift: passing("lift", "lift"),
    errand: passing("errand", "stairs", "bridge"),
    flood: passing("flood", "flood"),
  },
  limits: {
    post: { rate: { limit: 2, period: "1m" } },
    bell: { rate: { limit: 1, period: "2s" } },
    desk: { concurrency: 2 },
    // Version 0.3.0 has its slots in 3 parts of 40, later ones have them in 10 of 12.
    hall: { concurrency: 120 },
    // Its number is pinned to 1.
    clerk: { concurrency: 5 },
    // A pause holds it.
    shut: { concurrency: 1 },
    lift: { concurrency: 3, rate: { limit: 6, period: "1m" } },
    stairs: { concurrency: 2 },
    bridge: { rate: { limit: 6, period: "1m" } },
    // Its starts are spread over 4 parts.
    flood: { rate: { limit: 100_000, period: "1m" } },
  },
  apps: {
    outside: {
      envs: { prd: { base_url: parameter("/my-product/shop-url") } },
      actions: Object.fromEntries(
        ["post", "bell", "desk", "hall", "clerk", "shut", "lift", "errand", "flood"].map((name) => [
          name,
          { method: "POST", path: `/stored/${name}` },
        ]),
      ),
    },
  },
});
