import { own } from "../../../core/catalog/catalog.ts";
import type { JobTypeDefinition, Product, Registry } from "../../../core/catalog/job-type.ts";
import type { Fault } from "../../../core/errors.ts";
import { faultsBesideExpressions } from "../../../core/expressions/stand-ins.ts";
import type { StepDefinition } from "./steps.ts";

/**
 * The faults for which the event of a step would refuse it with any values of its expressions: of its input, app and timeout.
 * Pointers are relative to the step. An event that the product does not have is reported elsewhere.
 */
export function checkAgainstEvent(step: StepDefinition, product: Product, registry: Registry): Fault[] {
  const event = own(product.jobs, step.event);
  const definition = event && own<JobTypeDefinition>(registry, event.type);
  if (!event || !definition) return [];
  const { max_timeout_ms } = definition.limits;
  const tooLong = (step.timeout_ms ?? 0) > max_timeout_ms;
  const limit = `at most ${max_timeout_ms} for a job of type ${event.type}.`;
  return [
    ...(tooLong ? [{ pointer: "/timeout_ms", detail: limit }] : []),
    ...faultsBesideExpressions(step.input ?? {}, definition, { product, envs: product.envs, event, app: step.app }),
  ];
}
