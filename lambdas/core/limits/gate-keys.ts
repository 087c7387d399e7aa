import { own } from "../catalog/catalog.ts";
import { type KeySource, keyOrFault } from "../expressions/keys.ts";
import type { Gate } from "../job/job-wait.ts";
import type { Fault } from "../kernel/errors.ts";

/** The gates that the attempts of a requested job pass, in the order of the event's `limits`, or why a key has no text. */
export function gatesOf(source: KeySource): { gates: Gate[]; faults: Fault[] } {
  const { product, event } = source.found;
  const gates: Gate[] = [];
  const faults: Fault[] = [];
  for (const name of event.limits ?? []) {
    const limit = own(product.limits ?? {}, name);
    if (!limit) continue;
    const keyed = limit.key === undefined ? { key: "" } : keyOrFault(limit.key, source, `the limit "${name}"`);
    if ("key" in keyed) gates.push({ limit: name, key: keyed.key });
    else faults.push(keyed);
  }
  return { gates, faults };
}
