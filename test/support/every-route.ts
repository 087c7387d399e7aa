import { expect } from "@jest/globals";
import { routes } from "../../lambdas/api/routes.ts";
import { auditEntryOf } from "../../lambdas/core/access/audit-entry.ts";
import { allScopes, type Scopes } from "../../lambdas/core/access/scopes.ts";
import { definitionId, type FeatureDefinition } from "../../lambdas/core/catalog/feature-definition.ts";
import { sentIdOf } from "../../lambdas/core/catalog/sent-delivery.ts";
import { approvalIdOf } from "../../lambdas/core/job/approval.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { derivedJobId } from "../../lambdas/core/job/job-id.ts";
import { aPause } from "./a-pause.ts";
import { anOperation } from "./an-operation.ts";
import { fakeApi } from "./api.ts";
import { aJob, noon } from "./builders.ts";
import { anApproval } from "./conformance/approvals.ts";
import { aDelivery } from "./conformance/hook-deliveries.ts";
import { aSentMessage } from "./conformance/sent-deliveries.ts";
import { counted } from "./counted.ts";
import type { Asked } from "./http-event.ts";

export const product = "my-product";
/** The demo's product has both. */
export const envs = ["prd", "dev"] as const;
export type Env = (typeof envs)[number];

const kept = { product, event: "create_order" };
const definition: FeatureDefinition = {
  event: { type: "feature", feature: "canary" },
  target: { sequences: {} },
  constants: {},
};

/** What a key gets that does not reach the tenant of the request. */
type OutOfReach =
  /** Refused whatever there is: product and env are named by the request. */
  | "forbidden"
  /** As if it did not exist: product and env are the stored job's. */
  | "absent"
  /** An answer without anything of the tenant. */
  | "nothing of it";

interface RouteRequest {
  asked?: Omit<Asked, "path">;
  outOfReach: OutOfReach;
}

