import { ownValue, targetsOf } from "../../catalog/catalog.ts";
import type { Definitions, Product } from "../../catalog/job-type.ts";
import { membersOf } from "../../catalog/targets/group.ts";

/** The event that a name stands for, and the fields of its input that the name says too. */
interface NamedEvent {
  tag: string;
  input: Record<string, unknown>;
}

/**
 * The events that a name stands for: the event with this tag or, as Ductape writes it, those that run `target:action` or
 * send `notification:message`, or store into a storage. With an `app`, the name of one of its actions is enough.
 */
export function eventsNamed(product: Product, registry: Definitions, name: string, app?: string): NamedEvent[] {
  if (ownValue(product.jobs, name)) return [{ tag: name, input: {} }];
  const wanted = app === undefined || name.includes(":") ? name : `${app}:${name}`;
  return Object.entries(product.jobs).flatMap(([tag, event]) => {
    const definition = registry[event.type];
    const [first] = membersOf(targetsOf(product, definition), String(event[definition.targetField]));
    const names = first === undefined ? [] : (definition.eventNames?.(event, first.target) ?? []);
    return names.filter((one) => one.name === wanted).map(({ input = {} }) => ({ tag, input }));
  });
}
