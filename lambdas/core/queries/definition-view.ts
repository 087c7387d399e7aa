import type * as z from "zod";
import { hasAccess, may, type Scopes } from "../access/scopes.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { definedSteps, differenceOf } from "../catalog/definition-difference.ts";
import { definitionId, definitionOf, type FeatureDefinition } from "../catalog/feature-definition.ts";
import { defined } from "../kernel/defined.ts";
import type { DefinedEvent, KeptDefinition } from "../ports/definitions.ts";
import type { DefinitionSchema } from "./schemas/definition.ts";

type DefinitionView = z.infer<typeof DefinitionSchema>;
type DefinedEventView = DefinitionView["events"][number];

/**
 * A definition as callers see it. Undefined if their key has access to none of its events. One without events is for keys to all
 * products.
 */
export function definitionView(
  catalog: Catalog,
  { id, definition, events }: KeptDefinition & { id: string },
  scopes: Scopes,
): DefinitionView | undefined {
  const seen = events.filter(({ product }) => reads(catalog, scopes, product));
  if (seen.length === 0 && (events.length > 0 || !scopes.products.includes("*"))) return undefined;
  const isShown = may(scopes, "jobs:input", {});
  const { event, target, constants } = definition;
  const { output } = (target ?? {}) as { output?: Record<string, unknown> };
  return {
    id,
    feature: String(event[catalog.registry[event.type]?.targetField ?? "feature"]),
    steps: definedSteps(catalog.registry, definition).map(({ says, ...step }) => ({
      ...step,
      ...(isShown && { says }),
    })),
    ...(isShown && defined({ output })),
    constants: Object.keys(constants),
    events: seen.map((one) => definedEventView(catalog, id, definition, one)),
  };
}

/** A definition that features of the catalog have now, whether or not a run has begun by it: only then it is kept. */
export function presentDefinition({ products, lookup }: Catalog, id: string): KeptDefinition | undefined {
  const named = products.flatMap(({ tag, jobs }) => Object.keys(jobs).map((event) => ({ product: tag, event })));
  const present = named.flatMap((of) => {
    const found = lookup(of.product, of.event);
    const definition = found?.definition.steps && definitionOf(found);
    return definition && definitionId(definition) === id ? [{ definition, of }] : [];
  });
  const [first] = present;
  return first && { definition: first.definition, events: present.map(({ of }) => of) };
}

/** Whether a key reads a product in any env: definitions are those of all envs. A product that the catalog has lost has none. */
function reads({ products }: Catalog, scopes: Scopes, product: string): boolean {
  const envs = products.find(({ tag }) => tag === product)?.envs ?? [undefined];
  return may(scopes, "jobs:read", { product }) && envs.some((env) => hasAccess(scopes, { product, env }));
}

function definedEventView(
  catalog: Catalog,
  id: string,
  definition: FeatureDefinition,
  { product, event }: DefinedEvent,
): DefinedEventView {
  const found = catalog.lookup(product, event);
  const now = found && definitionOf(found);
  const current = now !== undefined && definitionId(now) === id;
  return {
    product_tag: product,
    event,
    current,
    ...(now && !current && { difference: differenceOf(catalog.registry, definition, now) }),
  };
}
