import { type Catalog, own } from "../../catalog/catalog.ts";
import type { Product } from "../../catalog/job-type.ts";
import type { Draft } from "./draft.ts";
import { eventsNamed } from "./event-name.ts";
import type { Found } from "./input.ts";

/** Replaces the name of the event by its tag. What the name says of the input becomes a part of the input. */
export function rewriteEvent(draft: Draft, catalog: Catalog): Found | undefined {
  const { product_tag, event: name, app } = draft.recordAt() ?? {};
  const product = catalog.products.find(({ tag }) => tag === product_tag);
  if (!product || typeof name !== "string") return undefined;
  const events = eventsNamed(product, catalog.registry, name, typeof app === "string" ? app : undefined);
  const [event] = events;
  if (!event) {
    explainName(draft, catalog, product, name);
    return undefined;
  }
  if (events.length > 1) {
    draft.fault(["event"], `stands for several events: name one of ${events.map(({ tag }) => tag).join(", ")}`);
  }
  if (event.tag !== name) draft.set(["event"], event.tag);
  for (const [field, value] of Object.entries(event.input)) addToInput(draft, field, value);
  return catalog.lookup(product.tag, event.tag);
}

function addToInput(draft: Draft, field: string, value: unknown): void {
  const before = draft.at("input", field);
  if (before === value || !draft.recordAt("input")) return;
  if (before !== undefined) {
    draft.fault(["input", field], `is ${JSON.stringify(value)} in the name of the event: give one of the two`);
    return;
  }
  draft.standsFor(["input", field], ["event"]);
  draft.set(["input", field], value);
}

/** Says what the catalog lacks if a name has the form `target:action`. The parser says that there is no such event. */
function explainName(draft: Draft, { registry }: Catalog, product: Product, name: string): void {
  const [target = "", action] = name.split(":");
  const sections = Object.values(registry).map(({ section }) => section);
  const section = sections.find((one) => own((product[one] ?? {}) as Record<string, unknown>, target) !== undefined);
  if (action === undefined || section === undefined) return;
  draft.fault(["event"], `names an entry of ${section}, but no event in the product's jobs runs it: add one`);
}
