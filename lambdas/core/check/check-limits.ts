import type { Product } from "../catalog/job-type.ts";
import { referencesOf } from "../expressions/expression.ts";
import { expressionsIn } from "../expressions/template.ts";
import type { Fault } from "../kernel/errors.ts";
import { didYouMean, jsonPointer } from "../kernel/schema.ts";
import { keyFaults } from "./key-faults.ts";

/** The faults of a product's limits, and of its events' references to them; pointers start with `prefix`. */
export const catalogLimitFaults = (product: Product, prefix: PropertyKey[]): Fault[] => [
  ...Object.entries(product.limits ?? {}).flatMap(([name, { key }]) =>
    (key === undefined ? [] : limitKeyFaults(key, product)).map((detail) => ({
      pointer: jsonPointer([...prefix, "limits", name, "key"]),
      detail,
    })),
  ),
  ...Object.entries(product.jobs).flatMap(([tag, event]) =>
    limitedEventFaults(product, event, [...prefix, "jobs", tag]),
  ),
];

/** A key that is the same for all jobs is an oversight here: a limit without a key has one gate as well. */
function limitKeyFaults(key: string, product: Product): string[] {
  const faults = keyFaults(key, product);
  if (
    faults.length > 0 ||
    expressionsIn(key)
      .flatMap(referencesOf)
      .some(({ root }) => root === "Input")
  )
    return faults;
  return ["refers to no $Input{...}, so every job would have the same key: leave it out for one gate"];
}

function limitedEventFaults(product: Product, event: Product["jobs"][string], at: PropertyKey[]): Fault[] {
  const known = Object.keys(product.limits ?? {});
  const names = event.limits ?? [];
  if (event.type === "feature" && names.length > 0) {
    const detail = "a feature waits for its steps most of its time: limit the events of the steps instead";
    return [{ pointer: jsonPointer([...at, "limits"]), detail }];
  }
  return names.flatMap((name, i) => {
    const fault = (detail: string) => [{ pointer: jsonPointer([...at, "limits", i]), detail }];
    if (!known.includes(name)) return fault(`the product has no such limit.${didYouMean(name, known)}`);
    return names.indexOf(name) === i ? [] : fault("names the same limit twice");
  });
}
