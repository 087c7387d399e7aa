import { readFile } from "node:fs/promises";
import { routes } from "../../../lambdas/api/routes.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { type AuditEntry, auditActions, auditEntryOf } from "../../../lambdas/core/access/audit-entry.ts";
import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { definitionId, definitionOf } from "../../../lambdas/core/catalog/feature-definition.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { changedOperation } from "../../../lambdas/core/job/operation.ts";
import { continued } from "../../../lambdas/core/job/series.ts";
import { afterClaim, completed, parked } from "../../../lambdas/core/job/transitions.ts";
import { routes as signInRoutes } from "../../../lambdas/sign-in/routes.ts";
import { approveMethods, approvePath, hookMethods, hookPath } from "../../../lambdas/topology.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { named, worldOf } from "../../support/every-route.ts";
import { productWith } from "../../support/feature-world.ts";
import type { Asked } from "../../support/http-event.ts";
import { rowsOf } from "../../support/tables.ts";

const page = await readFile("docs/operations/audit.md", "utf8");
/** What the page says of each route: the actions of its entries, or why it has none. */
const recorded = rowsOf(page, "route", "actions").map(
  ([route = "", actions = ""]) => [unquoted(route), listOf(actions)] as const,
);
const exempt = rowsOf(page, "route", "why it is not in the audit").map(
  ([route = "", why = ""]) => [unquoted(route), why] as const,
);

function unquoted(text: string): string {
  return text.replaceAll("`", "");
}
function listOf(text: string): string[] {
  return [...text.matchAll(/`([\w.]+)`/g)].map(([, action = ""]) => action);
}

