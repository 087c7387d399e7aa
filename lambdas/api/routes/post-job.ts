import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { may } from "../../core/access/scopes.ts";
import { isFinished } from "../../core/job/job.ts";
import { scheduleJob } from "../../core/operations/schedule-job.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { JobSchema, ReceiptSchema } from "../../core/queries/schemas/job.ts";
import { receiptOf, viewOf } from "../../core/queries/view.ts";
import { parseRequest } from "../../core/requests/request.ts";
import { requestLimits } from "../../core/schema/request-limits.ts";
import { requireJobScope } from "../require-job-scope.ts";
import { aReceipt, jobRequestExamples } from "../schemas/examples.ts";
import { JobRequestSchema } from "../schemas/job-request.ts";
import { awaited, noWait, PreferHeader, WaitQuery, waitOf } from "../wait-of.ts";

const IdempotencyKey = z
  .string()
  .min(1)
  .max(requestLimits.idempotencyKey)
  .optional()
  .describe("The same as `idempotency_key` in the body.");
const headers = { Location: "The path of the job.", "Preference-Applied": "The wait that was granted (RFC 7240)." };

/** Schedules a job: 202 with its receipt, or with `Prefer: wait=N` 200 with the finished job if it ends in time. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  requireJobScope(request.scopes, request.body);
  const wait = waitOf(request, services.limits.waitSeconds);
  const { clock, catalog } = services;
  const accepted = parseRequest(request.body, catalog, clock.now(), request.headers["idempotency-key"]);
  const job = await scheduleJob(services, { ...accepted, request_id: request.id });
  // Who may not read the job does not get its result by waiting for it either.
  const { seconds, headers: applied } = may(request.scopes, "jobs:read", job) ? wait : noWait;
  const headers = { location: `/v1/jobs/${job.id}`, ...applied };
  const { job: after } = await awaited(services, request, seconds, job);
  if (after && seconds > 0 && isFinished(after)) {
    return { status: 200, headers, body: await viewOf(services, after, clock.now()), about: job, waited: true };
  }
  return { status: 202, headers, body: receiptOf(after ?? job, clock.now()), about: job, waited: seconds > 0 };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Schedule a job",
  description:
    "A key without `jobs:read` is answered 202 at once, whatever it wants to wait. With a `task_token` it needs `jobs:admin`.",
  query: WaitQuery,
  headers: PreferHeader.extend({ "Idempotency-Key": IdempotencyKey }),
  body: { schema: JobRequestSchema(), examples: jobRequestExamples },
  answers: {
    202: {
      description: "It is accepted: from now on it is not lost.",
      schema: ReceiptSchema(),
      headers,
      example: aReceipt,
    },
    200: {
      description: "It has finished within the time that the caller wanted to wait.",
      schema: JobSchema(),
      headers,
    },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "IDEMPOTENCY_MISMATCH",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
