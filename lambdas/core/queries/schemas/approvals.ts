import * as z from "zod";
import { at } from "./at.ts";

const names = {
  id: z.string().describe("For `POST /v1/approvals/{id}`."),
  job_id: z.string().describe("The job of the run that waits."),
};

export const ApprovalSchema = z
  .object({
    ...names,
    product_tag: z.string(),
    env: z.string(),
    run: z.int().describe("The number of the run."),
    step: z.string().describe("The step that waits, as `sequence.step`."),
    title: z.string().describe("The question."),
    show: z
      .array(z.object({ label: z.string().exactOptional(), value: z.string() }))
      .exactOptional()
      .describe("What the person sees besides. Only for keys with `jobs:input`, as it comes from inputs and results."),
    choices: z.array(z.string()),
    asked: z.array(z.string()).describe("Who is asked by a message. The first to decide does so for all."),
    opened_at: at("Since when it is open."),
    until: at("When it ends by itself."),
  })
  .meta({ id: "Approval", description: "A step of a run that waits for the decision of a person." });

export const ApprovalListSchema = z
  .object({
    approvals: z.array(ApprovalSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
  })
  .meta({ id: "ApprovalList" });

export const ApprovalDecisionSchema = z
  .object({
    ...names,
    choice: z.string(),
    by: z.string().describe("The id of the key that decided."),
    at: at("When it was decided."),
    note: z.string().exactOptional(),
  })
  .meta({ id: "ApprovalDecision", description: "What was decided on an approval." });
