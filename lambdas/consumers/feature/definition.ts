import * as z from "zod";
import { Tag } from "../../core/catalog.ts";
import type { JobTypeDefinition } from "../../core/job-type.ts";
import { strict } from "../../core/schema.ts";

/** The input of a feature: any object, checked against the feature's own input schema. */
export const FeatureInput = z.record(z.string(), z.unknown());
export type FeatureInput = z.infer<typeof FeatureInput>;

export const featureTarget = () =>
  strict({ steps: z.record(Tag, strict({ event: Tag, input: z.record(z.string(), z.unknown()) })) });
export type FeatureTarget = z.output<ReturnType<typeof featureTarget>>;

export const feature = {
  type: "feature",
  summary: "Run a sequence of other job events.",
  requestName: "Record<string, unknown>",
  section: "features",
  targetField: "feature",
  input: () => FeatureInput,
  target: featureTarget,
  eventFields: () => ({ feature: Tag }),
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 60_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
