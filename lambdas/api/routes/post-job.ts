import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { may } from "../../core/access/scopes.ts";
import { isFinished } from "../../core/job/job.ts";
import { scheduleRequest } from "../../core/operations/schedule-requests.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { withTokenFaults } from "../../core/operations/verify-session.ts";
import { receiptOf, viewOf } from "../../core/queries/view.ts";
import { parseRequest } from "../../core/requests/request.ts";
import { later } from "../later.ts";
import { requireJobScope } from "../require-job-scope.ts";
import { awaited, noWait, waitOf } from "../wait-of.ts";

/** Schedules a job. Answers 202 with its receipt or, where the caller waits and the job ends in time, 200 with the finished job. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  requireJobScope(request.scopes, request.body);
  const wait = waitOf(request, services.limits.waitSeconds);
  const { clock, catalog } = services;
  const now = clock.now();
  const accepted = await withTokenFaults(services, request.body, now, () =>
    parseRequest(request.body, catalog, now, request.headers["idempotency-key"]),
  );
  const { job, ...shared } = await scheduleRequest(services, { ...accepted, request_id: request.id });
  // A key that may not read jobs must not get the result by waiting for it either.
  const { seconds, headers: applied } = may(request.scopes, "jobs:read", job) ? wait : noWait;
  const headers = { location: `/v1/jobs/${job.id}`, ...applied };
  const { job: after } = await awaited(services, request, seconds, job);
  if (after && seconds > 0 && isFinished(after)) {
    return { status: 200, headers, body: await viewOf(services, after, clock.now()), about: job, waited: true };
  }
  return { status: 202, headers, body: receiptOf(after ?? job, clock.now(), shared), about: job, waited: seconds > 0 };
}

export const doc = async () => (await later()).earlyDocs.postJob();
