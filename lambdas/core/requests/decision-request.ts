import * as z from "zod";
import { requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";

/** A decision on an approval. */
export const DecisionRequest = strict({
  choice: z
    .string()
    .min(1)
    .meta({ description: "One of the `choices` of the approval.", examples: ["approve"] }),
  note: z
    .string()
    .max(requestLimits.approvalNote)
    .refine(wellFormed, notWellFormed)
    .optional()
    .describe("Why; kept with the decision, and passed on to later steps."),
});
