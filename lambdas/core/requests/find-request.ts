import * as z from "zod";
import { requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";
import { Time } from "../kernel/start-time.ts";

const Name = z.string().min(1).max(requestLimits.name);

/** What is looked for, to the letter. */
export const SearchedText = z.string().min(1).max(requestLimits.searchValue).refine(wellFormed, notWellFormed);

export const findFields = {
  q: SearchedText.meta({
    description:
      "The id of a job, an idempotency key, a key of `unique` or `debounce`, or the value of a field by which jobs are found. It is compared to the letter, and a number as it is written in JSON.",
    examples: ["A-17"],
  }),
  field: z
    .string()
    .min(1)
    .max(requestLimits.searchName)
    .optional()
    .meta({
      description: "Looks for values of this field only. Default: all fields that the key may search by, ids and keys.",
      examples: ["order"],
    }),
  status: z
    .literal("failed")
    .optional()
    .describe("Finds only jobs that have failed, the latest failure first. Default: all jobs, the latest made first."),
};

/** The body of a search. Unlike a query it may be for a sealed value. */
export const FindRequest = strict({
  product_tag: Name.optional().describe("Default: every product that the key has access to."),
  env: Name.optional().describe("Default: every env."),
  ...findFields,
  from: Time.optional().describe("When the job was made, or with `status` has failed, at the earliest."),
  to: Time.optional().describe("The same at the latest, exclusive."),
  limit: z.int().min(1).max(requestLimits.page).optional().describe(`Default: ${requestLimits.defaultPage}.`),
  cursor: z.string().max(requestLimits.cursor).optional().describe("The `next_cursor` of the page before."),
});
