import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { parameter } from "../../lambdas/core/catalog/references.ts";
import type { LimitRule } from "../../lambdas/core/limits/limit-rule.ts";

/** The product and the env of all jobs of this part. */
export const product = "bench";
export const env = "prd";

const host = { base_url: parameter("/bench/url") };

/** A catalog in which the event of each name has a limit with that rule per `$Input{params}{key}`; without a rule it has none. */
export function catalogOf(rules: Record<string, LimitRule | undefined>) {
  const names = Object.keys(rules);
  const limits = Object.entries(rules).flatMap(([name, rule]) =>
    rule ? [[name, { key: "$Input{params}{key}", ...rule }] as const] : [],
  );
  const action = { method: "POST", path: "/:key" } as const;
  const own = {
    tag: product,
    name: "Bench",
    envs: [env],
    jobs: Object.fromEntries(
      names.map((name) => [
        name,
        { type: "action", app: "host", action: "post", ...(rules[name] && { limits: [name] }) } as const,
      ]),
    ),
    limits: Object.fromEntries(limits),
    apps: { host: { envs: { [env]: host }, actions: { post: action } } },
  };
  return makeCatalog([defineProduct(own as never) as unknown as Product], registry);
}

/** A request for an event, with a key. */
export const requestOf = (event: string, key: string, start_at = 0) => ({
  product_tag: product,
  env,
  event,
  start_at,
  input: { params: { key }, body: { sku: "SKU-77-BLUE", quantity: 2, price: 1999, currency: "EUR" } },
});
