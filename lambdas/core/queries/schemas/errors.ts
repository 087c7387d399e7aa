import * as z from "zod";
import { at } from "./at.ts";
import { JobErrorCodeSchema, ProviderCodeSchema } from "./failure.ts";
import { JobTypeSchema } from "./job.ts";

export const ErrorGroupSchema = z
  .object({
    fingerprint: z
      .string()
      .describe(
        "Names the group within its product and env. `other`: what failed on a day that had 500 groups already.",
      ),
    product_tag: z.string().describe("The product of the event."),
    env: z.string().describe("The environment in which it failed."),
    event: z.string().describe("The event that failed."),
    type: JobTypeSchema.describe("Its type."),
    code: JobErrorCodeSchema,
    provider_code: ProviderCodeSchema.exactOptional(),
    message: z
      .string()
      .describe("The message, with placeholders such as `<number>` for ids, numbers, quoted texts and addresses."),
    count: z.int().min(1).describe("How many runs failed."),
    first_at: at("When the first of them failed."),
    last_at: at("When the last of them failed."),
    sample_job_id: z.string().describe("The job that failed last."),
  })
  .meta({
    id: "ErrorGroup",
    description: "Runs that failed for one cause: the same event, code, provider's code and message.",
  });

export const ErrorListSchema = z
  .object({
    from: at("The start of the first counted day."),
    to: at("The end of the last counted day."),
    errors: z.array(ErrorGroupSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
  })
  .meta({ id: "ErrorList" });