const changing = [
  ...[...routes, ...signInRoutes]
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path}`),
  ...approveMethods.filter((method) => method === "POST").map((method) => `${method} ${approvePath}`),
  ...hookMethods.map((method) => `${method} ${hookPath}`),
];

const ada = {
  keyId: "0123456789abcdef",
  keyName: "ada@example.com",
  person: { issuer: "https://login.example.com", sub: "7", email: "ada@example.com" },
};
const tenant = { product: "my-product", env: "prd" };
const series = { cron: "0 * * * *", overlap: "skip", missed: "once", anchor: noon } as const;
const order = (more: Partial<Job> = {}) => aJob({ ...tenant, event: "create_order", type: "action", ...more });
const finished = { finished_at: noon - 1, due_at: noon - 2, started_at: noon - 2 };
const later = { status: "scheduled", due_at: noon + 3_600_000, scheduled_at: noon + 3_600_000 } as const;

interface Scenario {
  api: Pick<ReturnType<typeof fakeApi>, "audit">;
  ask: (more?: Partial<Asked>) => Promise<{ status: number | undefined; body: Record<string, unknown> }>;
}

function ofJob(verb: string, job: Job, body?: unknown): Scenario {
  const api = fakeApi({ jobs: [job] });
  const asked = { method: "POST", path: `/v1/jobs/${job.id}/${verb}`, ...(body !== undefined && { body }) };
  return { api, ask: (more) => api.ask({ ...asked, ...ada, ...more }) as never };
}

/** The world of the matrix of access, in which the route has something to change. */
function ofRoute(name: string, more: Partial<Asked> = {}): Scenario {
  const route = named.find((one) => one.name === name);
  if (!route) throw new Error(`there is no route ${name}`);
  const world = worldOf(route);
  return { api: world, ask: (given) => world.call(allScopes, { ...ada, ...more, ...given }) as never };
}

async function migrating(): Promise<Scenario> {
  const catalogOf = (...events: string[]) =>
    makeCatalog([productWith({ onboard: { sequences: { main: events.map((event) => ({ event })) } } })], registry);
  const found = catalogOf("create").lookup("shop", "onboard");
  if (!found) throw new Error("there is no such event");
  const definition = definitionOf(found);
  const job = aJob({ event: "onboard", type: "feature", input: { inline: {} } });
  const claimed = afterClaim(job, { claimId: "c", now: noon, leaseMarginMs: 1000 });
  const progress = { inline: { "main.create": { status: "completed", finished_at: noon } } };
  const run = { ...parked(claimed, progress, noon + 60_000), definition: definitionId(definition) };
  const api = fakeApi({ catalog: catalogOf("create", "charge"), jobs: [run] });
  await api.definitions.put(definitionId(definition), definition, { product: "shop", event: "onboard" }, noon);
  const asked = { method: "POST", path: `/v1/jobs/${job.id}/migrate`, body: { to: "current" } };
  return { api, ask: (more) => api.ask({ ...asked, ...ada, ...more }) as never };
}

function signalling(): Scenario {
  const wait = { signal: "paid", key: "order-1", timeout: "1d" };
  const features = { order: { signals: { paid: {} }, sequences: { main: [{ step: "payment", wait }] } } };
  const api = fakeApi({ catalog: makeCatalog([productWith(features as never)], registry) });
  const body = { product_tag: "shop", env: "dev", signal: "paid", key: "order-1", payload: { secret: "s3cret" } };
  return { api, ask: (more) => api.ask({ method: "POST", path: "/v1/signals", body, ...ada, ...more }) as never };
}

async function enabling(): Promise<Scenario> {
  const scenario = ofRoute("POST /v1/webhooks/{product}/{env}/{webhook}/enable");
  const { endpoints } = scenario.api as ReturnType<typeof fakeApi>;
  await endpoints.disable({ ...tenant, webhook: "orders" }, { at: noon, reason: "failing", url: "hash" });
  return scenario;
}

async function unpinning(): Promise<Scenario> {
  const scenario = ofRoute("DELETE /v1/limits/{product}/{env}/{name}");
  const { gates } = scenario.api as ReturnType<typeof fakeApi>;
  await gates.pin({ ...tenant, limit: "partner" }, { concurrency: 1, until: noon + 1000, pinned_at: noon });
  return scenario;
}

function bulk(action: string, job: Job): Scenario {
  const api = fakeApi({ jobs: [job] });
  const body = {
    action,
    filter: { product_tag: "my-product", env: "prd" },
    ...(action === "cancel" && { reason: "why" }),
  };
  return { api, ask: (more) => api.ask({ method: "POST", path: "/v1/jobs/bulk", body, ...ada, ...more }) as never };
}

const failed = order({ ...finished, status: "failed", error: { code: "TIMEOUT", message: "m", retryable: true } });
const hourly = order({ ...later, repeat: series });
const pausedSeries = order({ ...later, status: "paused", repeat: series });

/** A change by each route that has entries. Those of sign-in and of the page of an approval are in their own tests. */
const scenarios: Record<string, Record<string, () => Scenario | Promise<Scenario>>> = {
  "POST /v1/jobs/{id}/cancel": { "job.cancel": () => ofJob("cancel", order(), { reason: "why" }) },
  "POST /v1/jobs/{id}/pause": { "job.pause": () => ofJob("pause", hourly) },
  "POST /v1/jobs/{id}/resume": { "job.resume": () => ofJob("resume", pausedSeries) },
  "POST /v1/jobs/{id}/reschedule": {
    "job.reschedule": () => ofJob("reschedule", order(later), { start_at: noon + 9000 }),
  },
  "POST /v1/jobs/{id}/retry": { "job.retry": () => ofJob("retry", failed) },
  "POST /v1/jobs/{id}/migrate": { "job.migrate": migrating },
  "POST /v1/jobs/{id}/run-now": { "job.run_now": () => ofJob("run-now", order(later)) },
  "POST /v1/jobs/{id}/skip-next": { "job.skip_next": () => ofJob("skip-next", hourly) },
  "DELETE /v1/jobs/{id}": {
    "job.delete": () => {
      const job = order({ ...finished, status: "completed" });
      const { api, ask } = ofJob("", job);
      return { api, ask: (more) => ask({ method: "DELETE", path: `/v1/jobs/${job.id}`, ...more }) };
    },
  },
  "POST /v1/jobs/bulk": {
    "bulk.cancel": () => bulk("cancel", order()),
    "bulk.pause": () => bulk("pause", hourly),
    "bulk.resume": () => bulk("resume", pausedSeries),
    "bulk.retry": () => bulk("retry", failed),
    "bulk.delete": () => bulk("delete", order({ ...finished, status: "completed" })),
  },
  "POST /v1/operations": {
    "operation.start": () =>
      ofRoute("POST /v1/operations", {
        body: {
          ...{ action: "retry", reason: "why" },
          filter: { product_tag: "my-product", env: "prd", event: "create_order" },
        },
      }),
  },
  "POST /v1/operations/{id}/pause": { "operation.pause": () => ofRoute("POST /v1/operations/{id}/pause") },
  "POST /v1/operations/{id}/continue": {
    "operation.continue": async () => {
      const scenario = ofRoute("POST /v1/operations/{id}/continue");
      const { operations } = scenario.api as ReturnType<typeof fakeApi>;
      const [{ id = "" } = {}] = await operations.list("my-product", { limit: 1 });
      const operation = await operations.get(id);
      if (operation) await operations.replace(changedOperation(operation, { paused: { at: noon } }));
      return scenario;
    },
  },
  "POST /v1/operations/{id}/stop": { "operation.stop": () => ofRoute("POST /v1/operations/{id}/stop") },
  "POST /v1/operations/{id}/rate": {
    "operation.rate": () => ofRoute("POST /v1/operations/{id}/rate", { body: { rate_per_second: 7 } }),
  },
  "POST /v1/signals": { "signal.send": signalling },
  "POST /v1/approvals/{id}": { "approval.decide": () => ofRoute("POST /v1/approvals/{id}") },
  "POST /v1/incidents/{product}/{env}/{id}/resolve": {
    "incident.resolve": () => ofRoute("POST /v1/incidents/{product}/{env}/{id}/resolve"),
  },
  "POST /v1/incidents/{product}/{env}/{id}/ignore": {
    "incident.ignore": () => ofRoute("POST /v1/incidents/{product}/{env}/{id}/ignore", { body: { above_per_hour: 5 } }),
  },
  "POST /v1/incidents/{product}/{env}/{id}/reopen": {
    "incident.reopen": async () => {
      const scenario = ofRoute("POST /v1/incidents/{product}/{env}/{id}/reopen");
      const { incidents } = scenario.api as ReturnType<typeof fakeApi>;
      const [incident] = await incidents.page(tenant, { limit: 1 });
      if (incident) await incidents.change(incident, { state: "resolved", opening: 1, ended_at: noon, base: 1 });
      return scenario;
    },
  },
  "POST /v1/pauses": {
    "pause.start": () => ofRoute("POST /v1/pauses", { body: { product_tag: "my-product", env: "dev", reason: "why" } }),
  },
  "DELETE /v1/pauses/{id}": { "pause.end": () => ofRoute("DELETE /v1/pauses/{id}") },
  "PUT /v1/limits/{product}/{env}/{name}": { "limit.pin": () => ofRoute("PUT /v1/limits/{product}/{env}/{name}") },
  "DELETE /v1/limits/{product}/{env}/{name}": { "limit.unpin": unpinning },
  "DELETE /v1/cache/{product}/{env}/{tag}": { "cache.clear": () => ofRoute("DELETE /v1/cache/{product}/{env}/{tag}") },
  "POST /v1/webhooks/{product}/{env}/{webhook}/enable": { "webhook.enable": enabling },
  "POST /v1/webhooks/{product}/{env}/{webhook}/deliveries/{id}/resend": {
    "webhook.resend": () => ofRoute("POST /v1/webhooks/{product}/{env}/{webhook}/deliveries/{id}/resend"),
  },
  "POST /v1/hooks/{product}/{env}/{hook}/deliveries/{id}/replay": {
    "hook.replay": () => ofRoute("POST /v1/hooks/{product}/{env}/{hook}/deliveries/{id}/replay"),
  },
};
const elsewhere = ["POST /v1/sign-in", "POST /v1/sign-out", "POST /approve/{token}"];

describe("the page on the audit", () => {
  it("has every route that is no GET, in one of its two tables", () => {
    expect([...recorded, ...exempt].map(([route]) => route).sort()).toEqual([...changing].sort());
    for (const [route, why] of exempt) expect([route, why.length > 10]).toEqual([route, true]);
  });

  it("has every action once", () => {
    const ofKeys = ["key.create", "key.revoke"];
    expect([...recorded.flatMap(([, actions]) => actions), ...ofKeys].sort()).toEqual([...auditActions].sort());
    for (const action of auditActions) expect(page).toContain(`\`${action}\``);
  });

  it("says what the routes do", () => {
    const said = recorded.filter(([route]) => !elsewhere.includes(route));
    expect(Object.fromEntries(said)).toEqual(
      Object.fromEntries(Object.entries(scenarios).map(([route, all]) => [route, Object.keys(all)])),
    );
  });
});

