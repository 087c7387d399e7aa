import { ownValue } from "../catalog/catalog.ts";
import type { Product } from "../catalog/job-type.ts";
import { didYouMean } from "../kernel/schema.ts";
import type { ValueReference } from "./expression.ts";

/** What `$Variable{name}` and `$Constant{name}` stand for in an env of a product. */
export interface CatalogValues {
  variables: Record<string, unknown>;
  constants: Record<string, unknown>;
}

export const catalogValuesOf = (product: Pick<Product, "variables" | "constants">, env: string): CatalogValues => ({
  variables: ownValue(product.variables ?? {}, env) ?? {},
  constants: product.constants ?? {},
});

/** Reads own fields and list items only, so that `__proto__` and `constructor` lead nowhere. */
export const fieldAt = (value: unknown, key: string | number): unknown =>
  typeof value === "object" &&
  value !== null &&
  Object.hasOwn(value, key) &&
  !(Array.isArray(value) && key === "length")
    ? (value as Record<string | number, unknown>)[key]
    : undefined;

/** Roots that are known in few places, each with where. Those places check them before they call `valueFaults`. */
const confined = {
  Each: "$Each is known in the input of a step with for_each only",
  Session: "$Session is known in a request and in a feature only: pass its values on in the input",
  Step: "$Step is known in the input of a step's undo only: it is the result of the step",
  Approval: "$Approval{url} is known in `ask.input` of an approval only",
  Auth: "$Auth is known in the defaults of an action and in the input of a step that runs one",
  Hook: "$Hook is known in the `hooks` of a product only: it is what was delivered",
  Alert: "$Alert is known in the `receivers` of a product only: it is what is said",
} as const;
const isConfined = (root: string): root is keyof typeof confined => Object.hasOwn(confined, root);

/** What is wrong with a reference to a variable or a constant, in each of the envs; nothing for any other reference. */
export function valueFaults(reference: ValueReference, product: Product, envs: readonly string[]): string[] {
  if (isConfined(reference.root)) return [confined[reference.root]];
  if (reference.root === "Constant") return missingValueFaults(reference, product.constants, "the product");
  if (reference.root !== "Variable") return [];
  return envs.flatMap((env) =>
    missingValueFaults(reference, catalogValuesOf(product, env).variables, `the env "${env}"`),
  );
}

/** The names are those of the catalog: what a request has in their place may be anything. */
function missingValueFaults({ root, path }: ValueReference, values: unknown, where: string): string[] {
  if (path.length === 0) return [`a name is missing: $${root}{name}`];
  let value = values ?? {};
  for (const key of path) {
    const found = fieldAt(value, key);
    const names = typeof value === "object" ? Object.keys(value) : [];
    if (found === undefined) return [`${where} has no such ${root.toLowerCase()}.${didYouMean(key, names)}`];
    value = found ?? "";
  }
  return [];
}
