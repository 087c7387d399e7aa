import * as z from "zod";
import { longestWritten } from "../../../core/job/code-messages.ts";
import { dayMs } from "../../../core/kernel/duration-ms.ts";

/** The latest that an error may put the next attempt off. */
const longestRetryAfterMs = 365 * dayMs;

const Outcome = z.discriminatedUnion("is", [
  z.object({ is: z.literal("completed"), value: z.object({ v: z.unknown() }) }),
  z.object({
    is: z.literal("failed"),
    by: z.enum(["threw", "input", "result", "timeout"]).catch("threw"),
    error: z.object({ name: z.string(), message: z.string(), stack: z.string().optional() }),
    retryable: z.boolean().optional(),
    retry_after_ms: z
      .number()
      .min(0)
      .transform((ms) => Math.min(ms, longestRetryAfterMs))
      .optional(),
    code: z.string().optional(),
    log: z
      .object({ text: z.string().transform((text) => text.slice(-longestWritten)), cut: z.boolean().exactOptional() })
      .optional()
      .catch(undefined),
  }),
]);

/** What the code of a product answers to a call. */
export const CodeAnswer = z.union([
  z.object({ v: z.literal(1), outcome: Outcome, progress: z.unknown().optional() }),
  z.object({ v: z.literal(1), refuse: z.object({ code: z.string(), message: z.string() }) }),
]);
export type CodeAnswer = z.output<typeof CodeAnswer>;
export type Failed = Extract<z.output<typeof Outcome>, { is: "failed" }>;
