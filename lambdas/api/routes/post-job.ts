import * as z from "zod";
import { httpRoute } from "../../aws/http-api.ts";
import { isFinished } from "../../core/job.ts";
import { parseRequest } from "../../core/request.ts";
import { scheduleJob } from "../../core/schedule-job.ts";
import { requireScope } from "../../core/scopes.ts";
import type { Services } from "../../core/services.ts";
import { receiptOf, viewOf } from "../../core/view.ts";
import { waitForEnd } from "../../core/wait.ts";
import { aReceipt, jobRequestExamples } from "../schemas/examples.ts";
import { JobSchema, ReceiptSchema } from "../schemas/job.ts";
import { JobRequestSchema } from "../schemas/job-request.ts";
import { PreferHeader, WaitQuery, waitOf } from "../wait-of.ts";

const IdempotencyKey = z.string().min(1).max(255).optional().describe("The same as `idempotency_key` in the body.");
const headers = { Location: "The path of the job.", "Preference-Applied": "The wait that was granted (RFC 7240)." };

/** Schedules a job: 202 with its receipt, or with `Prefer: wait=N` 200 with the finished job if it ends in time. */
export const postJob = httpRoute<Services>(
  "POST",
  "/v1/jobs",
  async (services, request) => {
    const { product_tag, env } = (request.body ?? {}) as Record<string, unknown>;
    requireScope(request.scopes, "jobs:write", { product: product_tag, env });
    const { seconds, headers: applied } = waitOf(request);
    const { clock, catalog, jobs } = services;
    const accepted = parseRequest(request.body, catalog, clock.now(), request.headers["idempotency-key"]);
    const job = await scheduleJob(services, { ...accepted, request_id: request.id });
    const headers = { location: `/v1/jobs/${job.id}`, ...applied };
    const after = seconds > 0 ? await waitForEnd(jobs, clock, job.id, clock.now() + seconds * 1000, job) : job;
    if (after && seconds > 0 && isFinished(after)) {
      return { status: 200, headers, body: await viewOf(services, after, clock.now()), about: job, waited: true };
    }
    return { status: 202, headers, body: receiptOf(after ?? job, clock.now()), about: job, waited: seconds > 0 };
  },
  {
    takesQuery: true,
    doc: () => ({
      id: "scheduleJob",
      tag: "jobs",
      summary: "Schedule a job",
      scope: "jobs:write",
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
    }),
  },
);
