import { ownValue } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import { referencesInTemplate } from "../../../core/expressions/evaluate.ts";
import type { ValueReference } from "../../../core/expressions/expression.ts";
import type { TemplateFault } from "../../../core/expressions/template-faults.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import { eachFaults, eachKnown } from "./check-for-each.ts";
import { isUndoneForEach, type PlacedStep, startsJob, type UndoneStep } from "./steps.ts";
import { itemNames } from "./target.ts";

/** What a reference in the input of a step's undo may be besides those of the step's own input: the result of the step. */
export const inUndo =
  ({ key }: PlacedStep, check: (reference: ValueReference) => string[]) =>
  (reference: ValueReference): string[] => {
    const { root, path } = reference;
    if (root === "Step") return [];
    return root === "Sequence" && `${path[0]}.${path[1]}` === key ? [] : check(reference);
  };

/** What is wrong with a reference to the item in the input of a step's undo, which is made for each item only where that is said. */
export const inItemUndo =
  (placed: UndoneStep) =>
  (reference: ValueReference): string[] => {
    if (!isUndoneForEach(placed))
      return [
        placed.step.for_each
          ? "$Each is known in an undo with `each: true` only: without it the step is undone once"
          : eachKnown,
      ];
    const { items } = placed.step.for_each;
    const faults = eachFaults(reference, placed);
    const passing = referencesInTemplate(items).find(({ root }) => root === "Now" || root === "Variable");
    if (faults.length > 0 || !passing || reference.path[0] === itemNames.index) return faults;
    return [
      `the items are made of $${passing.root}, which may be another one when the step is undone: let the result of the step have what its undo needs, as $Step`,
    ];
  };

/** `on_parent_end` of a step that is no feature: what it runs ends soon by itself, and has nobody to go on for. */
export function abandonFaults(placed: PlacedStep, product: Product, registry: Registry): TemplateFault[] {
  if (placed.step.on_parent_end === undefined || !startsJob(placed)) return [];
  const [named] = eventsNamed(product, registry, placed.step.event, placed.step.app);
  const event = named && ownValue(product.jobs, named.tag);
  if (!event || event.type === "feature") return [];
  const detail = `is for steps that run a feature, and "${named.tag}" is of type ${event.type}`;
  return [{ path: [...placed.path, "on_parent_end"], detail }];
}
