import * as z from "zod";
import { jobTypes } from "../../job/job.ts";
import { at } from "./at.ts";
import { JobErrorCodeSchema } from "./failure.ts";

export const ErrorGroupSchema = z
  .object({
    fingerprint: z
      .string()
      .describe(
        "Names the group within its product and env. `other`: what failed on a day that had 500 groups already.",
      ),
    product_tag: z.string(),
    env: z.string(),
    event: z.string(),
    type: z.enum(jobTypes),
    code: JobErrorCodeSchema,
    provider_code: z.string().exactOptional().describe("The provider's own code of the failure."),
    message: z
      .string()
      .describe("The message, with placeholders such as `<number>` for ids, numbers, quoted texts and addresses."),
    count: z.int().min(1).describe("How many runs failed."),
    first_at: at("When the first of them failed."),
    last_at: at("When the last of them failed."),
    sample_job_id: z.string().describe("The job that failed last."),
  })
  .meta({ id: "ErrorGroup" });

export const ErrorListSchema = z
  .object({
    from: at("The start of the first counted day."),
    to: at("The end of the last counted day."),
    errors: z.array(ErrorGroupSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
  })
  .meta({ id: "ErrorList" });