const all = Object.entries(scenarios).flatMap(([route, of]) =>
  Object.entries(of).map(([action, make]) => ({ route, action, make })),
);

describe.each(all)("$route ($action)", ({ action, make }) => {
  it("is one entry with who did it, and none in a dry run", async () => {
    const { api, ask } = await make();
    expect([200, 201, 202, 204]).toContain((await ask({ query: { dry_run: "true" } })).status);
    expect(api.audit.all()).toEqual([]);
    expect([200, 201, 202, 204]).toContain((await ask()).status);
    const [entry, ...others] = api.audit.all();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      ...{ action, at: noon, request_id: "req-1", actor: "k:0123456789abcdef", role: "admin" },
      ...{ name: ada.keyName, person: ada.person },
    });
    expect(entry?.product).toMatch(/^(my-product|shop)$/);
    expect(entry?.env).toMatch(/^(prd|dev)$/);
    expect(JSON.stringify(entry)).not.toContain("s3cret");
    // Reasons are under `reason` only, and nothing else of a body is.
    if (["job.cancel", "bulk.cancel", "operation.start", "pause.start"].includes(action))
      expect(entry?.reason).toBe("why");
  });

  it("is done all the same where the audit cannot be written, and the log has it", async () => {
    const { api, ask } = await make();
    api.audit.put = async () => {
      throw new Error("throttled");
    };
    expect([200, 201, 202, 204]).toContain((await ask()).status);
    const { log } = api as ReturnType<typeof fakeApi>;
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: "error",
        message: "a change could not be written to the audit",
        fields: expect.objectContaining({ action, actor: "k:0123456789abcdef" }),
      }),
    );
  });
});

