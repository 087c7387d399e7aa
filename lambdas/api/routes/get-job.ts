import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { grantMs } from "../../core/operations/api-limits.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { awaited } from "../../core/operations/wait.ts";
import { JobSchema } from "../../core/queries/schemas/job.ts";
import { viewOf } from "../../core/queries/view.ts";
import { callersJob, seenBy } from "../job-of.ts";
import { PreferHeader, requestedWait, WaitQuery } from "../parse-query.ts";
import { aJob } from "../schemas/examples.ts";

/** Returns one job. With `?wait=N` or `Prefer: wait=N` (1 to 25 s) it answers once the job has ended, or after N seconds. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { jobs, clock, limits } = services;
  const job = await callersJob(jobs, request, "jobs:read");
  const { seconds, headers } = requestedWait(request, limits.waitSeconds);
  const { job: after, refused } = await awaited(services, request.caller, seconds, job);
  if (refused) throw tooManyWait(limits.waitsPerKey);
  const body = await viewOf(services, after ?? job, clock.now(), seenBy(request, job));
  return { status: 200, headers, body, about: job, waited: seconds > 0 };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get a job, or wait for it to finish",
  description: "Answers the job with its attempts and its result or error. The input is never part of the answer.",
  query: WaitQuery,
  headers: PreferHeader,
  answers: {
    200: {
      description: "The job in its current state.",
      schema: JobSchema,
      headers: { "Preference-Applied": "The wait that was applied (RFC 7240)." },
      example: aJob,
    },
  },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND"],
});

const tooManyWait = (most: number) =>
  new RequestError(
    "RATE_LIMITED",
    `This key already has ${most} requests that wait for jobs. Try again later, or without \`wait\`.`,
    { retryAfterSeconds: grantMs / 1000 },
  );
