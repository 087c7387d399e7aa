import * as z from "zod";
import { lazy } from "../../core/schema/lazy.ts";
import { requestLimits } from "../../core/schema/request-limits.ts";
import { ReceiptSchema } from "./job.ts";
import { JobRequestSchema } from "./job-request.ts";
import { ProblemSchema } from "./problem.ts";

export const BatchRequestSchema = lazy(() =>
  z.strictObject({ jobs: z.array(JobRequestSchema()).min(1).max(requestLimits.batch) }),
);

export const BatchResultSchema = lazy(() =>
  z
    .object({
      results: z
        .array(
          z.object({
            index: z.int().min(0),
            status: z.int().describe("What POST /v1/jobs would have answered for this job alone."),
            job: ReceiptSchema().optional(),
            error: ProblemSchema().optional(),
          }),
        )
        .describe("In the order in which the jobs were sent."),
      accepted: z.int(),
      rejected: z.int(),
    })
    .meta({ id: "BatchResult" }),
);
