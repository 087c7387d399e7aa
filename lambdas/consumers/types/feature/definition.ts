import * as z from "zod";
import type { JobTypeDefinition } from "../../../core/catalog/job-type.ts";
import { lazy } from "../../../core/schema/lazy.ts";
import { Tag } from "../../../core/schema/tag.ts";
import { checkFeatureInput, featureInputSchema } from "./input-schema.ts";
import { stepsOf } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";

/** The input of a feature: any object, checked against the feature's own input schema. */
export const featureInput = lazy(() => z.record(z.string(), z.unknown()));
export type FeatureInput = z.infer<ReturnType<typeof featureInput>>;

export const feature = {
  type: "feature",
  summary: "Run a sequence of other job events.",
  requestName: "Record<string, unknown>",
  section: "features",
  targetField: "feature",
  input: featureInput,
  inputSchemaOf: (target) => featureInputSchema((target as FeatureTarget).input),
  eventFields: () => ({ feature: Tag }),
  stepNames: (target) => stepsOf(target as FeatureTarget).map(({ key }) => key),
  checkInput: ({ target, input }) => checkFeatureInput((target as FeatureTarget).input, input),
  // The timeout is that of one decision: the feature may last for months. A failed step fails it without another attempt.
  defaults: { timeout_ms: 30_000, retries: 0 },
  limits: { max_timeout_ms: 60_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
