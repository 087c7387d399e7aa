import { ownValue } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import type { ValueReference } from "../../../core/expressions/expression.ts";
import type { TemplateFault } from "../../../core/expressions/template-faults.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import { type PlacedStep, startsJob } from "./steps.ts";

/** What a reference in the input of a step's undo may be besides those of the step's own input: the result of the step. */
export const inUndo =
  ({ key }: PlacedStep, check: (reference: ValueReference) => string[]) =>
  (reference: ValueReference): string[] => {
    const { root, path } = reference;
    if (root === "Step") return [];
    return root === "Sequence" && `${path[0]}.${path[1]}` === key ? [] : check(reference);
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