describe("what changes nothing", () => {
  it.each(["cancel", "pause"])("a %s that is repeated has one entry", async (verb) => {
    const { api, ask } = ofJob(verb, hourly);
    await ask();
    await ask();
    expect(api.audit.all()).toHaveLength(1);
  });

  it("an operation that is asked for again, one that only counts, and a stop that is repeated have none", async () => {
    const filter = { product_tag: "my-product", env: "prd", event: "create_order" };
    const begin = ofRoute("POST /v1/operations", {
      body: { action: "retry", reason: "why", filter, idempotency_key: "once" },
    });
    await begin.ask();
    await begin.ask();
    await begin.ask({ body: { action: "count", filter } });
    expect(begin.api.audit.all()).toHaveLength(1);
    const stop = ofRoute("POST /v1/operations/{id}/stop");
    await stop.ask();
    await stop.ask();
    expect(stop.api.audit.all()).toHaveLength(1);
  });

  it("a change that is refused, an unpin of what is not pinned and a webhook that was enabled have none", async () => {
    const refused = ofJob("retry", order());
    expect((await refused.ask()).status).toBe(409);
    const unpinned = ofRoute("DELETE /v1/limits/{product}/{env}/{name}");
    expect((await unpinned.ask()).status).toBe(200);
    const enabled = ofRoute("POST /v1/webhooks/{product}/{env}/{webhook}/enable");
    expect((await enabled.ask()).status).toBe(200);
    const none = bulk("retry", order());
    expect((await none.ask()).status).toBe(200);
    for (const { api } of [refused, unpinned, enabled, none]) expect(api.audit.all()).toEqual([]);
  });

  it("a request for a job has none", async () => {
    const { api, ask } = ofRoute("POST /v1/jobs");
    expect((await ask()).status).toBe(202);
    expect(api.audit.all()).toEqual([]);
  });
});

