import * as z from "zod";
import { type JobErrorCode, jobErrorCodes } from "../../job/job-error.ts";

export const JobErrorCodeSchema = z
  .enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]])
  .describe("A stable code that says why an attempt failed.");

export const ProviderCodeSchema = z
  .string()
  .max(64)
  .meta({
    description: "The provider's own code of the failure, if it gave one.",
    examples: ["card_declined", "40P01"],
  });

export const JobFailureSchema = z
  .object({
    code: JobErrorCodeSchema,
    message: z.string(),
    retryable: z.boolean().describe("Whether another attempt may succeed."),
    provider_code: ProviderCodeSchema.exactOptional(),
  })
  .meta({ id: "JobFailure", description: "Why an attempt failed." });

export const ThrownSchema = z
  .object({
    name: z.string().meta({ description: "The error's name.", examples: ["TypeError"] }),
    message: z.string(),
    stack: z
      .string()
      .exactOptional()
      .describe("Where it was thrown, by the lines of the source. The last three attempts have one."),
  })
  .meta({ id: "Thrown", description: "What a function of the product's own code has thrown." });
