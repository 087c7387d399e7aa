import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { Services } from "../../core/operations/services.ts";
import { explainJob } from "../../core/queries/explain-job.ts";
import { JobExplanationSchema } from "../../core/queries/schemas/job-explanation.ts";
import { callersJob } from "../job-of.ts";

/** Says what a job waits for, and why. */
export async function handle(services: Services, request: HttpRequest): Promise<HttpResponse> {
  const job = await callersJob(services.jobs, request, "jobs:read");
  return { status: 200, body: await explainJob(services, job, services.clock.now()), about: job };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Say what a job waits for",
  description:
    "Says in sentences why a job has not ended. For a run of a feature it has each open wait, with the messages that came in vain.",
  answers: { 200: { description: "What it waits for.", schema: JobExplanationSchema } },
  errors: ["JOB_NOT_FOUND"],
});
