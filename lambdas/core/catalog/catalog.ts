import { RequestError } from "../kernel/request-error.ts";
import { didYouMean } from "../kernel/schema.ts";
import type { Definitions, JobTypeDefinition, Product, ProductEvent } from "./job-type.ts";
import { type Group, groupOf, membersOf } from "./targets/group.ts";

export interface CatalogEvent {
  product: Product;
  env: string;
  tag: string;
  event: ProductEvent;
  definition: JobTypeDefinition;
  /** The catalog entry that the event names; of a group its first member. */
  target: unknown;
  /** Present if the event names a group of targets. */
  group?: Group;
}

/** An event, whichever env it is for. */
export type FoundEvent = Omit<CatalogEvent, "env">;

export interface Catalog {
  products: readonly Product[];
  registry: Definitions;
  /** Throws a RequestError that names the nearest known product; `pointer` is where the request has the tag. */
  product(tag: string, pointer?: string): Product;
  /** The product, if it has this env; throws a RequestError that names the nearest known product or env. */
  tenant(productTag: string, env: string): Product;
  /** Throws a RequestError that names the nearest known product, env or event. */
  find(productTag: string, env: string, event: string): CatalogEvent;
  /** The product and event of a stored job; undefined once the catalog has dropped them. */
  lookup(productTag: string, event: string): FoundEvent | undefined;
}

export const ownValue = <T>(record: Record<string, T>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** The targets of a type in a product. */
export const targetsOf = (product: Product, definition: JobTypeDefinition): Record<string, unknown> =>
  (product[definition.section] ?? {}) as Record<string, unknown>;

const notInCatalog = (code: "PRODUCT_NOT_FOUND" | "ENV_NOT_FOUND" | "EVENT_NOT_FOUND", pointer: string, text: string) =>
  new RequestError(code, text, { faults: [{ pointer, detail: text }] });

/** The products by tag. They are not checked here: `checkCatalog` has run at synth, at local start and in the tests. */
export function makeCatalog(products: readonly Product[], registry: Definitions): Catalog {
  const byTag = new Map(products.map((product) => [product.tag, product]));
  const lookup: Catalog["lookup"] = (productTag, tag) => {
    const product = byTag.get(productTag);
    const event = product && ownValue(product.jobs, tag);
    if (!product || !event) return undefined;
    const definition = registry[event.type];
    const targets = targetsOf(product, definition);
    const name = String(event[definition.targetField]);
    const [first] = membersOf(targets, name);
    const group = groupOf(definition.section, targets, name);
    return { product, tag, event, definition, target: first?.target, ...(group && { group }) };
  };
  const productOf: Catalog["product"] = (tag, pointer = "/product_tag") => {
    const product = byTag.get(tag);
    if (product) return product;
    const hint = didYouMean(tag, [...byTag.keys()]);
    throw notInCatalog("PRODUCT_NOT_FOUND", pointer, `The catalog has no such product.${hint}`);
  };
  const tenant: Catalog["tenant"] = (productTag, env) => {
    const product = productOf(productTag);
    if (product.envs.includes(env)) return product;
    const hint = didYouMean(env, product.envs) || ` It has ${product.envs.join(", ")}.`;
    throw notInCatalog("ENV_NOT_FOUND", "/env", `Product ${product.tag} has no such env.${hint}`);
  };
  return {
    products,
    registry,
    lookup,
    product: productOf,
    tenant,
    find(productTag, env, tag) {
      const product = tenant(productTag, env);
      const found = lookup(productTag, tag);
      if (!found) {
        const hint = didYouMean(tag, Object.keys(product.jobs));
        throw notInCatalog("EVENT_NOT_FOUND", "/event", `Product ${product.tag} has no such job event.${hint}`);
      }
      return { ...found, env };
    },
  };
}
