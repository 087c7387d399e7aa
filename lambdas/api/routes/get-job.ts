import { httpRoute } from "../../aws/http-api.ts";
import { RequestError } from "../../core/errors.ts";
import { jobIdPattern } from "../../core/job-id.ts";
import { requireScope } from "../../core/scopes.ts";
import type { Services } from "../../core/services.ts";
import { viewOf } from "../../core/view.ts";
import { waitForEnd } from "../../core/wait.ts";
import { waitOf } from "../wait-of.ts";

/** One job; with `?wait=N` or `Prefer: wait=N` (1 to 25 s) the moment it ends, or as it is after N seconds. */
export const getJob = httpRoute<Services>("GET", "/v1/jobs/{id}", async ({ jobs, blobs, clock }, request) => {
  const { id = "" } = request.params;
  const job = jobIdPattern.test(id) ? await jobs.get(id) : undefined;
  if (!job) throw new RequestError("JOB_NOT_FOUND", "There is no job with this id; finished jobs are kept for a time.");
  requireScope(request.scopes, "jobs:read", job);
  const { seconds } = waitOf(request);
  const after = seconds > 0 ? await waitForEnd(jobs, clock, id, clock.now() + seconds * 1000, job) : job;
  return { status: 200, body: await viewOf(blobs, after ?? job, clock.now()) };
});
