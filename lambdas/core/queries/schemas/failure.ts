import * as z from "zod";
import { type JobErrorCode, jobErrorCodes } from "../../job/job-error.ts";

export const JobErrorCodeSchema = z.enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]]);

export const ProviderCodeSchema = z
  .string()
  .max(64)
  .describe("The provider's own code of the failure, such as `40P01` or `card_declined`.");

export const JobFailureSchema = z
  .object({
    code: JobErrorCodeSchema,
    message: z.string(),
    retryable: z.boolean().describe("Whether another attempt may help."),
    provider_code: ProviderCodeSchema.exactOptional(),
  })
  .meta({ id: "JobFailure" });
