import { isReceiverEvent, receiverEventOf } from "../catalog/alerts.ts";
import { type Catalog, type FoundEvent, ownValue } from "../catalog/catalog.ts";
import { definitionId, definitionOf, type FeatureDefinition } from "../catalog/feature-definition.ts";
import type { Job } from "../job/job.ts";
import type { Definitions } from "../ports/definitions.ts";

/**
 * The event of a stored job: what the run keeps, if it keeps a definition, and otherwise what the catalog has now. Undefined once the
 * catalog has dropped it, or its product.
 */
export async function eventOfJob(
  { catalog, definitions }: { catalog: Catalog; definitions: Pick<Definitions, "get"> },
  job: Pick<Job, "product" | "env" | "event" | "definition" | "list" | "own_step">,
): Promise<FoundEvent | undefined> {
  const { product, event, definition, list, own_step } = job;
  if (isReceiverEvent(event)) return receiverEventOf(catalog, job);
  if (own_step) return ownStepEvent(catalog, product, event, own_step);
  if (list) return listEvent(catalog, product, event);
  const kept = definition === undefined ? undefined : await definitions.get(definition);
  return kept ? keptEvent(catalog, product, event, kept) : catalog.lookup(product, event);
}

/** Whether the catalog has what a job needs, whose event is looked up. The run of a feature goes on without its env: its steps wait. */
export const isInCatalog = (
  { type, env }: Pick<Job, "type" | "env">,
  found: FoundEvent | undefined,
): found is FoundEvent => found?.event.type === type && (type === "feature" || found.product.envs.includes(env));

/** What the catalog has no longer of what a job needs, in words. */
export function lossOfEvent(
  { products }: Catalog,
  { type, product, env, event }: Pick<Job, "type" | "product" | "env" | "event">,
  found: FoundEvent | undefined,
): string {
  if (!products.some(({ tag }) => tag === product)) return `The catalog no longer has product ${product}.`;
  const what = found?.event.type === type ? `env ${env}` : `${type} event ${event}`;
  return `The catalog no longer has ${what} of ${product}.`;
}

/** A step of code is found by its run. To the engine it is a function in code. */
function ownStepEvent(
  { products, registry }: Catalog,
  productTag: string,
  tag: string,
  { key }: NonNullable<Job["own_step"]>,
): FoundEvent | undefined {
  const product = products.find((one) => one.tag === productTag);
  const event = { type: "function", function: key } as const;
  return product && { product, tag, event, definition: registry.function, target: { code: "" } };
}

/** A list has in its input what it needs of its step. To the engine it is a feature without steps. */
function listEvent({ products, registry }: Catalog, productTag: string, tag: string): FoundEvent | undefined {
  const product = products.find((one) => one.tag === productTag);
  const event = { type: "feature" } as const;
  return product && { product, tag, event, definition: registry.feature, target: { sequences: {} } };
}

function keptEvent(
  { products, registry }: Catalog,
  productTag: string,
  tag: string,
  { event, target, constants }: FeatureDefinition,
): FoundEvent | undefined {
  const product = products.find((one) => one.tag === productTag);
  const definition = ownValue(registry, event.type);
  return product && definition && { product: { ...product, constants }, tag, event, definition, target };
}

interface Kept {
  id: string;
  current: boolean;
  /** How many definitions the event has had since. */
  behind: number;
}

/** The definition that a run keeps, beside what the catalog says now. Only a run that keeps another one takes a read. */
export async function keptDefinition(
  { catalog, definitions }: { catalog: Catalog; definitions: Pick<Definitions, "of"> },
  { product, event, definition: id }: Pick<Job, "product" | "event" | "definition">,
): Promise<Kept | undefined> {
  if (id === undefined) return undefined;
  const found = catalog.lookup(product, event);
  const now = found && definitionId(definitionOf(found));
  if (now === id) return { id, current: true, behind: 0 };
  const past = await definitions.of({ product, event });
  const later = past.filter(({ first_at }) => first_at > (past.find((one) => one.id === id)?.first_at ?? 0));
  // No run may have begun by the present one yet.
  const isNoted = now === undefined || past.some((one) => one.id === now);
  return { id, current: false, behind: later.length + (isNoted ? 0 : 1) };
}
