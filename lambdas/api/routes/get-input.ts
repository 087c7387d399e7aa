import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { Services } from "../../core/operations/services.ts";
import { inputShown } from "../../core/queries/input-view.ts";
import { JobInputSchema } from "../../core/queries/schemas/input.ts";
import { callersJob } from "../job-of.ts";
import { aJob } from "../schemas/examples.ts";

/** Answers the input of a job, to keys that may see inputs. */
export async function handle(services: Services, request: HttpRequest): Promise<HttpResponse> {
  const job = await callersJob(services.jobs, request, "jobs:input");
  return { status: 200, body: await inputShown(services, job), about: job };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get the input of a job",
  description:
    "Answers the input as it was requested, without the parts that its event hides (`redact` in the catalog).",
  answers: {
    200: {
      description: "The input.",
      schema: JobInputSchema,
      example: {
        job_id: aJob.job_id,
        input: { params: { customer: "c-42" }, body: { sku: "A-1", card: "[redacted]" } },
        redacted: ["/body/card"],
      },
    },
  },
  errors: ["JOB_NOT_FOUND"],
});
