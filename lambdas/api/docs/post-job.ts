import * as z from "zod";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { JobSchema, ReceiptSchema } from "../../core/queries/schemas/job.ts";
import { ductapeSpellings } from "../schemas/ductape-spellings.ts";
import { aReceipt, jobRequestExamples } from "../schemas/examples.ts";
import { JobRequestSchema } from "../schemas/job-request.ts";
import { PreferHeader, WaitQuery } from "../wait-of.ts";

const IdempotencyKey = z
  .string()
  .min(1)
  .max(requestLimits.idempotencyKey)
  .optional()
  .describe("Has the same meaning as `idempotency_key` in the body.");
const headers = { Location: "The path of the job.", "Preference-Applied": "The wait that was applied (RFC 7240)." };

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Schedule a job",
  description:
    "Answers 202 with a receipt as soon as the job is stored. With `wait` or `Prefer: wait=N` the request stays open until the job has finished; a key without `jobs:read` never waits. A request with a `task_token` requires `jobs:admin`. With an idempotency key the request is safe to repeat.\n\n" +
    ductapeSpellings,
  query: WaitQuery,
  headers: PreferHeader.extend({ "Idempotency-Key": IdempotencyKey }),
  body: { schema: JobRequestSchema(), examples: jobRequestExamples },
  answers: {
    202: {
      description: "The job is accepted and stored.",
      schema: ReceiptSchema(),
      headers,
      example: aReceipt,
    },
    200: {
      description: "The job has finished within the time that the caller asked to wait.",
      schema: JobSchema(),
      headers,
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