/** A request of each route that is right for a key that reaches my-product in the env. */
export function requestsIn(env: Env): Record<string, RouteRequest> {
  const place = { product_tag: product, env };
  const order = { ...place, event: "create_order", input: { body: { item: "tea" } }, start_at: 0 };
  return {
    "GET /v1/me": { outOfReach: "nothing of it" },
    "POST /v1/jobs": { asked: { body: order }, outOfReach: "forbidden" },
    "POST /v1/jobs/batch": { asked: { body: { jobs: [order] } }, outOfReach: "nothing of it" },
    "POST /v1/jobs/bulk": { asked: { body: { action: "cancel", filter: place } }, outOfReach: "forbidden" },
    "GET /v1/jobs": { outOfReach: "nothing of it" },
    "GET /v1/find": { asked: { query: { q: "once" } }, outOfReach: "nothing of it" },
    "POST /v1/find": { asked: { body: { q: "once" } }, outOfReach: "nothing of it" },
    "GET /v1/jobs/{id}": { outOfReach: "absent" },
    "GET /v1/jobs/{id}/explain": { outOfReach: "absent" },
    "GET /v1/jobs/{id}/cost": { outOfReach: "absent" },
    "GET /v1/jobs/{id}/input": { outOfReach: "absent" },
    "GET /v1/jobs/{id}/runs": { outOfReach: "absent" },
    "POST /v1/jobs/{id}/cancel": { outOfReach: "absent" },
    "POST /v1/jobs/{id}/pause": { outOfReach: "absent" },
    "POST /v1/jobs/{id}/resume": { outOfReach: "absent" },
    "POST /v1/jobs/{id}/reschedule": { asked: { body: { start_at: 0 } }, outOfReach: "absent" },
    "POST /v1/jobs/{id}/retry": { outOfReach: "absent" },
    "POST /v1/jobs/{id}/migrate": { asked: { body: { to: "current" } }, outOfReach: "absent" },
    "POST /v1/jobs/{id}/run-now": { outOfReach: "absent" },
    "POST /v1/jobs/{id}/skip-next": { outOfReach: "absent" },
    "GET /v1/series": { outOfReach: "nothing of it" },
    "DELETE /v1/jobs/{id}": { outOfReach: "absent" },
    "POST /v1/explain": { asked: { body: order }, outOfReach: "forbidden" },
    "POST /v1/uploads": { asked: { body: { ...place, size: 5 } }, outOfReach: "forbidden" },
    "GET /v1/products": { outOfReach: "nothing of it" },
    "GET /v1/products/{tag}": { outOfReach: "forbidden" },
    "GET /v1/definitions": { asked: { query: { product_tag: place.product_tag } }, outOfReach: "forbidden" },
    "GET /v1/definitions/{id}": { outOfReach: "absent" },
    "GET /v1/stats": { asked: { query: place }, outOfReach: "forbidden" },
    "GET /v1/errors": { outOfReach: "nothing of it" },
    "GET /v1/audit": { outOfReach: "nothing of it" },
    "GET /v1/hooks": { outOfReach: "nothing of it" },
    "GET /v1/hooks/{product}/{env}/{hook}/deliveries": { outOfReach: "forbidden" },
    "GET /v1/hooks/{product}/{env}/{hook}/deliveries/{id}": { outOfReach: "forbidden" },
    "POST /v1/hooks/{product}/{env}/{hook}/deliveries/{id}/replay": { outOfReach: "forbidden" },
    "GET /v1/webhooks/{product}/{env}/{webhook}/deliveries": { outOfReach: "forbidden" },
    "GET /v1/webhooks/{product}/{env}/{webhook}/deliveries/{id}": { outOfReach: "forbidden" },
    "POST /v1/webhooks/{product}/{env}/{webhook}/deliveries/{id}/resend": { outOfReach: "forbidden" },
    "GET /v1/webhooks": { outOfReach: "nothing of it" },
    "POST /v1/webhooks/{product}/{env}/{webhook}/enable": { outOfReach: "forbidden" },
    "GET /v1/limits": { outOfReach: "nothing of it" },
    "PUT /v1/limits/{product}/{env}/{name}": {
      asked: { body: { concurrency: 1, until: noon + 1000 } },
      outOfReach: "forbidden",
    },
    "DELETE /v1/limits/{product}/{env}/{name}": { outOfReach: "forbidden" },
    "DELETE /v1/cache/{product}/{env}/{tag}": { outOfReach: "forbidden" },
    "POST /v1/signals": { asked: { body: { ...place, signal: "paid", key: "k" } }, outOfReach: "forbidden" },
    "GET /v1/approvals": { outOfReach: "nothing of it" },
    "POST /v1/approvals/{id}": { asked: { body: { choice: "approve" } }, outOfReach: "absent" },
    "GET /v1/home": { outOfReach: "nothing of it" },
    "GET /v1/incidents": { outOfReach: "nothing of it" },
    "GET /v1/incidents/{product}/{env}/{id}": { outOfReach: "forbidden" },
    "POST /v1/incidents/{product}/{env}/{id}/resolve": { outOfReach: "forbidden" },
    "POST /v1/incidents/{product}/{env}/{id}/ignore": { outOfReach: "forbidden" },
    "POST /v1/incidents/{product}/{env}/{id}/reopen": { outOfReach: "forbidden" },
    "POST /v1/operations": {
      asked: { body: { action: "cancel", filter: { ...place, label: "canary" }, reason: "a test" } },
      outOfReach: "forbidden",
    },
    "GET /v1/operations": { asked: { query: { product_tag: product } }, outOfReach: "forbidden" },
    "GET /v1/operations/{id}": { outOfReach: "absent" },
    "GET /v1/operations/{id}/not-changed": { outOfReach: "absent" },
    "POST /v1/operations/{id}/pause": { outOfReach: "absent" },
    "POST /v1/operations/{id}/continue": { outOfReach: "absent" },
    "POST /v1/operations/{id}/stop": { outOfReach: "absent" },
    "POST /v1/operations/{id}/rate": { asked: { body: { rate_per_second: 1 } }, outOfReach: "absent" },
    "POST /v1/pauses": { asked: { body: { ...place, reason: "maintenance" } }, outOfReach: "forbidden" },
    "GET /v1/pauses": { outOfReach: "nothing of it" },
    "DELETE /v1/pauses/{id}": { outOfReach: "absent" },
    "GET /v1/stats/active": { outOfReach: "nothing of it" },
    "GET /v1/stats/upcoming": { asked: { query: place }, outOfReach: "forbidden" },
    "GET /v1/costs": { asked: { query: place }, outOfReach: "forbidden" },
    "GET /v1/forecast": { asked: { query: place }, outOfReach: "forbidden" },
  };
}

