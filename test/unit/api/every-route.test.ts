import { routes } from "../../../lambdas/api/routes.ts";
import { allScopes, type Scopes, verbs } from "../../../lambdas/core/access/scopes.ts";
import { definitionId, type FeatureDefinition } from "../../../lambdas/core/catalog/feature-definition.ts";
import { approvalIdOf } from "../../../lambdas/core/job/approval.ts";
import { aPause } from "../../support/a-pause.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { anApproval } from "../../support/conformance/approvals.ts";
import { counted } from "../../support/counted.ts";
import type { Asked } from "../../support/http-event.ts";

const tenant = { product: "my-product", env: "prd" };
const place = { product_tag: tenant.product, env: tenant.env };
const order = { ...place, event: "create_order", input: { body: { item: "tea" } }, start_at: 0 };

const kept = { product: tenant.product, event: "create_order" };
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

/** A request of each route that is right for a key that reaches my-product in prd. */
const requests: Record<string, { asked?: Omit<Asked, "path">; outOfReach: OutOfReach }> = {
  "GET /v1/me": { outOfReach: "nothing of it" },
  "POST /v1/jobs": { asked: { body: order }, outOfReach: "forbidden" },
  "POST /v1/jobs/batch": { asked: { body: { jobs: [order] } }, outOfReach: "nothing of it" },
  "POST /v1/jobs/bulk": { asked: { body: { action: "cancel", filter: place } }, outOfReach: "forbidden" },
  "GET /v1/jobs": { outOfReach: "nothing of it" },
  "GET /v1/jobs/{id}": { outOfReach: "absent" },
  "GET /v1/jobs/{id}/explain": { outOfReach: "absent" },
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
  "GET /v1/hooks": { outOfReach: "nothing of it" },
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
  "GET /v1/incidents": { outOfReach: "nothing of it" },
  "GET /v1/incidents/{product}/{env}/{id}": { outOfReach: "forbidden" },
  "POST /v1/incidents/{product}/{env}/{id}/resolve": { outOfReach: "forbidden" },
  "POST /v1/incidents/{product}/{env}/{id}/ignore": { outOfReach: "forbidden" },
  "POST /v1/incidents/{product}/{env}/{id}/reopen": { outOfReach: "forbidden" },
  "POST /v1/pauses": { asked: { body: { ...place, reason: "maintenance" } }, outOfReach: "forbidden" },
  "GET /v1/pauses": { outOfReach: "nothing of it" },
  "DELETE /v1/pauses/{id}": { outOfReach: "absent" },
  "GET /v1/stats/active": { outOfReach: "nothing of it" },
  "GET /v1/stats/upcoming": { asked: { query: place }, outOfReach: "forbidden" },
};

const notFoundCodes: Record<string, string> = {
  pauses: "PAUSE_NOT_FOUND",
  definitions: "DEFINITION_NOT_FOUND",
  approvals: "APPROVAL_NOT_FOUND",
};

const named = routes.map((route) => ({ ...route, name: `${route.method} ${route.path}` }));
const guarded = named.filter(({ open }) => !open);

/** Calls a route on a world with one job of the tenant. */
function world({ method, path, name }: (typeof named)[number]) {
  const job = aJob({ ...tenant, event: "create_order", type: "action", labels: ["canary"] });
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
  const isOfIncidents = path.startsWith("/v1/incidents");
  const incident = { ...tenant, id: "0123456789abcdef", subject: { kind: "cause", target: "apps/canary" } as const };
  const entries = [counted({ at: noon, event: "canary", job_id: job.id })];
  if (isOfIncidents) void api.incidents.add({ ...incident, entries }, { mustExist: false });
  const id = isOfIncidents
    ? incident.id
    : isOfApprovals
      ? approval.id
      : isOfDefinitions
        ? definitionId(definition)
        : isOfPauses
          ? pause.id
          : job.id;
  const names = { id, tag: tenant.product, ...tenant, webhook: "orders", name: "partner" };
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof names) => names[name]);
  return {
    ...api,
    job,
    call: (scopes: Scopes | null = allScopes) => api.ask({ method, path: at, ...requests[name]?.asked, scopes }),
    untouched: async () => {
      expect(await api.jobs.get(job.id)).toEqual(job);
      expect(api.jobs.all()).toHaveLength(1);
      expect(api.queue.sent).toEqual([]);
    },
  };
}

