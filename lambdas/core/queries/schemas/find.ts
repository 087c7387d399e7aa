import * as z from "zod";
import { at } from "./at.ts";
import { JobSummarySchema } from "./list.ts";

/** What names a job directly. */
export const directKeys = ["job_id", "idempotency_key", "unique", "debounce"] as const;

export const FoundJobSchema = z
  .object({
    keys: z
      .array(z.enum(directKeys))
      .describe("Which of its own names the text is: its id, or a key of a request that it has."),
    fields: z.array(z.string()).describe("The fields of its event in which it has the value."),
    sealed: z
      .array(z.string())
      .exactOptional()
      .describe("Those of the fields that are sealed: the value must stand in no address. Absent: none."),
    job: JobSummarySchema,
  })
  .meta({ id: "FoundJob", description: "A job, and by what it was found." });

export const FoundJobsSchema = z
  .object({
    found: z.array(FoundJobSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page. Absent on the last page."),
    examined: z
      .int()
      .exactOptional()
      .describe("How many jobs were looked at for this page, if it is short although more follow."),
    looked_back_to: at("The time of the last job that was looked at for such a page.").exactOptional(),
  })
  .meta({ id: "FoundJobs" });
