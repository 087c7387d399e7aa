import type * as z from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import { definitionId, definitionOf } from "../catalog/feature-definition.ts";
import type { Product } from "../catalog/job-type.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { Definitions } from "../ports/definitions.ts";
import type { ListedDefinitionSchema } from "./schemas/definition.ts";

type ListedDefinition = z.infer<typeof ListedDefinitionSchema>;

/** How many events are looked at at a time: each is a read. */
const atOnce = 10;

/** The definitions of features that events of a product have had, by event and the latest first. Default: every event that it has. */
export async function listDefinitions(
  services: { catalog: Catalog; definitions: Pick<Definitions, "of"> },
  product: Product,
  named?: string,
): Promise<ListedDefinition[]> {
  const { registry } = services.catalog;
  const features = Object.entries(product.jobs).filter(([, { type }]) => registry[type].steps !== undefined);
  const events = named === undefined ? features.map(([tag]) => tag) : [named];
  const found = await inParallel(atOnce, events, (event) => definitionsOf(services, product.tag, event));
  return found.flat();
}

async function definitionsOf(
  { catalog, definitions }: { catalog: Catalog; definitions: Pick<Definitions, "of"> },
  product: string,
  event: string,
): Promise<ListedDefinition[]> {
  const found = catalog.lookup(product, event);
  const now = found?.definition.steps && definitionId(definitionOf(found));
  const past = await definitions.of({ product, event });
  const name = found && String(found.event[found.definition.targetField]);
  const listed = past.map(
    ({ id, first_at }): ListedDefinition => ({
      ...{ id, product_tag: product, event, current: id === now, first_at },
      ...defined({ feature: name }),
    }),
  );
  const isNoted = now === undefined || listed.some(({ current }) => current);
  return isNoted
    ? listed
    : [{ id: now, product_tag: product, event, current: true, ...defined({ feature: name }) }, ...listed];
}
