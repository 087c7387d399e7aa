import * as z from "zod";
import { hasAccess, type Scopes } from "../access/scopes.ts";
import { type Catalog, ownValue } from "../catalog/catalog.ts";
import { isCodeTarget } from "../catalog/code-target.ts";
import type { Definitions, JobTypeDefinition, Product, ProductEvent } from "../catalog/job-type.ts";
import { referenceName, referencesIn } from "../catalog/references.ts";
import { wantedOf } from "../catalog/schedules.ts";
import type { JobType } from "../job/job.ts";
import { defined } from "../kernel/defined.ts";
import type { ProductSchema, ProductSummarySchema } from "./schemas/product.ts";

/** A product as callers see it, with the envs that their key has access to. */
type ProductSummary = z.infer<typeof ProductSummarySchema>;
type ProductView = z.infer<typeof ProductSchema>;

type EventView = ProductSummary["events"][number];
type JsonSchema = ProductView["events"][number]["input"];

/** Undefined if the key has access to none of the product's envs. */
export function productSummary(product: Product, registry: Definitions, scopes: Scopes): ProductSummary | undefined {
  const envs = product.envs.filter((env) => hasAccess(scopes, { product: product.tag, env }));
  if (envs.length === 0) return undefined;
  return {
    tag: product.tag,
    ...(product.name !== undefined && { name: product.name }),
    envs,
    events: Object.entries(product.jobs).map(([tag, event]) => eventView(tag, event, registry[event.type])),
  };
}

export function productView(product: Product, catalog: Catalog, scopes: Scopes): ProductView | undefined {
  const summary = productSummary(product, catalog.registry, scopes);
  return (
    summary && {
      ...summary,
      ...valueNames(product, summary.envs),
      schedules: schedulesView(product, summary.envs),
      events: summary.events.map((event) => {
        const definition = catalog.registry[event.type];
        const { target, group, event: own } = catalog.lookup(product.tag, event.tag) ?? {};
        const targets = group ? group.members.map((member) => member.target) : [target];
        return {
          ...event,
          input: (own && definition.inputSchemaOf?.(own, target)) ?? inputSchema(definition),
          references: [...new Set(targets.flatMap((one) => referenceNames(one, summary.envs)))],
          ...defined({ code: group ? undefined : ownCodeOf(target, event.target, summary.envs) }),
          ...(group && { targets: group.members.map(({ name, weight }) => ({ name, ...defined({ weight }) })) }),
        };
      }),
    }
  );
}

const providers = ["serve", "portable"] as const;

/** Where the team's own code runs that a target stands for. Undefined for any other target. */
function ownCodeOf(target: unknown, name: string, envs: readonly string[]): ProductView["events"][number]["code"] {
  if (typeof target !== "object" || target === null) return undefined;
  if (isCodeTarget(target)) {
    const runs = Object.fromEntries(envs.map((env) => [env, "deployed" as const]));
    return { runs, module: target.code, export: target.export ?? name };
  }
  const { envs: perEnv = {} } = target as { envs?: Record<string, { provider?: string }> };
  const runs = envs.flatMap((env) => {
    const provider = providers.find((one) => one === ownValue(perEnv, env)?.provider);
    return provider ? [[env, provider] as const] : [];
  });
  return runs.length > 0 ? { runs: Object.fromEntries(runs) } : undefined;
}

/** The schedules in some envs, without the inputs of their jobs. */
const schedulesView = (product: Product, envs: readonly string[]): ProductView["schedules"] =>
  wantedOf([product])
    .filter(({ env }) => envs.includes(env))
    .map(({ name, env, job_id, body: { event, repeat } }) => ({
      ...{ name, env, event: String(event), job_id, repeat },
      ...defined({ description: product.schedules?.[name]?.description }),
    }));

/** The names of the variables of some envs, and of the constants. Their values are for expressions only. */
function valueNames({ variables = {}, constants = {} }: Product, envs: readonly string[]) {
  const ofEnvs = envs.flatMap((env) => Object.keys(ownValue(variables, env) ?? {}));
  return { variables: [...new Set(ofEnvs)], constants: Object.keys(constants) };
}

/** What a target refers to in some envs, and in all of them. */
function referenceNames(target: unknown, envs: readonly string[]): string[] {
  const { envs: perEnv = {}, ...shared } = (target ?? {}) as { envs?: Record<string, unknown> };
  const found = referencesIn([shared, ...envs.map((env) => ownValue(perEnv, env))]);
  return [...new Set(found.map(referenceName))];
}

const eventView = (tag: string, event: ProductEvent, { targetField, defaults }: JobTypeDefinition): EventView => ({
  tag,
  type: event.type,
  ...(event.description !== undefined && { description: event.description }),
  retries: event.retries ?? defaults.retries,
  timeout_ms: event.timeout_ms ?? defaults.timeout_ms,
  target: String(event[targetField]),
  ...(event.expressions === true && { expressions: true }),
  ...(event.trends === true && { trends: true }),
});

const made = new Map<JobType, JsonSchema>();

/** Created once, when it is first needed: the events of a type share it. */
function inputSchema({ type, input }: JobTypeDefinition): JsonSchema {
  const schema = made.get(type) ?? z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  made.set(type, schema);
  return schema;
}
