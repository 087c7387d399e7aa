import type { Catalog } from "../catalog/catalog.ts";
import { RequestError } from "../kernel/request-error.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { didYouMean } from "../kernel/schema.ts";
import { hasAccess, type Scopes } from "./scopes.ts";

/** A product in one of its environments. */
export interface Tenant {
  product: string;
  env: string;
}

/** `<product>#<env>`. Tags have no `#`, so the name is of no other. */
export const tenantName = ({ product, env }: Tenant): string => `${product}#${env}`;

/**
 * The tenants of the catalog that a key has access to, narrowed to a product and an env where those are given; `at` is the
 * JSON pointer of both. Throws a RequestError: PRODUCT_NOT_FOUND, or ENV_NOT_FOUND where no accessible product has the env.
 */
export function tenantsOf(
  catalog: Catalog,
  scopes: Scopes,
  { product_tag, env }: { product_tag?: string | undefined; env?: string | undefined },
  at = "",
): Tenant[] {
  const products = product_tag === undefined ? catalog.products : [catalog.product(product_tag, `${at}/product_tag`)];
  const tenants = products
    .flatMap(({ tag, envs }) => envs.map((one) => ({ product: tag, env: one })))
    .filter((tenant) => hasAccess(scopes, tenant));
  const found = env === undefined ? tenants : tenants.filter((tenant) => tenant.env === env);
  if (env !== undefined && found.length === 0) {
    const text = `No product that this key has access to has this env.${didYouMean(env, [...new Set(tenants.map((tenant) => tenant.env))])}`;
    throw new RequestError("ENV_NOT_FOUND", text, { faults: [{ pointer: `${at}/env`, detail: text }] });
  }
  return found;
}

/** The same for a list of their jobs. Throws INVALID_REQUEST where no product is given and a key reaches too many for one list. */
export function listedTenantsOf(...asked: Parameters<typeof tenantsOf>): Tenant[] {
  const tenants = tenantsOf(...asked);
  const [, , { product_tag, env }, at = ""] = asked;
  if (product_tag !== undefined || tenants.length <= requestLimits.listedTenants) return tenants;
  const text = `is needed: ${env === undefined ? "this key reaches" : "this env is in"} ${tenants.length} products and envs, and a list reads at most ${requestLimits.listedTenants}. GET /v1/stats/active says which of them have had jobs lately.`;
  throw new RequestError("INVALID_REQUEST", "The list needs a product.", {
    faults: [{ pointer: `${at}/product_tag`, detail: text }],
  });
}