test("a cancel shows the status before and after, its reason, and nothing of the input", async () => {
  const { api, ask } = ofJob("cancel", order({ input: { inline: { body: { card: "4111" } } } }), {
    reason: "returned",
  });
  await ask();
  expect(api.audit.all()).toMatchObject([
    { reason: "returned", before: { status: "queued" }, after: { status: "cancelled" } },
  ]);
  expect(JSON.stringify(api.audit.all())).not.toContain("4111");
});

describe("a change of jobs of several envs", () => {
  const envs = ["dev", "stage", "prd"];
  const product = {
    tag: "my-product",
    name: "Mine",
    envs,
    jobs: { create_order: { type: "action", app: "a", action: "b" } },
  };
  const filter = { product_tag: "my-product", event: "create_order" };
  const only = (...reached: string[]): Scopes => ({ ...allScopes, envs: reached });

  function world() {
    const jobs = envs.map((env) => order({ env }));
    const api = fakeApi({ jobs, catalog: makeCatalog([product] as never, registry) });
    const seen = async (scopes: Scopes, query: Record<string, string> = {}) => {
      const { body } = await api.ask({ path: "/v1/audit", query, scopes });
      return body.entries as AuditEntry[];
    };
    return { ...api, jobs, seen };
  }

  it("has one entry for each of them, which shows no other env's jobs", async () => {
    const { ask, jobs, seen } = world();
    const [dev, stage, prd] = jobs.map(({ id }) => id);
    const body = { action: "cancel", filter };
    expect((await ask({ method: "POST", path: "/v1/jobs/bulk", body, scopes: only("dev", "stage") })).status).toBe(200);
    expect(await seen(only("prd"))).toEqual([]);
    expect(await seen(only("dev"))).toMatchObject([{ env: "dev", jobs: [dev], numbers: [1] }]);
    expect(JSON.stringify(await seen(only("dev")))).not.toContain(stage);
    expect(await seen(allScopes, { target: stage ?? "" })).toMatchObject([{ env: "stage", jobs: [stage] }]);
    expect((await ask({ method: "POST", path: "/v1/jobs/bulk", body })).body.succeeded).toBe(1);
    expect((await seen(allScopes)).map((entry) => entry.jobs)).toContainEqual([prd]);
  });

  it("has one entry as an operation, for those who reach one of its envs", async () => {
    const { ask, clock, seen } = world();
    const body = { action: "cancel", filter, reason: "why", idempotency_key: "once" };
    const scopes = only("dev", "stage");
    const begun = await ask({ method: "POST", path: "/v1/operations", body, scopes });
    expect(begun.status).toBe(202);
    await clock.advance(1);
    await ask({ method: "POST", path: `/v1/operations/${begun.body.operation_id}/stop`, scopes });
    expect(await seen(only("prd"))).toEqual([]);
    expect(await seen(allScopes, { env: "prd" })).toEqual([]);
    for (const found of [await seen(only("dev")), await seen(allScopes, { env: "stage" })])
      expect(found).toMatchObject([
        { action: "operation.stop", envs: ["dev", "stage"] },
        { action: "operation.start", envs: ["dev", "stage"] },
      ]);
    await clock.advance(1);
    await ask({ method: "POST", path: "/v1/operations", body: { ...body, idempotency_key: "all" } });
    const [whole] = await seen(only("prd"));
    expect(whole).toMatchObject({ action: "operation.start" });
    expect(whole).not.toHaveProperty("envs");
  });
});

