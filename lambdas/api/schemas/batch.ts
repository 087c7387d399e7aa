import * as z from "zod";
import { ProblemSchema } from "../../aws/http/problem-schema.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { ReceiptSchema } from "../../core/queries/schemas/job.ts";
import { JobRequestSchema } from "./job-request.ts";

export const BatchRequestSchema = z.strictObject({ jobs: z.array(JobRequestSchema).min(1).max(requestLimits.batch) });

export const BatchResultSchema = z
  .object({
    results: z
      .array(
        z.object({
          index: z.int().min(0),
          status: z.int().describe("The HTTP status that POST /v1/jobs would have answered for this job alone."),
          job: ReceiptSchema.exactOptional(),
          error: ProblemSchema.exactOptional(),
        }),
      )
      .describe("One result per job, in the order of the request."),
    accepted: z.int(),
    rejected: z.int(),
  })
  .meta({ id: "BatchResult" });
