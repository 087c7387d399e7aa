import type { Product } from "../../../core/catalog/job-type.ts";
import { ExpressionFault, type ValueReference } from "../../../core/expressions/expression.ts";
import { readTemplate } from "../../../core/expressions/template.ts";
import { catalogTemplateFaults, type TemplateFault } from "../../../core/expressions/template-faults.ts";
import { fieldAt } from "../../../core/expressions/values.ts";
import { didYouMean } from "../../../core/kernel/schema.ts";
import type { PlacedStep } from "./steps.ts";
import { type FeatureTarget, itemLimits, itemNames } from "./target.ts";

interface Checked {
  target: FeatureTarget;
  product: Product;
}

type Check = (reference: ValueReference) => string[];

/** The faults of the items of a step: what cannot be a list, and too many of them. */
export function itemsFaults({ step, path }: PlacedStep, checked: Checked, check: Check): TemplateFault[] {
  if (!step.for_each) return [];
  const { items, max = itemLimits.items } = step.for_each;
  const at = [...path, "for_each", "items"];
  const known = typeof items === "string" ? knownKind(items, checked) : undefined;
  const many = Array.isArray(items) ? items.length : 0;
  return [
    ...catalogTemplateFaults(items, at, check),
    ...(known === undefined ? [] : [{ path: at, detail: known }]),
    ...(many > max ? [{ path: at, detail: `has ${many} items, and the step takes ${max} at most` }] : []),
  ];
}

/** Why a template can be no list. Undefined if it can, or if that is not known before it is evaluated. */
function knownKind(text: string, { target, product }: Checked): string | undefined {
  const notOne = 'must be a list, or one expression whose value is a list, such as "$Input{lines}"';
  try {
    const template = readTemplate(text);
    if (template.kind !== "value") return notOne;
    const { expression } = template;
    if (expression.kind === "literal") return notOne;
    if (expression.kind !== "reference") return undefined;
    return ofReference(expression, target, product);
  } catch (error) {
    // An expression that does not parse has its own fault.
    if (error instanceof ExpressionFault) return undefined;
    throw error;
  }
}

function ofReference(
  { root, path }: ValueReference,
  { input }: FeatureTarget,
  { constants }: Product,
): string | undefined {
  if (root === "Now") return "$Now is a time, and no list";
  const [field, ...more] = path;
  if (root === "Input" && field === undefined) return "$Input as a whole is no list: refer to a field of it";
  const type = root === "Input" && more.length === 0 && input ? input[field ?? ""]?.type : undefined;
  if (type !== undefined && type !== "array")
    return `the feature declares its input "${field}" as ${type}, and not as array`;
  const constant = root === "Constant" ? path.reduce<unknown>(fieldAt, constants ?? {}) : undefined;
  return constant === undefined || Array.isArray(constant) ? undefined : "this $Constant is no list";
}

export const eachKnown = "$Each is known in the input of a step with for_each only";

/** What is wrong with a reference to the item of a step, in its input. */
export function eachFaults({ path: [name] }: ValueReference, { step: { for_each } }: PlacedStep): string[] {
  if (!for_each) return [eachKnown];
  const names = [for_each.as ?? itemNames.usual, itemNames.index];
  if (name === undefined) return [`a name is missing: $Each{${names[0]}}`];
  return names.includes(name) ? [] : [`the step calls its item "${names[0]}".${didYouMean(name, names)}`];
}
