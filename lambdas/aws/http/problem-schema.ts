import * as z from "zod";
import { jobStatuses } from "../../core/kernel/job-status.ts";
import { requestErrorCodes } from "../../core/kernel/request-error.ts";

export const ProblemSchema = z
  .object({
    type: z.string().describe("A URN with the code."),
    title: z.string(),
    status: z.int().describe("The HTTP status."),
    detail: z.string(),
    code: z.enum(["INTERNAL", ...requestErrorCodes]).describe("A stable code for programs."),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .exactOptional()
      .describe("The faults of the request, at most 100, each with a JSON pointer (RFC 6901) to its place."),
    errors_omitted: z.int().exactOptional().describe("The number of further faults that `errors` leaves out."),
    job_id: z
      .string()
      .exactOptional()
      .describe("The job that the error is about, or that exists in spite of the error."),
    job_status: z
      .enum(jobStatuses)
      .exactOptional()
      .describe("The status of that job, where it is the reason for the error."),
    request_id: z.string().exactOptional().describe("The id of the request in the logs of the API."),
  })
  .meta({ id: "Problem", description: "An error as RFC 9457 problem details." });

/** An error that API Gateway answers by itself. Its form cannot be changed. */
const GatewayMessageSchema = z
  .object({ message: z.string() })
  .meta({ id: "GatewayMessage", description: "An error that API Gateway answers by itself." });

/** An error with a status that the API or API Gateway may answer, as one schema for client generators. */
export const RefusalSchema = z.union([ProblemSchema, GatewayMessageSchema]).meta({
  id: "Refusal",
  description: "An error of the API as `application/problem+json`, or of API Gateway as `application/json`.",
});