/** A world with entries, and the ways to ask for them. */
function listing(entries: [at: number, more: Partial<AuditEntry>][]) {
  const shop = { tag: "shop", name: "Shop", envs: ["dev", "prd"], jobs: {} };
  const mine = { tag: "my-product", name: "Mine", envs: ["dev", "prd"], jobs: {} };
  const api = fakeApi({ catalog: makeCatalog([mine, shop] as never, registry) });
  const written = entries.map(([at, more]) => {
    const { actor = "k:0123456789abcdef", name, person, ...change } = more;
    const by = { actor, ...(name !== undefined && { name }), ...(person && { person }) };
    return auditEntryOf(by as never, { action: "job.cancel", target: "job_1", ...change } as never, at);
  });
  for (const entry of written) void api.audit.put(entry);
  const list = (query: Record<string, string> = {}, scopes: Scopes = allScopes) =>
    api.ask({ path: "/v1/audit", query, scopes });
  const targets = async (query: Record<string, string> = {}, scopes: Scopes = allScopes) => {
    const { status, body } = await list(query, scopes);
    return status === 200 ? (body.entries as { target: string }[]).map(({ target }) => target) : body.code;
  };
  return { ...api, list, targets };
}

const two = listing([
  [noon - 1, { target: "deployment", action: "key.create", actor: "i:arn:aws:iam::1:user/ada" }],
  [noon - 2, { ...tenant, target: "mine in prd", name: "ci" }],
  [noon - 3, { ...tenant, env: "dev", target: "mine in dev", actor: "i:AIDA", action: "job.retry" }],
  [noon - 4, { product: "my-product", target: "mine everywhere", action: "pause.start" }],
  [noon - 5, { product: "shop", env: "prd", target: "shop in prd", name: ada.keyName, person: ada.person }],
  [noon - 40 * 86_400_000, { product: "shop", env: "prd", target: "page", action: "bulk.cancel", jobs: ["job_7"] }],
]);

test("the changes of a job are numbered, over its runs and to its end, by whichever route they come", async () => {
  const job = order({ ...later, repeat: series });
  const api = fakeApi({ jobs: [job] });
  const { product: product_tag, env } = job;
  const change = async (method: string, path: string, body?: object) => {
    const { status } = await api.ask({ method, path, ...(body && { body }), ...ada });
    expect([200, 204]).toContain(status);
    await api.clock.advance(1);
  };
  const one = `/v1/jobs/${job.id}`;
  await change("POST", `${one}/skip-next`);
  await change("POST", `${one}/pause`);
  // The second one has nothing to do.
  await change("POST", `${one}/pause`);
  await change("POST", "/v1/jobs/bulk", { action: "resume", filter: { product_tag, env } });
  const claimed = afterClaim((await api.jobs.get(job.id)) as Job, { claimId: "c", now: noon, leaseMarginMs: 1000 });
  const next = continued(completed(claimed, noon, { inline: {} }), noon)?.next as Job;
  for (const one of [claimed, next]) expect(await api.jobs.replace(one)).not.toBe("lost");
  await change("POST", `${one}/cancel`, {});
  await change("POST", "/v1/jobs/bulk", { action: "delete", filter: { product_tag, env } });
  const { entries } = (await api.ask({ path: "/v1/audit", query: { target: job.id } })).body;
  expect(entries.map(({ action, numbers }: { action: string; numbers: number[] }) => [action, numbers])).toEqual([
    ["bulk.delete", [5]],
    ["job.cancel", [4]],
    ["bulk.resume", [3]],
    ["job.pause", [2]],
    ["job.skip_next", [1]],
  ]);
});

