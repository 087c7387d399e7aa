import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { jobCost } from "../../core/queries/job-cost.ts";
import { JobCostSchema } from "../../core/queries/schemas/costs.ts";
import { callersJob } from "../job-of.ts";

/** Returns what a job has used, times list prices. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const job = await callersJob(services.jobs, request, "jobs:read");
  return { status: 200, body: await jobCost(services, job, services.clock.now()), about: job };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Say what a job has cost",
  description:
    "What the job has used so far, times list prices, with the steps of a feature and the latest 100 runs of a series; beside it what `POST /v1/explain` says of such a job. An estimate from what is kept of the job, without free tiers. At most 1,000 jobs of steps are looked at.",
  answers: { 200: { description: "What it has cost.", schema: JobCostSchema } },
  errors: ["JOB_NOT_FOUND"],
});
