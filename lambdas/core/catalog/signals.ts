import type { Fields } from "../kernel/fields.ts";
import { type Catalog, targetsOf } from "./catalog.ts";
import type { Product } from "./job-type.ts";

/** The fields of a signal's payload as its features declare them; undefined takes any. */
type Declared = (Fields | undefined)[];

/** The signals that runs of a product may wait for. Two features may declare one: a message may then be meant for either. */
export function signalsOf({ registry }: Pick<Catalog, "registry">, product: Product): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const definition of Object.values(registry)) {
    if (!definition.signals) continue;
    for (const target of Object.values(targetsOf(product, definition)))
      for (const [name, fields] of Object.entries(definition.signals(target)))
        found.set(name, [...(found.get(name) ?? []), fields]);
  }
  return found;
}

/** Whether runs of a product may wait for signals that the catalog does not know: those of features in code that do not declare any. */
export const takesAnySignal = ({ registry }: Pick<Catalog, "registry">, product: Product): boolean =>
  Object.values(registry).some(
    (definition) =>
      definition.takesAnySignal &&
      Object.values(targetsOf(product, definition)).some((target) => definition.takesAnySignal?.(target)),
  );
