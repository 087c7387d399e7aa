import { ownValue } from "./catalog.ts";
import type { Condition } from "./condition.ts";
import type { Hook } from "./hook-schema.ts";
import type { Product } from "./job-type.ts";
import type { Reference } from "./references.ts";

/** How far a signed time may be from ours, unless the hook says otherwise: as far as Stripe, Slack and Standard Webhooks advise. */
export const defaultToleranceMs = 300_000;

export const hooksOf = (product: Product): Record<string, Hook> => (product.hooks ?? {}) as Record<string, Hook>;

export const hookConditions = ({ when = [] }: Hook): Condition[] => [when].flat();

/** The envs of a product that have a hook. */
export const envsOfHook = (product: Pick<Product, "envs">, { envs }: Hook): readonly string[] =>
  envs === undefined ? product.envs : Object.keys(envs);

/** The references to the secrets of a hook in an env, the current one first. */
export function secretsOf({ verify, envs = {} }: Hook, env: string): Reference[] {
  const own = ownValue(envs, env) ?? {};
  const from = own.secret === undefined ? verify : own;
  return [from.secret, own.previous_secret ?? from.previous_secret].filter((one) => one !== undefined);
}

/** The label by which the jobs of a hook are found. */
export const hookLabel = (name: string): string => `hook:${name}`;

/** A hook in an env of a product. */
export interface FoundHook {
  product: Product;
  env: string;
  name: string;
  hook: Hook;
}

/** Every hook in each env that has it. */
export const allHooks = (products: readonly Product[]): FoundHook[] =>
  products.flatMap((product) =>
    Object.entries(hooksOf(product)).flatMap(([name, hook]) =>
      envsOfHook(product, hook).map((env) => ({ product, env, name, hook })),
    ),
  );

/** The hook of an address; undefined for an address that has none. */
export function findHook(
  products: readonly Product[],
  { product: tag, env, name }: { product: string; env: string; name: string },
): FoundHook | undefined {
  const product = products.find((one) => one.tag === tag);
  const hook = product && ownValue(hooksOf(product), name);
  return product && hook && envsOfHook(product, hook).includes(env) ? { product, env, name, hook } : undefined;
}
