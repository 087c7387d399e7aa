import * as z from "zod";
import { lazy } from "../../core/schema/lazy.ts";

export const BulkResultSchema = lazy(() =>
  z
    .object({
      matched: z.int().describe("The jobs that this request found."),
      succeeded: z.int(),
      failed: z.int(),
      errors: z
        .array(z.object({ job_id: z.string(), code: z.string(), detail: z.string() }))
        .describe("One for each job that was not changed."),
      next_cursor: z.string().exactOptional().describe("To be sent with the same request for the jobs after these."),
    })
    .meta({ id: "BulkResult" }),
);
