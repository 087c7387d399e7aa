import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { Services } from "../../core/operations/services.ts";
import { explain } from "../../core/queries/explain.ts";
import { ExplanationSchema } from "../../core/queries/schemas/explanation.ts";
import { parseRequest } from "../../core/requests/request.ts";
import { requireJobScope } from "../require-job-scope.ts";
import { jobRequestExamples } from "../schemas/examples.ts";
import { JobRequestSchema } from "../schemas/job-request.ts";

/**
 * What a request for a job would come to; nothing is created. It needs the scope that the request itself needs, so that
 * the answer to one is the answer to the other.
 */
export async function handle(
  { catalog, clock }: Services,
  { body, scopes, headers }: HttpRequest,
): Promise<HttpResponse> {
  requireJobScope(scopes, body);
  const now = clock.now();
  return { status: 200, body: explain(parseRequest(body, catalog, now, headers["idempotency-key"]), now) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Explain a request without scheduling it",
  description:
    "A dry run of POST /v1/jobs: the job as it would be, the way it would take, its next times with what changes of the clocks do to them, when its attempts would start, and what it would cost. Refuses what POST /v1/jobs refuses, but does not look at jobs that exist: a used idempotency key goes unnoticed.",
  body: { schema: JobRequestSchema(), examples: jobRequestExamples },
  answers: { 200: { description: "What the request would come to.", schema: ExplanationSchema() } },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
