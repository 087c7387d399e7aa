import * as z from "zod";
import { type Fault, RequestError } from "./errors.ts";
import type { JobType } from "./job.ts";
import type { JobTypeDefinition } from "./job-type.ts";
import { RetryConfig } from "./retry-config.ts";
import { didYouMean, faultsOf, jsonPointer, strict } from "./schema.ts";
import { Webhook, webhooksOf } from "./webhook.ts";

/** Tags and slugs: they become parts of ids, index keys and message groups, so their characters are few. */
export const Tag = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "1 to 63 letters, digits and _.- that start with a letter or digit");

/** The fields that every event has; each type adds its own (`eventFields`). */
const commonEventFields = {
  description: z.string().optional(),
  retries: z.int().min(0).max(20).optional(),
  retry_config: RetryConfig.optional(),
  timeout_ms: z.int().min(100).optional(),
};

export interface ProductEvent extends z.infer<z.ZodObject<typeof commonEventFields>> {
  type: JobType;
  [field: string]: unknown;
}

/** A product as the code sees it. Its sections hold the targets by name; only the type that owns one knows its shape. */
export interface Product {
  tag: string;
  name?: string;
  envs: readonly string[];
  jobs: Record<string, ProductEvent>;
  [section: string]: unknown;
}

export type Registry = { readonly [T in JobType]: JobTypeDefinition };

export interface CatalogEvent {
  product: Product;
  env: string;
  tag: string;
  event: ProductEvent;
  definition: JobTypeDefinition;
  target: unknown;
}

export interface Catalog {
  products: readonly Product[];
  registry: Registry;
  /** Throws a RequestError that names the nearest known product; `pointer` is where the tag was asked for. */
  product(tag: string, pointer?: string): Product;
  /** The product, if it has this env; throws a RequestError that names the nearest known product or env. */
  tenant(productTag: string, env: string): Product;
  /** Throws a RequestError that names the nearest known product, env or event. */
  find(productTag: string, env: string, event: string): CatalogEvent;
  /** The product and event of a stored job; undefined once the catalog has dropped them. */
  lookup(productTag: string, event: string): Omit<CatalogEvent, "env"> | undefined;
}

const own = <T>(record: Record<string, T>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** The targets that a product holds for a type. */
export const targetsOf = (product: Product, definition: JobTypeDefinition): Record<string, unknown> =>
  (product[definition.section] ?? {}) as Record<string, unknown>;

const missing = (code: "PRODUCT_NOT_FOUND" | "ENV_NOT_FOUND" | "EVENT_NOT_FOUND", pointer: string, text: string) =>
  new RequestError(code, text, { faults: [{ pointer, detail: text }] });

/** The products by tag. Trusts them: `checkCatalog` has run at synth, at local start and in the tests. */
export function makeCatalog(products: readonly Product[], registry: Registry): Catalog {
  const byTag = new Map(products.map((product) => [product.tag, product]));
  const lookup: Catalog["lookup"] = (productTag, tag) => {
    const product = byTag.get(productTag);
    const event = product && own(product.jobs, tag);
    if (!product || !event) return undefined;
    const definition = registry[event.type];
    const target = own(targetsOf(product, definition), String(event[definition.targetField]));
    return { product, tag, event, definition, target };
  };
  const productOf: Catalog["product"] = (tag, pointer = "/product_tag") => {
    const product = byTag.get(tag);
    if (product) return product;
    const hint = didYouMean(tag, [...byTag.keys()]);
    throw missing("PRODUCT_NOT_FOUND", pointer, `The catalog has no such product.${hint}`);
  };
  const tenant: Catalog["tenant"] = (productTag, env) => {
    const product = productOf(productTag);
    if (product.envs.includes(env)) return product;
    const hint = didYouMean(env, product.envs) || ` It has ${product.envs.join(", ")}.`;
    throw missing("ENV_NOT_FOUND", "/env", `Product ${product.tag} has no such env.${hint}`);
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
        throw missing("EVENT_NOT_FOUND", "/event", `Product ${product.tag} has no such job event.${hint}`);
      }
      return { ...found, env };
    },
  };
}

