import { httpRoute } from "../../aws/http-api.ts";
import type { Services } from "../../core/services.ts";
import { viewOf } from "../../core/view.ts";
import { waitForEnd } from "../../core/wait.ts";
import { jobOf } from "../job-of.ts";
import { waitOf } from "../wait-of.ts";

/** One job; with `?wait=N` or `Prefer: wait=N` (1 to 25 s) the moment it ends, or as it is after N seconds. */
export const getJob = httpRoute<Services>("GET", "/v1/jobs/{id}", async ({ jobs, blobs, clock }, request) => {
  const job = await jobOf(jobs, request, "jobs:read");
  const { seconds } = waitOf(request);
  const after = seconds > 0 ? await waitForEnd(jobs, clock, job.id, clock.now() + seconds * 1000, job) : job;
  return { status: 200, body: await viewOf(blobs, after ?? job, clock.now()) };
});
