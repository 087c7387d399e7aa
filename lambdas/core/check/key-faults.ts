import type { Product } from "../catalog/job-type.ts";
import { type Expression, referencesOf, type ValueReference } from "../expressions/expression.ts";
import { keyOperators, keyPart } from "../expressions/keys.ts";
import { parsedFaults } from "../expressions/template-faults.ts";
import { catalogValuesOf, fieldAt, valueFaults } from "../expressions/values.ts";

/** What is wrong with a key of the catalog, whatever it is for. A key that refers to nothing is one key for all requests. */
export const keyFaults = (key: string, product: Product): string[] =>
  parsedFaults(key, (expressions) => {
    if (expressions.some(hasOtherOperators)) return [onlyOperators];
    return expressions.flatMap(referencesOf).flatMap((reference) => keyReferenceFaults(reference, product));
  });

const operatorNames = Object.keys(keyOperators).map((name) => `$${name}`);
const onlyOperators = `a key takes only ${operatorNames.join(", ")}, and lists only in $Concat`;

/** A list is an argument of `$Concat` only, and has no lists in it. */
function hasOtherOperators(part: Expression): boolean {
  if (part.kind === "list") return true;
  if (part.kind !== "call") return false;
  if (keyOperators[part.operator] === undefined) return true;
  const parts = part.args.flatMap((arg) => (arg.kind === "list" && part.operator === "Concat" ? arg.items : [arg]));
  return parts.some(hasOtherOperators);
}

function keyReferenceFaults(reference: ValueReference, product: Product): string[] {
  const { root, path } = reference;
  if (root === "Sequence" || root === "Now") {
    return [`$${root} is not known when a job is requested: a key refers to $Input, $Variable and $Constant`];
  }
  if (root === "Input" && path.length === 0) {
    return ["$Input as a whole is no text: refer to a field of it, as in $Input{user}"];
  }
  const faults = valueFaults(reference, product, product.envs);
  return faults.length > 0 || root === "Input" ? faults : keyTextFaults(reference, product);
}

/** What the catalog itself has must be a text in every env: no request can put it right. */
function keyTextFaults({ root, path }: ValueReference, product: Product): string[] {
  const isText = (env: string) => {
    const { variables, constants } = catalogValuesOf(product, env);
    return keyPart(path.reduce<unknown>(fieldAt, root === "Variable" ? variables : constants)) !== undefined;
  };
  const detail = `this $${root} is no text: a key is made of strings that are not empty, numbers, and true or false`;
  return product.envs.every(isText) ? [] : [detail];
}
