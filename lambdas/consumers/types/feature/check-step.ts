import { makeCatalog, ownValue } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import { faultsBesideExpressions } from "../../../core/expressions/stand-ins.ts";
import { boundOf } from "../../../core/kernel/bounds.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { deepestNesting } from "../../../core/kernel/json-values.ts";
import { overflows } from "../../../core/kernel/overflows.ts";
import { placedFaults, rewriteRequest } from "../../../core/requests/spellings/rewrite.ts";
import type { JobStep } from "./steps.ts";

/**
 * The faults for which the event of a step would refuse it with any values of its expressions: of its input, app and timeout. A
 * step may have any documented spelling of a request. Pointers are relative to the step. An event that the product does not have
 * is reported elsewhere.
 */
export function checkAgainstEvent(
  step: Pick<JobStep, "event" | "app" | "input" | "timeout_ms">,
  product: Product,
  registry: Registry,
): Fault[] {
  const { event: name, app, input = {} } = step;
  const asked = { product_tag: product.tag, event: name, ...(app !== undefined && { app }), input };
  const catalog = makeCatalog([product], registry);
  const rewritten = rewriteRequest(asked, catalog);
  const request = rewritten.request as typeof asked;
  const event = ownValue(product.jobs, request.event);
  if (!event) return rewritten.faults;
  // What an event whose target is missing takes is not known.
  if (catalog.lookup(product.tag, request.event)?.target === undefined) return [];
  const definition = registry[event.type];
  const { max_timeout_ms } = definition.limits;
  const tooLong = (step.timeout_ms ?? 0) > max_timeout_ms;
  const limit = `at most ${max_timeout_ms} for a job of type ${event.type}.`;
  const inexact = overflows(request.input, ["input"]);
  // As deep as in the request that the step makes of it.
  const isDeep = boundOf(asked, { values: Number.POSITIVE_INFINITY, levels: deepestNesting }) === "levels";
  const tooDeep = `is nested deeper than ${deepestNesting} levels`;
  const where = { product, envs: product.envs, event, app };
  return [
    ...(tooLong ? [{ pointer: "/timeout_ms", detail: limit }] : []),
    ...rewritten.faults,
    ...placedFaults(rewritten, [
      ...(isDeep ? [{ pointer: "/input", detail: tooDeep }] : []),
      ...(inexact.length > 0 ? inexact : faultsBesideExpressions(request.input, definition, where)),
    ]),
  ];
}
