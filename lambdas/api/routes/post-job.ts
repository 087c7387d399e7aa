import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { may, requireJobScope } from "../../core/access/scopes.ts";
import { isFinished } from "../../core/job/job.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { admitRequest, scheduleRequest } from "../../core/operations/schedule-requests.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { awaited } from "../../core/operations/wait.ts";
import { JobSchema, ReceiptSchema } from "../../core/queries/schemas/job.ts";
import { receiptOf, viewOf } from "../../core/queries/view.ts";
import { seenBy } from "../job-of.ts";
import { noWait, PreferHeader, requestedWait, WaitQuery } from "../parse-query.ts";
import { ductapeSpellings } from "../schemas/ductape-spellings.ts";
import { aReceipt, jobRequestExamples } from "../schemas/examples.ts";
import { JobRequestSchema } from "../schemas/job-request.ts";
import { traceHeaders } from "../schemas/trace-headers.ts";

/** Schedules a job. Answers 202 with its receipt or, where the caller waits and the job ends in time, 200 with the finished job. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  requireJobScope(request.scopes, request.body);
  const wait = requestedWait(request, services.limits.waitSeconds);
  const { clock } = services;
  const came = { ...request.kept, at: clock.now(), key: request.headers["idempotency-key"] };
  const accepted = await admitRequest(services, request.body, came);
  const { job, ...shared } = await scheduleRequest(services, accepted);
  // A key that may not read jobs must not get the result by waiting for it either.
  const { seconds, headers: applied } = may(request.scopes, "jobs:read", job) ? wait : noWait;
  const headers = { location: `/v1/jobs/${job.id}`, ...applied };
  const { job: after } = await awaited(services, request.caller, seconds, job);
  if (after && seconds > 0 && isFinished(after)) {
    return {
      status: 200,
      headers,
      body: await viewOf(services, after, clock.now(), seenBy(request, job)),
      about: job,
      waited: true,
    };
  }
  return { status: 202, headers, body: receiptOf(after ?? job, clock.now(), shared), about: job, waited: seconds > 0 };
}

const IdempotencyKey = z
  .string()
  .min(1)
  .max(requestLimits.idempotencyKey)
  .optional()
  .describe("Has the same meaning as `idempotency_key` in the body.");

const headerDocs = {
  Location: "The path of the job.",
  "Preference-Applied": "The wait that was applied (RFC 7240).",
};

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Schedule a job",
  description:
    "Answers 202 with a receipt as soon as the job is stored. With `wait` or `Prefer: wait=N` the request stays open until the job has finished; a key without `jobs:read` never waits. A request with a `task_token` requires `jobs:admin`. With an idempotency key the request is safe to repeat.\n\n" +
    ductapeSpellings,
  query: WaitQuery,
  headers: PreferHeader.extend({ "Idempotency-Key": IdempotencyKey, ...traceHeaders() }),
  body: { schema: JobRequestSchema, examples: jobRequestExamples },
  answers: {
    202: {
      description: "The job is accepted and stored.",
      schema: ReceiptSchema,
      headers: headerDocs,
      example: aReceipt,
    },
    200: {
      description: "The job has finished within the time that the caller asked to wait.",
      schema: JobSchema,
      headers: headerDocs,
    },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "STATE_CONFLICT",
    "IDEMPOTENCY_MISMATCH",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
