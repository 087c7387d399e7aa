import { own } from "../catalog/catalog.ts";
import type { Product } from "../catalog/job-type.ts";
import { didYouMean } from "../schema/schema.ts";
import type { Reference } from "./expression.ts";

/** What `$Variable{name}` and `$Constant{name}` stand for in an env of a product. */
export interface CatalogValues {
  variables: Record<string, unknown>;
  constants: Record<string, unknown>;
}

export const valuesOf = (product: Pick<Product, "variables" | "constants">, env: string): CatalogValues => ({
  variables: own(product.variables ?? {}, env) ?? {},
  constants: product.constants ?? {},
});

/** Reads own fields and list items only, so that `__proto__` and `constructor` lead nowhere. */
export const at = (value: unknown, key: string | number): unknown =>
  typeof value === "object" &&
  value !== null &&
  Object.hasOwn(value, key) &&
  !(Array.isArray(value) && key === "length")
    ? (value as Record<string | number, unknown>)[key]
    : undefined;

/** What is wrong with a reference to a variable or a constant, in each of the envs; nothing for any other reference. */
export function valueFaults({ root, path }: Reference, product: Product, envs: readonly string[]): string[] {
  if (root === "Constant") return missing(path, valuesOf(product, "").constants, "the product", "constant");
  if (root !== "Variable") return [];
  return envs.flatMap((env) => missing(path, valuesOf(product, env).variables, `the env "${env}"`, "variable"));
}

/** The names are those of the catalog: what a request has in their place may be anything. */
function missing(path: string[], values: Record<string, unknown>, where: string, what: string): string[] {
  if (path.length === 0) return [`the name of a ${what} is missing: $${capital(what)}{name}`];
  let value: unknown = values;
  for (const key of path) {
    const found = at(value, key);
    if (found === undefined) return [`${where} has no such ${what}.${didYouMean(key, namesIn(value))}`];
    value = found;
  }
  return [];
}

const capital = (what: string): string => what.charAt(0).toUpperCase() + what.slice(1);
const namesIn = (value: unknown): string[] => (typeof value === "object" && value !== null ? Object.keys(value) : []);
