import * as z from "zod";
import { fieldsFaults } from "../../../core/kernel/fields.ts";
import { fieldsJsonSchema } from "../../../core/kernel/fields-json-schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { defineJobType } from "../define-job-type.ts";
import { definedStepOf, graphStepOf, hasUndo, stepsOf, templatesIn, undoneIn } from "./steps.ts";
import { type AnyFeature, isHandled } from "./target.ts";

const declaredSteps = (target: AnyFeature) => (isHandled(target) ? [] : stepsOf(target));

/** The input of a feature: any object, checked against the feature's own input schema. */
const featureInput = z.record(z.string(), z.unknown());

export const feature = defineJobType<AnyFeature>()({
  type: "feature",
  summary: "Run a sequence of other job events.",
  requestName: "Record<string, unknown>",
  section: "features",
  targetField: "feature",
  standsAlone: true,
  input: featureInput,
  inputSchemaOf: (_event, { input }) => input && fieldsJsonSchema(input),
  event: () => ({ feature: Tag }),
  graph: (target) => declaredSteps(target).map(graphStepOf),
  steps: (target) => declaredSteps(target).map(definedStepOf),
  texts: (target) => [
    declaredSteps(target).map(({ step }) => [templatesIn(step), undoneIn(step)]),
    "output" in target ? target.output : undefined,
  ],
  // Whether code has anything to undo, it knows itself.
  undoes: (target) => isHandled(target) || stepsOf(target).some(hasUndo),
  takesAnySignal: (target) => isHandled(target) && target.signals === undefined,
  signals: ({ signals = {} }) =>
    Object.fromEntries(Object.entries(signals).map(([name, { schema }]) => [name, schema])),
  checkInput: ({ target, input }) => (target.input ? fieldsFaults(target.input, input, ["input"]) : []),
  example: { event: "place_order", input: { customer: "c-42", sku: "A-1", quantity: 2 } },
  // The timeout is that of one decision; the feature may last for months. A failed step fails the feature without a retry.
  defaults: { timeout_ms: 30_000, retries: 0 },
  limits: { max_timeout_ms: 60_000, memory_mb: 320 },
});
