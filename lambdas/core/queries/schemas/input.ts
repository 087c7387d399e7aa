import * as z from "zod";

export const JobInputSchema = z
  .object({
    job_id: z.string(),
    input: z
      .unknown()
      .exactOptional()
      .describe(
        "The input as it is stored, or with `as=request` as a request for another job spells it, with `[redacted]` in place of the parts that its event hides.",
      ),
    redacted: z
      .array(z.string())
      .exactOptional()
      .describe("The JSON pointers of the parts that are hidden, as the catalog has them."),
    input_url: z
      .string()
      .exactOptional()
      .describe(
        "Where to download the JSON of an input that is too large for an answer. The URL is valid for an hour.",
      ),
    input_bytes: z
      .int()
      .exactOptional()
      .describe(
        "The size of an input that is too large for an answer and has no URL: its event hides parts of it, or `as=request` would spell it differently.",
      ),
  })
  .meta({ id: "JobInput", description: "The input of a job." });