describe("GET /v1/audit", () => {
  it.each<[what: string, query: Record<string, string>, found: string[]]>([
    ["everything", {}, ["deployment", "mine in prd", "mine in dev", "mine everywhere", "shop in prd", "page"]],
    ["a product", { product_tag: "shop" }, ["shop in prd", "page"]],
    ["an env, with what concerns all", { env: "dev" }, ["mine in dev", "mine everywhere"]],
    ["a tenant", { product_tag: "my-product", env: "prd" }, ["mine in prd", "mine everywhere"]],
    ["an action", { action: "pause.start" }, ["mine everywhere"]],
    ["several actions", { action: "job.retry,bulk.cancel" }, ["mine in dev", "page"]],
    ["the id of a key", { actor: "0123456789abcdef", product_tag: "my-product" }, ["mine in prd", "mine everywhere"]],
    ["the name of a key", { actor: "ci" }, ["mine in prd"]],
    ["a person", { actor: "ada@example.com" }, ["shop in prd"]],
    ["an identity", { actor: "i:AIDA" }, ["mine in dev"]],
    ["a target", { target: "deployment" }, ["deployment"]],
    ["a job of a bulk change", { target: "job_7" }, ["page"]],
    ["from a time on", { from: String(noon - 2) }, ["deployment", "mine in prd"]],
    ["before a time", { to: String(noon - 5) }, ["page"]],
    ["what there is not", { actor: "\u202e' OR 1=1 --" }, []],
  ])("selects %s", async (_what, query, found) => {
    expect(await two.targets(query)).toEqual(found);
  });

  it("shows a key of some products or envs those only, and nothing of the deployment", async () => {
    const verbs = ["audit:read" as const];
    expect(await two.targets({}, { products: ["shop"], envs: ["*"], verbs })).toEqual(["shop in prd", "page"]);
    const dev = { products: ["*"], envs: ["dev"], verbs };
    expect(await two.targets({}, dev)).toEqual(["mine in dev", "mine everywhere"]);
    expect(await two.targets({ product_tag: "my-product" }, { products: ["shop"], envs: ["*"], verbs })).toBe(
      "FORBIDDEN",
    );
    expect(await two.targets({ env: "prd" }, dev)).toBe("FORBIDDEN");
    expect(
      await two.targets({}, { products: ["*"], envs: ["*"], verbs: ["jobs:read", "jobs:write", "jobs:input"] }),
    ).toBe("FORBIDDEN");
    expect(
      await two.targets({ target: "deployment" }, { products: ["*"], envs: ["*"], verbs: ["jobs:admin"] }),
    ).toEqual(["deployment"]);
  });

  it("shows who it was", async () => {
    const { body } = await two.list();
    expect((body.entries as { actor: unknown }[]).map(({ actor }) => actor)).toEqual([
      { kind: "identity", id: "arn:aws:iam::1:user/ada" },
      { kind: "key", id: "0123456789abcdef", name: "ci" },
      { kind: "identity", id: "AIDA" },
      { kind: "key", id: "0123456789abcdef" },
      { kind: "key", id: "0123456789abcdef", name: ada.keyName, person: ada.person },
      { kind: "key", id: "0123456789abcdef" },
    ]);
  });

  it("has pages, whose cursors belong to their filters", async () => {
    const first = await two.list({ limit: "4" });
    const cursor = String(first.body.next_cursor);
    expect(await two.targets({ limit: "4", cursor })).toEqual(["shop in prd", "page"]);
    expect(await two.list({ cursor, env: "prd" })).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
  });

  it("says how far a search has come that has looked at enough", async () => {
    const many = listing(Array.from({ length: 1001 }, (_, n) => [noon - n, tenant]));
    const { body } = await many.list({ target: "nothing" });
    expect(body).toMatchObject({ entries: [], examined: 1000, looked_back_to: noon - 999 });
    const rest = await many.list({ target: "nothing", cursor: String(body.next_cursor) });
    expect(rest.body).toEqual({ entries: [] });
  });

  it("shows an entry of a later version as it is", async () => {
    const { list } = listing([[noon, { ...tenant, action: "job.clone" as never, actor: "z:someone" as never }]]);
    expect((await list()).body.entries).toMatchObject([
      { action: "job.clone", actor: { kind: "other", id: "someone" } },
    ]);
  });

  it.each([
    ["/query/action", { action: "job.steal" }],
    ["/query/actor", { actor: "" }],
    ["/query/target", { target: "x".repeat(2000) }],
    ["/query/from", { from: "yesterday" }],
    ["/query/to", { from: String(noon), to: String(noon) }],
    ["/query/limit", { limit: "101" }],
    ["/query/cursor", { cursor: "abc" }],
    ["/query/role", { role: "admin" }],
    ["/query/env", { env: "moon" }],
    ["/query/product_tag", { product_tag: "shopp" }],
  ])("refuses what is not valid at %s", async (pointer, query) => {
    const { status, body } = await two.list(query);
    expect([400, 404]).toContain(status);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});