/** Everything that is wrong with the products, at once; pointers start with the product's tag. */
export function checkCatalog(products: readonly unknown[], registry: Registry): Fault[] {
  const faults = products.flatMap((product, i) => checkProduct(product, registry, i));
  const tags = products.map((product) => (product as Product | undefined)?.tag);
  const twice = tags.filter((tag, i) => typeof tag === "string" && tags.indexOf(tag) !== i);
  return [...faults, ...twice.map((tag) => ({ pointer: `/${tag}/tag`, detail: "another product has the same tag." }))];
}

function checkProduct(product: unknown, registry: Registry, index: number): Fault[] {
  const tag = (product as Product | undefined)?.tag;
  const prefix = [typeof tag === "string" ? tag : index];
  const parsed = productSchema(registry).safeParse(product);
  if (!parsed.success) return faultsOf(parsed.error, prefix);
  const checked = product as Product;
  return [
    ...checkTargets(checked, registry, prefix),
    ...checkEvents(checked, registry, prefix),
    ...checkWebhooks(checked, prefix),
  ];
}

/** Unlike a target a webhook need not say something about every env. */
const checkWebhooks = (product: Product, prefix: PropertyKey[]): Fault[] =>
  Object.entries(webhooksOf(product)).flatMap(([tag, { envs }]) =>
    unknownEnvs(product, envs, [...prefix, "webhooks", tag, "envs"]),
  );

const unknownEnvs = (product: Product, envs: object, at: PropertyKey[]): Fault[] =>
  Object.keys(envs)
    .filter((env) => !product.envs.includes(env))
    .map((env) => ({
      pointer: jsonPointer([...at, env]),
      detail: `the product has no such env.${didYouMean(env, product.envs)}`,
    }));

function checkTargets(product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] {
  return Object.values(registry).flatMap((definition) =>
    Object.entries(targetsOf(product, definition)).flatMap(([name, target]) => {
      const place = [...prefix, definition.section, name];
      const own = definition.checkTarget?.(target, product) ?? [];
      return [...checkEnvs(product, target, place), ...own.map((fault) => under(place, fault))];
    }),
  );
}

const under = (path: PropertyKey[], { pointer, detail }: Fault): Fault => ({
  pointer: jsonPointer(path) + pointer,
  detail,
});

function checkEnvs(product: Product, target: unknown, place: PropertyKey[]): Fault[] {
  const envs = (target as { envs?: Record<string, unknown> }).envs;
  if (!envs) return [];
  const at = [...place, "envs"];
  const absent = product.envs.filter((env) => !Object.hasOwn(envs, env));
  return [
    ...unknownEnvs(product, envs, at),
    ...absent.map((env) => ({ pointer: jsonPointer(at), detail: `says nothing about the product's env "${env}".` })),
  ];
}

function checkEvents(product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] {
  return Object.entries(product.jobs).flatMap(([tag, event]) => {
    const definition = registry[event.type];
    const at = [...prefix, "jobs", tag];
    const targets = targetsOf(product, definition);
    const name = String(event[definition.targetField]);
    const target = own(targets, name);
    if (target === undefined) {
      const hint = didYouMean(name, Object.keys(targets));
      return [
        {
          pointer: jsonPointer([...at, definition.targetField]),
          detail: `${definition.section} has no such entry.${hint}`,
        },
      ];
    }
    const tooLong = (event.timeout_ms ?? 0) > definition.limits.max_timeout_ms;
    const limit = `at most ${definition.limits.max_timeout_ms} for a job of type ${event.type}.`;
    return [
      ...(tooLong ? [{ pointer: jsonPointer([...at, "timeout_ms"]), detail: limit }] : []),
      ...(definition.checkEvent?.(event, target, product) ?? []).map((fault) => under(at, fault)),
    ];
  });
}

function productSchema(registry: Registry) {
  const definitions = Object.values(registry);
  const [first, ...others] = definitions.map((definition) =>
    strict({ type: z.literal(definition.type), ...commonEventFields, ...definition.eventFields() }),
  );
  const sections = definitions.map((definition) => [definition.section, z.record(Tag, definition.target()).optional()]);
  return strict({
    tag: Tag,
    name: z.string().optional(),
    envs: z.array(Tag).min(1),
    jobs: z.record(Tag, z.discriminatedUnion("type", [first as NonNullable<typeof first>, ...others])),
    webhooks: z.record(Tag, Webhook).optional(),
    ...Object.fromEntries(sections),
  });
}
