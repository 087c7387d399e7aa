import { type Reference, referenceName } from "../../lambdas/core/catalog/references.ts";
import { didYouMean } from "../../lambdas/core/kernel/schema.ts";
import { demoReferences, localNames, localValue } from "../demo/local-values.ts";
import type { CatalogNeeds } from "../host/protocol.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { valuesByName } from "./secret-values.ts";

/** The values in `.env.local`, by secret or parameter name, completed by the demo product's defaults. */
export function catalogValues(
  given: Record<string, string>,
  outbox: Pick<Outbox, "url" | "smtpUrl">,
  privateKey: string,
): Map<string, string> {
  const values = Object.entries({ ...demoReferences, ...given }).map(([name, value]) => {
    const meant = localValue(value, outbox, privateKey);
    return meant === undefined ? [] : [[name, meant]];
  });
  return valuesByName(Object.fromEntries(values.flat()));
}

/** The buckets that the catalog names, directly or by parameter. */
export const bucketNames = ({ buckets }: CatalogNeeds, values: Map<string, string>): Set<string> =>
  new Set(
    buckets.flatMap((bucket) => {
      if (typeof bucket === "string") return bucket;
      return ("$parameter" in bucket && values.get(bucket.$parameter)) || [];
    }),
  );

/** The references of the catalog that would fail their jobs with CONFIGURATION_ERROR. */
export function missing({ references }: CatalogNeeds, values: Map<string, string>): string[] {
  const absent = references.filter((reference) => {
    if ("$parameter" in reference) return !values.has(reference.$parameter);
    const value = values.get(reference.$secret);
    return value === undefined || (reference.key !== undefined && !value.includes(JSON.stringify(reference.key)));
  });
  return [...new Set(absent.map(referenceName))];
}

/**
 * Warnings about lines of `.env.local` that no reference of the catalog uses, mostly typing errors. They contain names only,
 * never a value.
 */
export function unusedReferences(given: Record<string, string>, references: readonly Reference[]): string[] {
  const used = [...new Set(references.map(writtenAs))];
  return Object.keys(given)
    .filter((name) => !used.some((known) => known === name || known.startsWith(`${name}#`) || isKeyOf(known, name)))
    .map((name) => `nothing in the catalog uses ${name}.${didYouMean(name, used)}`);
}

/** Warnings about values that begin with `local:` but stand for nothing. Jobs that need them fail. */
export const unknownPlaces = (given: Record<string, string>): string[] =>
  Object.entries(given)
    .filter(([, value]) => localValue(value, { url: "", smtpUrl: "smtp:" }, "") === undefined)
    .map(([name]) => `${name} begins with "local:", which must be followed by one of ${localNames.join(", ")}.`);

/** Whether a line sets one key of a secret that the catalog uses as a whole. */
const isKeyOf = (whole: string, name: string): boolean => !whole.includes("#") && name.startsWith(`${whole}#`);

/** A reference as it is written in `.env.local`. */
const writtenAs = (reference: Reference): string =>
  "$parameter" in reference
    ? reference.$parameter
    : `${reference.$secret}${reference.key === undefined ? "" : `#${reference.key}`}`;