test("this test lists every route that asks for a key", () => {
  expect(guarded.map(({ name }) => name).sort()).toEqual(Object.keys(requests).sort());
});

test("only the health and the two documents are open", () => {
  expect(named.filter(({ open }) => open).map(({ name }) => name)).toEqual([
    "GET /v1/health",
    "GET /openapi.json",
    "GET /events.json",
  ]);
  const needNone = named.filter(({ scope }) => scope === undefined);
  expect(needNone.filter(({ open }) => !open).map(({ name }) => name)).toEqual(["GET /v1/me"]);
  for (const { name, open, scope } of named)
    expect([name, open === true && scope !== undefined]).toEqual([name, false]);
});

describe.each(guarded)("$name", (route) => {
  const { scope } = route;
  const outOfReach = requests[route.name]?.outOfReach;
  const reach = { products: [tenant.product], envs: [tenant.env] };

  test("asks for a key", async () => {
    const { call, untouched } = world(route);
    expect(await call(null)).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    await untouched();
  });

  test("is for keys with its verb or jobs:admin, if it needs one", async () => {
    expect([undefined, ...verbs]).toContain(scope);
    for (const verb of verbs) {
      const { call, untouched } = world(route);
      const { status = 0 } = await call({ ...reach, verbs: [verb] });
      const may = scope === undefined || verb === scope || verb === "jobs:admin";
      expect([verb, [401, 403, 404].includes(status)]).toEqual([verb, !may]);
      if (!may) await untouched();
    }
  });

  test.each([
    ["another product", { ...reach, products: ["shop"] }],
    ["another env", { ...reach, envs: ["dev"] }],
    ["nothing", { products: [], envs: [] }],
  ])(`is ${outOfReach} to a key that reaches %s`, async (_what, elsewhere) => {
    const { call, untouched, job } = world(route);
    const { status, body } = await call({ ...elsewhere, verbs: [...verbs] });
    // The demo's product has both envs: of another env its name is known, and its jobs are not.
    const isOfProduct = ["/v1/products", "/v1/definitions"].some((path) => route.path.startsWith(path));
    const known = isOfProduct && elsewhere.envs.includes("dev");
    const [, , section = ""] = route.path.split("/");
    const notFound = notFoundCodes[section] ?? "JOB_NOT_FOUND";
    if (outOfReach === "absent" && !known) expect({ status, code: body.code }).toEqual({ status: 404, code: notFound });
    else if (outOfReach === "forbidden" && !known) {
      expect({ status, code: body.code }).toEqual({ status: 403, code: "FORBIDDEN" });
    } else expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(job.id);
    if (!known) expect(JSON.stringify(body)).not.toContain("canary");
    if (!known) expect(JSON.stringify(body)).not.toContain("create_order");
    expect(JSON.stringify(body.products ?? body)).not.toContain('"prd"');
    await untouched();
  });

  test.each([
    ["a verb that is none", { ...allScopes, verbs: ["jobs:all"] }],
    ["no list of products", { ...allScopes, products: undefined }],
    ["a part that may narrow the others", { ...allScopes, events: ["create_order"] }],
  ])("lets a key do nothing that brings %s, as another version may have written it", async (_what, scopes) => {
    const { call, untouched } = world(route);
    const { status } = await call(scopes as Scopes);
    expect(scope === undefined ? [200] : [403, 404]).toContain(status);
    await untouched();
  });
});

describe.each(named)("each answer of $name", (route) => {
  test("has the headers against sniffing, framing, caching, referrers and plain HTTP", async () => {
    const { call, ask } = world(route);
    const answers = [await call(), await call(null), await ask({ method: route.method, path: "/v1/nowhere" })];
    for (const { status, headers } of answers) {
      expect([status, headers]).toEqual([
        status,
        expect.objectContaining({
          "x-content-type-options": "nosniff",
          "strict-transport-security": "max-age=31536000",
          "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
          "referrer-policy": "no-referrer",
        }),
      ]);
      const kept = ["/openapi.json", "/events.json"].includes(route.path) && status === 200;
      expect(headers["cache-control"]).toBe(kept ? "public, max-age=300" : "no-store");
    }
  });
});
