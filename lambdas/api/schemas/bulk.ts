import * as z from "zod";
import { lazy } from "../../core/schema/lazy.ts";

export const BulkResultSchema = lazy(() =>
  z
    .object({
      matched: z.int().describe("The number of jobs that this request found."),
      succeeded: z.int(),
      failed: z.int(),
      errors: z
        .array(z.object({ job_id: z.string(), code: z.string(), detail: z.string() }))
        .describe("One error per job that was not changed."),
      next_cursor: z
        .string()
        .exactOptional()
        .describe("Repeat the request with this as `cursor` to change the jobs that follow. Absent at the end."),
    })
    .meta({ id: "BulkResult" }),
);
