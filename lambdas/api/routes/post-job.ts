import { httpRoute } from "../../aws/http-api.ts";
import { isFinished } from "../../core/job.ts";
import { parseRequest } from "../../core/request.ts";
import { scheduleJob } from "../../core/schedule-job.ts";
import { requireScope } from "../../core/scopes.ts";
import type { Services } from "../../core/services.ts";
import { receiptOf, viewOf } from "../../core/view.ts";
import { waitForEnd } from "../../core/wait.ts";
import { waitOf } from "../wait-of.ts";

/** Schedules a job: 202 with its receipt, or with `Prefer: wait=N` 200 with the finished job if it ends in time. */
export const postJob = httpRoute<Services>("POST", "/v1/jobs", async (services, request) => {
  const { product_tag, env } = (request.body ?? {}) as Record<string, unknown>;
  requireScope(request.scopes, "jobs:write", { product: product_tag, env });
  const { seconds, preferred } = waitOf(request);
  const { clock, catalog, jobs, blobs } = services;
  const accepted = parseRequest(request.body, catalog, clock.now(), request.headers["idempotency-key"]);
  const job = await scheduleJob(services, accepted);
  const headers = {
    location: `/v1/jobs/${job.id}`,
    ...(preferred && { "preference-applied": `wait=${seconds}` }),
  };
  const after = seconds > 0 ? await waitForEnd(jobs, clock, job.id, clock.now() + seconds * 1000, job) : job;
  if (after && seconds > 0 && isFinished(after)) {
    return { status: 200, headers, body: await viewOf(blobs, after, clock.now()) };
  }
  return { status: 202, headers, body: receiptOf(after ?? job, clock.now()) };
});
