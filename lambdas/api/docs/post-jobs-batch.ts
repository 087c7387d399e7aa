import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { BatchRequestSchema, BatchResultSchema } from "../schemas/batch.ts";
import { aReceipt, exampleOf } from "../schemas/examples.ts";

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Schedule up to 100 jobs at once",
  description:
    "The jobs are independent: one that is refused does not affect the others. Give each job its own `idempotency_key`.",
  body: {
    schema: BatchRequestSchema(),
    examples: { two: { jobs: [exampleOf("action"), exampleOf("function")] } },
  },
  answers: {
    200: {
      description: "The outcome of each job.",
      schema: BatchResultSchema(),
      example: { results: [{ index: 0, status: 202, job: aReceipt }], accepted: 1, rejected: 0 },
    },
  },
  errors: ["INVALID_REQUEST", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
});
