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
 * Explains what a request for a job would lead to, without creating anything. It requires the scope of the request itself, so
 * that both are refused alike.
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
    "A dry run of POST /v1/jobs: it answers the job with its defaults, the route that it would take, its next run times with the effects of daylight saving time, its retry timetable and an estimate of its cost. It refuses what POST /v1/jobs refuses, but does not look at existing jobs, so it does not notice an idempotency key that is already used, nor a job that has the key of `debounce` or `unique`.",
  body: { schema: JobRequestSchema(), examples: jobRequestExamples },
  answers: { 200: { description: "What the request would lead to.", schema: ExplanationSchema() } },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
