import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireJobScope } from "../../core/access/scopes.ts";
import { defined } from "../../core/kernel/defined.ts";
import { admitRequest, withVerifiedSession } from "../../core/operations/schedule-requests.ts";
import type { SchedulingServices } from "../../core/operations/services.ts";
import { explain, loadOf } from "../../core/queries/explain.ts";
import { explainedCache } from "../../core/queries/explained-cache.ts";
import { explainedGates } from "../../core/queries/limit-view.ts";
import { ExplanationSchema } from "../../core/queries/schemas/explanation.ts";
import type { AcceptedRequest } from "../../core/requests/request.ts";
import { jobRequestExamples } from "../schemas/examples.ts";
import { JobRequestSchema } from "../schemas/job-request.ts";

/**
 * Explains what a request for a job would lead to, without creating anything. It requires the scope of the request itself, so
 * that both are refused alike.
 */
export async function handle(
  services: SchedulingServices,
  { body, scopes, headers }: HttpRequest,
): Promise<HttpResponse> {
  requireJobScope(scopes, body);
  const now = services.clock.now();
  const asked = await admitRequest(services, body, { at: now, key: headers["idempotency-key"] });
  const request = await withVerifiedSession(services, asked);
  const [load, pauses] = await Promise.all([loadOf(services, request, now), services.pauses.recent()]);
  const explained = explain(request, now, {
    load,
    pauses,
    registry: services.catalog.registry,
    memory: services.memory,
  });
  const [gates, cache] = await Promise.all([gatesShown(services, request), cacheShown(services, request)]);
  return { status: 200, body: { ...explained, ...defined({ gates, cache }) } };
}

const gatesShown = async (services: SchedulingServices, { product, env, gates }: AcceptedRequest) =>
  gates && explainedGates(services, { product: product.tag, env, gates });

const cacheShown = async (services: SchedulingServices, request: AcceptedRequest) =>
  request.cache === undefined ? undefined : explainedCache(services, { ...request, cache: request.cache });

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Explain a request without scheduling it",
  description:
    "A dry run of POST /v1/jobs: it answers the job with its defaults, the route that it would take, its next run times with the effects of daylight saving time, its retry timetable, an estimate of its cost, how the steps of a feature would be undone, and the limits that it would pass, as they are now. It refuses what POST /v1/jobs refuses, but does not look at existing jobs, so it does not notice an idempotency key that is already used, nor a job that has the key of `debounce` or `unique`.",
  body: { schema: JobRequestSchema, examples: jobRequestExamples },
  answers: { 200: { description: "What the request would lead to.", schema: ExplanationSchema } },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