const notFoundCodes: Record<string, string> = {
  pauses: "PAUSE_NOT_FOUND",
  definitions: "DEFINITION_NOT_FOUND",
  approvals: "APPROVAL_NOT_FOUND",
  operations: "OPERATION_NOT_FOUND",
  hooks: "DELIVERY_NOT_FOUND",
  webhooks: "DELIVERY_NOT_FOUND",
};

/** The code with which a route says that what it is asked for does not exist. */
export const notFoundCodeOf = (path: string): string => notFoundCodes[path.split("/")[2] ?? ""] ?? "JOB_NOT_FOUND";

export const named = routes.map((route) => ({ ...route, name: `${route.method} ${route.path}` }));
export const guarded = named.filter(({ open }) => !open);

export type NamedRoute = (typeof named)[number];

/** Calls a route on a world with one job of my-product in the env. */
export function worldOf({ method, path, name }: NamedRoute, env: Env = "prd") {
  const tenant = { product, env };
  const own = { ...tenant, event: "create_order", type: "action" as const, labels: ["canary"] } satisfies Partial<Job>;
  // Found by the idempotency key of its request.
  const job = aJob({ ...own, ...(path === "/v1/find" && { id: derivedJobId(product, env, "once") }) });
  const api = fakeApi({ jobs: [job] });
  const pause = aPause({ ...tenant, event: "create_order" });
  const isOfPauses = path.startsWith("/v1/pauses");
  if (isOfPauses) void api.pauses.put(pause);
  const isOfDefinitions = path.startsWith("/v1/definitions");
  if (isOfDefinitions) void api.definitions.put(definitionId(definition), definition, kept, noon);
  const isOfApprovals = path.startsWith("/v1/approvals");
  const approval = anApproval(1, {
    ...{ ...tenant, id: approvalIdOf(job, "canary"), job_id: job.id, step: "canary" },
    ...{ run: job.run, attempt: job.attempt },
  });
  if (isOfApprovals) void api.approvals.open(approval);
  const incident = { ...tenant, id: "0123456789abcdef", subject: { kind: "cause", target: "apps/canary" } as const };
  if (path.startsWith("/v1/incidents")) {
    const entries = [counted({ at: noon, event: "canary", job_id: job.id })];
    void api.incidents.add({ ...incident, entries }, { mustExist: false });
  }
  if (path === "/v1/audit") {
    const change = { ...tenant, action: "job.cancel", target: job.id, reason: "canary" } as const;
    void api.audit.put(auditEntryOf({ actor: "k:" }, change, noon));
  }
  const operation = anOperation({ product, envs: [env] });
  if (path.startsWith("/v1/operations/")) {
    void api.operations.create(operation);
    void api.operations.enlist(product, operation);
  }
  const delivery = aDelivery({ ...tenant, hook: "payments" });
  const body = Buffer.from('{"id":"canary","customer":"ada"}');
  if (path.startsWith("/v1/hooks/")) void api.hookDeliveries.put(delivery, { body, headers: {} });
  const sent = aSentMessage({ ...tenant, webhook: "orders", data: { job_id: job.id } });
  if (path.startsWith("/v1/webhooks/")) void api.sentDeliveries.note(sent, { outcome: "failed" }, noon);
  const ids: Record<string, string> = {
    webhooks: sentIdOf(sent),
    hooks: delivery.id,
    operations: operation.id,
    incidents: incident.id,
    approvals: approval.id,
    definitions: definitionId(definition),
    pauses: pause.id,
  };
  const id = ids[path.split("/")[2] ?? ""] ?? job.id;
  const names = { id, tag: product, ...tenant, webhook: "orders", name: "partner", hook: "payments" };
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof names) => names[name]);
  return {
    ...api,
    job,
    call: (scopes: Scopes | null = allScopes, more: Partial<Asked> = {}) =>
      api.ask({ method, path: at, ...requestsIn(env)[name]?.asked, ...more, scopes }),
    untouched: async () => {
      expect(await api.jobs.get(job.id)).toEqual(job);
      expect(api.jobs.all()).toHaveLength(1);
      expect(api.queue.sent).toEqual([]);
    },
  };
}
