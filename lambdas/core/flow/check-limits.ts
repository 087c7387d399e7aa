import type { Product } from "../catalog/job-type.ts";
import type { Fault } from "../errors.ts";
import { type Reference, referencesOf } from "../expressions/expression.ts";
import { parsedFaults } from "../expressions/template-faults.ts";
import { valueFaults } from "../expressions/values.ts";
import { didYouMean, jsonPointer } from "../schema/schema.ts";

/** The faults of a product's limits, and of its events' references to them; pointers start with `prefix`. */
export const limitFaults = (product: Product, prefix: PropertyKey[]): Fault[] => [
  ...Object.entries(product.limits ?? {}).flatMap(([name, { key }]) =>
    (key === undefined ? [] : keyFaults(key, product)).map((detail) => ({
      pointer: jsonPointer([...prefix, "limits", name, "key"]),
      detail,
    })),
  ),
  ...Object.entries(product.jobs).flatMap(([tag, event]) => eventFaults(product, event, [...prefix, "jobs", tag])),
];

const keyFaults = (key: string, product: Product): string[] =>
  parsedFaults(key, (expressions) => {
    if (expressions.some(({ kind }) => kind !== "reference")) return [noOperators];
    const references = expressions.flatMap(referencesOf);
    const faults = references.flatMap((reference) => referenceFaults(reference, product));
    if (faults.length > 0 || references.some(({ root }) => root === "Input")) return faults;
    return ["refers to no $Input{...}, so every job would have the same key: leave it out for one gate"];
  });

const noOperators = "is a text with references such as $Input{user}, and without operators";

function referenceFaults(reference: Reference, product: Product): string[] {
  if (reference.root === "Sequence" || reference.root === "Now") {
    return [`$${reference.root} is not known when a job is requested: a key refers to $Input, $Variable and $Constant`];
  }
  if (reference.root === "Input" && reference.path.length === 0) {
    return ["$Input as a whole is no text: refer to a field of it, as in $Input{user}"];
  }
  return valueFaults(reference, product, product.envs);
}

function eventFaults(product: Product, event: Product["jobs"][string], at: PropertyKey[]): Fault[] {
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
