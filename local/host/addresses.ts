import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { isReference, type TextOrReference } from "../../lambdas/core/catalog/references.ts";

/** An address that jobs of a product call, in one of its envs unless all have it. */
export interface Address {
  address: TextOrReference;
  product: string;
  env?: string;
}

/** The fields of targets, webhooks and sessions that have an address. */
const addressFields = new Set(["base_url", "url", "token_url", "endpoint", "connection", "brokers", "jwks"]);

/** The fields in which anything may have these names, because they are data. */
const data = new Set([
  "jobs",
  "schedules",
  "variables",
  "constants",
  "defaults",
  "body",
  "headers",
  "query",
  "templates",
]);

/** Where a provider is called whose address a catalog may leave out. */
const wellKnown: Readonly<Record<string, string>> = {
  fcm: "https://fcm.googleapis.com",
  expo: "https://exp.host",
  gcs: "https://storage.googleapis.com",
  azure: "https://blob.core.windows.net",
};

/** What the jobs of a catalog call, as far as the catalog says so: not what an answer leads to, nor what the provider's client adds. */
export const addressesOf = (products: readonly Product[]): Address[] =>
  products.flatMap((product) => addressesIn(product, { product: product.tag }));

function addressesIn(part: object, place: Omit<Address, "address">): Address[] {
  const { provider, endpoint } = part as { provider?: unknown; endpoint?: unknown };
  const implied = typeof provider === "string" && endpoint === undefined ? wellKnown[provider] : undefined;
  const stated = Object.entries(part).flatMap(([field, value]) => {
    if (data.has(field) || value === undefined) return [];
    if (addressFields.has(field) && isAddress(value)) return [value].flat().map((address) => ({ address, ...place }));
    if (typeof value !== "object" || value === null || isReference(value)) return [];
    if (field !== "envs") return addressesIn(value, place);
    return Object.entries(value).flatMap(([env, inEnv]) =>
      isPart(inEnv) ? addressesIn(inEnv, { ...place, env }) : [],
    );
  });
  return [...(implied === undefined ? [] : [{ address: implied, ...place }]), ...stated];
}

const isPart = (value: unknown): value is object => typeof value === "object" && value !== null;

const isAddress = (value: unknown): value is TextOrReference | TextOrReference[] =>
  Array.isArray(value) ? value.every(isAddress) : typeof value === "string" || isReference(value);
