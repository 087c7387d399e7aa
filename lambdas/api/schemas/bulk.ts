import * as z from "zod";
import { JobSummarySchema } from "../../core/queries/schemas/list.ts";
import { searchedFields } from "../../core/queries/schemas/searched.ts";

export const BulkErrorSchema = z
  .object({
    job_id: z.string(),
    code: z.string().meta({ description: "A stable code.", examples: ["STATE_CONFLICT"] }),
    detail: z.string(),
  })
  .describe("Why a job was not changed.");

export const BulkResultSchema = z
  .object({
    matched: z.int().describe("The number of jobs that this request found."),
    succeeded: z.int(),
    failed: z.int(),
    errors: z.array(BulkErrorSchema).describe("One for each job that was not changed."),
    would_change: z
      .array(JobSummarySchema)
      .exactOptional()
      .describe("Of a dry run only: the jobs that would be changed, as they are now. `succeeded` counts them."),
    next_cursor: z
      .string()
      .exactOptional()
      .describe("Repeat the request with this as `cursor` to change the jobs that follow. Absent at the end."),
    ...searchedFields,
  })
  .meta({ id: "BulkResult", description: "The outcome of a bulk change." });
