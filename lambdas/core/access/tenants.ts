import type { Catalog } from "../catalog/catalog.ts";
import { RequestError } from "../kernel/request-error.ts";
import { didYouMean } from "../kernel/schema.ts";
import { hasAccess, type Scopes } from "./scopes.ts";

/** A product in one of its environments. */
export interface Tenant {
  product: string;
  env: string;
}

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
