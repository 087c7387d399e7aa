import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { grantMs } from "../../core/operations/api-limits.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { JobSchema } from "../../core/queries/schemas/job.ts";
import { viewOf } from "../../core/queries/view.ts";
import { RequestError } from "../../core/requests/request-error.ts";
import { jobOf } from "../job-of.ts";
import { aJob } from "../schemas/examples.ts";
import { awaited, PreferHeader, WaitQuery, waitOf } from "../wait-of.ts";

/** One job; with `?wait=N` or `Prefer: wait=N` (1 to 25 s) the moment it ends, or as it is after N seconds. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { jobs, clock, limits } = services;
  const job = await jobOf(jobs, request, "jobs:read");
  const { seconds, headers } = waitOf(request, limits.waitSeconds);
  const { job: after, refused } = await awaited(services, request, seconds, job);
  if (refused) throw tooManyWait(limits.waitsPerKey);
  const body = await viewOf(services, after ?? job, clock.now());
  return { status: 200, headers, body, about: job, waited: seconds > 0 };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Look at a job, or wait for it",
  description: "The job with its attempts and its result or error; never its input.",
  query: WaitQuery,
  headers: PreferHeader,
  answers: {
    200: {
      description: "The job as it stands.",
      schema: JobSchema(),
      headers: { "Preference-Applied": "The wait that was granted (RFC 7240)." },
      example: aJob,
    },
  },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND"],
});

const tooManyWait = (most: number) =>
  new RequestError(
    "RATE_LIMITED",
    `${most} requests of this key wait for jobs already. Ask again later, or without \`wait\`.`,
    { retryAfterSeconds: grantMs / 1000 },
  );
