import * as z from "zod";
import { jobStatuses } from "../../core/job/job.ts";
import { requestErrorCodes } from "../../core/requests/request-error.ts";
import { lazy } from "../../core/schema/lazy.ts";

export const ProblemSchema = lazy(() =>
  z
    .object({
      type: z.string().describe("A URN of the code."),
      title: z.string(),
      status: z.int().describe("The HTTP status."),
      detail: z.string(),
      code: z.enum(["INTERNAL", ...requestErrorCodes]).describe("A stable word."),
      errors: z
        .array(z.object({ pointer: z.string(), detail: z.string() }))
        .exactOptional()
        .describe("The faults of the request, at most 100, each with the RFC 6901 pointer to it."),
      errors_omitted: z.int().exactOptional().describe("How many faults there are besides those in `errors`."),
      job_id: z.string().exactOptional().describe("The job that the error is about, or that exists in spite of it."),
      job_status: z.enum(jobStatuses).exactOptional().describe("The status of that job, where it forbids the request."),
      request_id: z.string().exactOptional().describe("What the log has it under."),
    })
    .meta({ id: "Problem", description: "RFC 9457." }),
);

/** What API Gateway answers by itself; its words cannot be changed there. */
export const GatewayMessageSchema = lazy(() =>
  z.object({ message: z.string() }).meta({ id: "GatewayMessage", description: "What API Gateway answers by itself." }),
);

/** An error at a status where either may answer: a client that reads both needs one schema for them. */
export const RefusalSchema = lazy(() =>
  z.union([ProblemSchema(), GatewayMessageSchema()]).meta({
    id: "Refusal",
    description: "The API's own answer as `application/problem+json`, or that of API Gateway as `application/json`.",
  }),
);
