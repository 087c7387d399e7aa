import { ownValue } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import { sessionReferences } from "../../../core/expressions/session-references.ts";
import type { TemplateFault } from "../../../core/expressions/template-faults.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import { hasUndo, type PlacedJobStep, type PlacedStep, startsJob, undoStepOf } from "./steps.ts";

/** What no request could satisfy: texts that refer to two sessions, and steps whose feature needs a session. */
export function sessionRules(
  steps: PlacedStep[],
  texts: unknown,
  product: Product,
  registry: Registry,
): TemplateFault[] {
  const tags = [...new Set(sessionReferences(texts).map(({ path }) => path[0]))];
  const two = {
    path: ["sequences"],
    detail: `refers to claims of ${tags.length} sessions, and a request has one: ${tags.join(", ")}`,
  };
  return [
    ...(tags.length > 1 ? [two] : []),
    ...[...steps.filter(startsJob), ...steps.filter(hasUndo).map(undoStepOf)].flatMap((placed) =>
      nested(placed, product, registry),
    ),
  ];
}

function nested({ step, path }: PlacedJobStep, product: Product, registry: Registry): TemplateFault[] {
  const [named] = eventsNamed(product, registry, step.event, step.app);
  const event = named && ownValue(product.jobs, named.tag);
  if (event?.type !== "feature") return [];
  const target = ownValue((product.features ?? {}) as Record<string, unknown>, String(event.feature));
  if (target === undefined || sessionReferences(registry.feature.texts?.(target)).length === 0) return [];
  const detail = "runs a feature that refers to a session, which a step does not have: pass the claims in its input";
  return [{ path: [...path, "event"], detail }];
}
