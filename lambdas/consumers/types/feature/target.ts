import * as z from "zod";
import { RetryConfig } from "../../../core/job/retry-config.ts";
import { fieldsSchema } from "../../../core/kernel/fields.ts";
import { milliseconds } from "../../../core/kernel/plain-faults.ts";
import { longestDelayMs, requestLimits } from "../../../core/kernel/request-limits.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { EventTag, Tag } from "../../../core/kernel/tag.ts";

/** A condition. It holds if all its comparisons hold. `value`, `equals` and `not_equals` are templates. */
export const Condition = strict({
  value: z.unknown(),
  equals: z.unknown().optional(),
  not_equals: z.unknown().optional(),
  /** Compares two numbers or two strings. */
  less_than: z.union([z.number(), z.string()]).optional(),
  greater_than: z.union([z.number(), z.string()]).optional(),
  /** The length of a string or a list. */
  length: z.union([z.int(), strict({ less_than: z.int().optional(), greater_than: z.int().optional() })]).optional(),
  /** Whether the value exists and is not null. */
  exists: z.boolean().optional(),
}).refine((condition) => Object.keys(condition).length > 1, { message: "compares with nothing" });
export type Condition = z.infer<typeof Condition>;

/** The most steps of a sequence, and the most steps that one step may depend on. */
export const mostSteps = 50;

export const Step = strict({
  /** The job event of this product that the step runs, of any type including features. */
  event: EventTag,
  /** The step's name within its sequence. Default: the event's tag. */
  step: EventTag.optional(),
  app: Tag.optional(),
  /** The job's input. Strings that are expressions are replaced by their values. */
  input: z.record(z.string(), z.unknown()).default({}),
  /**
   * Steps that must have ended before: `step` in the same sequence or `sequence.step`. Default: the step before it in
   * its sequence; an empty list starts it at once, in parallel with the others.
   */
  depends_on: z.array(z.string()).max(mostSteps).optional(),
  /** The step is skipped unless every condition holds. */
  if: z.union([Condition, z.array(Condition).min(1)]).optional(),
  /** Milliseconds between the end of the steps that it depends on and its start. */
  delay: milliseconds(0, longestDelayMs).optional(),
  /** The feature continues if this step fails. References to its result then lead nowhere. */
  allow_fail: z.boolean().optional(),
  retries: z.int().min(0).max(requestLimits.retries).optional(),
  retry_config: RetryConfig.optional(),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional(),
});
export type Step = z.infer<typeof Step>;

export const featureTarget = () =>
  strict({
    /** The fields of the input. Default: any object is accepted. */
    input: fieldsSchema.optional(),
    /** The steps of each sequence in their order. Sequences run in parallel unless `depends_on` says otherwise. */
    sequences: z.record(Tag, z.array(Step).min(1).max(mostSteps)),
    /** The feature's result, a template. Default: the results of the steps, by sequence and step, as long as they are small. */
    output: z.record(z.string(), z.unknown()).optional(),
  });
export type FeatureTarget = z.input<ReturnType<typeof featureTarget>>;
