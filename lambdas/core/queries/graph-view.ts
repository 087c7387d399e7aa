import type { Catalog } from "../catalog/catalog.ts";
import type { GraphStep } from "../catalog/job-type.ts";
import type { Job } from "../job/job.ts";
import type { StepView } from "./step-view.ts";

/**
 * How the steps of a feature depend on each other, in the order of the present catalog. It has the steps whose states are
 * shown: one that the catalog gained after the feature completed was never part of it, and of one that the catalog has lost only
 * the state is known. Nothing if the catalog has the event no longer.
 */
export function graphShown(
  catalog: Pick<Catalog, "lookup">,
  { product, event }: Job,
  steps: Record<string, StepView>,
): { graph?: GraphStep[] } {
  const found = catalog.lookup(product, event);
  const graph = found?.definition.graph?.(found.target);
  if (!graph) return {};
  const isShown = (step: string) => Object.hasOwn(steps, step);
  const shown = graph.filter(({ step }) => isShown(step));
  return { graph: shown.map((step) => ({ ...step, depends_on: step.depends_on.filter(isShown) })) };
}
