import type { CatalogEvent } from "../catalog/catalog.ts";
import type { GraphStep } from "../catalog/job-type.ts";
import type { StepView } from "./step-view.ts";

/**
 * How the steps of a feature depend on each other, in the order in which `found`, the definition of the run or the present catalog, has
 * them. It has the steps whose states are shown: of a run that keeps no definition, one that the catalog gained after it completed was
 * never part of it, and of one that the catalog has lost only the state is known. Nothing if the catalog has the event no longer.
 */
export function graphShown(
  found: Pick<CatalogEvent, "definition" | "target"> | undefined,
  steps: Record<string, StepView>,
): { graph?: GraphStep[] } {
  const graph = found?.definition.graph?.(found.target);
  if (!graph) return {};
  const isShown = (step: string) => Object.hasOwn(steps, step);
  const shown = graph.filter(({ step }) => isShown(step));
  return { graph: shown.map((step) => ({ ...step, depends_on: step.depends_on.filter(isShown) })) };
}
