import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { completed } from "../../../lambdas/core/job/transitions.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const product = (tag: string, envs: string[]): Product => ({ tag, envs, jobs: {} });
const catalog = makeCatalog([product("shop", ["dev", "prd"]), product("crm", ["prd"])], registry);
const world = (jobs: Job[]) => fakeApi({ jobs, catalog });

/** Asks for the list and answers the ids of its jobs, given as their labels. */
const listed = async (jobs: Record<string, Job>, query: Record<string, string>, scopes = allScopes) => {
  const { status, body } = await world(Object.values(jobs)).ask({ path: "/v1/jobs", query, scopes });
  expect(status).toBe(200);
  const names = new Map(Object.entries(jobs).map(([name, { id }]) => [id, name]));
  return body.jobs.map(({ job_id }: { job_id: string }) => names.get(job_id));
};

const running = { status: "running", claim_id: "c", claims: 1, lease_until: noon + 60_000, started_at: noon } as const;
const ended = (status: "completed" | "failed" | "cancelled", finished_at: number) => ({ status, finished_at });

const jobs = {
  done: aJob({ ...ended("completed", noon - 10), type: "storage", event: "upload" }),
  broken: aJob({ ...ended("failed", noon - 20), labels: ["vip", "eu,west"] }),
  stopped: aJob({ ...ended("cancelled", noon - 30), reason: "no longer wanted" }),
  active: aJob({ ...running, due_at: noon - 40 }),
  waiting: aJob({ due_at: noon - 50 }),
  arrived: aJob({ status: "scheduled", due_at: noon, labels: ["vip"] }),
  later: aJob({ status: "scheduled", due_at: noon + 60_000 }),
  held: aJob({
    status: "paused",
    due_at: noon + 120_000,
    repeat: { every: 60_000, anchor: noon, overlap: "skip" },
  }),
};

describe("GET /v1/jobs", () => {
  it("lists every job, latest first by its due time or its end", async () => {
    const all = ["held", "later", "arrived", "done", "broken", "stopped", "active", "waiting"];
    expect(await listed(jobs, {})).toEqual(all);
    expect(await listed(jobs, { order: "asc" })).toEqual(all.toReversed());
  });

  it.each([
    [{ status: "scheduled" }, ["later"]],
    [{ status: "queued" }, ["arrived", "waiting"]],
    [{ status: "running" }, ["active"]],
    [{ status: "paused" }, ["held"]],
    [{ status: "completed" }, ["done"]],
    [{ status: "failed,running,cancelled" }, ["broken", "stopped", "active"]],
    [{ status: "running,queued", type: "action" }, ["arrived", "active", "waiting"]],
    [{ type: "storage" }, ["done"]],
    [{ type: "storage,feature" }, ["done"]],
    [{ event: "upload" }, ["done"]],
    [{ label: "vip" }, ["arrived", "broken"]],
    [{ label: "eu,west" }, ["broken"]],
    [{ label: "vip", status: "failed" }, ["broken"]],
    [{ recurring: "true" }, ["held"]],
    [{ recurring: "false", status: "queued,paused" }, ["arrived", "waiting"]],
    [{ recurring: "yes" }, undefined],
    [{ from: String(noon - 30), to: String(noon) }, ["done", "broken", "stopped"]],
    [{ from: new Date(noon).toISOString() }, ["held", "later", "arrived"]],
    [{ from: "0", to: String(noon / 1000) }, ["done", "broken", "stopped", "active", "waiting"]],
    [{ to: "1e300", label: "none" }, undefined],
  ] as [Record<string, string>, string[] | undefined][])("filters by %j", async (query, expected) => {
    if (expected) expect(await listed(jobs, query)).toEqual(expected);
    else expect((await world([]).ask({ path: "/v1/jobs", query })).status).toBe(400);
  });

  it("shows jobs without attempts, results and inputs", async () => {
    const job = completed(aJob({ ...running, labels: ["vip"] }), noon + 5, { inline: { order: 7 } });
    const { body } = await world([job]).ask({ path: "/v1/jobs" });
    expect(body).toEqual({
      jobs: [
        {
          job_id: job.id,
          status: "completed",
          product_tag: "shop",
          env: "prd",
          event: "charge",
          type: "action",
          run: 1,
          attempt: 1,
          retries: 3,
          timeout_ms: 10_000,
          recurring: false,
          scheduled_at: noon,
          due_at: noon,
          created_at: noon - 60_000,
          started_at: noon,
          first_started_at: noon,
          lateness: { total_ms: 0, late_ms: 0 },
          finished_at: noon + 5,
          labels: ["vip"],
        },
      ],
    });
  });

  it("shows when a retried job first started, and its limits", async () => {
    const attempt = (n: number) => ({
      attempt: n,
      due_at: noon,
      started_at: noon + n,
      ended_at: noon + n,
      outcome: "failed" as const,
    });
    const gates = [{ limit: "partner", key: "" }];
    const retried = aJob({
      scheduled_at: noon,
      attempt: 3,
      due_at: noon + 90_000,
      started_at: noon + 2,
      attempts: [attempt(1), attempt(2)],
      gates,
    });
    // The record of its first attempt has made room for later ones.
    const often = aJob({ attempt: 30, due_at: noon + 80_000, attempts: [attempt(5), attempt(29)] });
    const { body } = await world([retried, often]).ask({ path: "/v1/jobs" });
    expect(body.jobs[0]).toMatchObject({ scheduled_at: noon, started_at: noon + 2, first_started_at: noon + 1, gates });
    expect(body.jobs[1]).not.toHaveProperty("first_started_at");
    expect(body.jobs[1]).not.toHaveProperty("gates");
  });

  const tenants = {
    shopPrd: aJob({ due_at: noon - 1 }),
    shopDev: aJob({ env: "dev", due_at: noon - 2 }),
    crmPrd: aJob({ product: "crm", due_at: noon - 3 }),
    dropped: aJob({ product: "gone", due_at: noon - 4 }),
  };

  it.each([
    [{}, {}, ["shopPrd", "shopDev", "crmPrd"]],
    [{ product_tag: "shop" }, {}, ["shopPrd", "shopDev"]],
    [{ product_tag: "shop", env: "dev" }, {}, ["shopDev"]],
    [{ env: "prd" }, {}, ["shopPrd", "crmPrd"]],
    [{}, { products: ["crm"] }, ["crmPrd"]],
    [{}, { envs: ["dev"] }, ["shopDev"]],
    [{ product_tag: "shop" }, { envs: ["dev"] }, ["shopDev"]],
    [{}, { products: ["crm"], envs: ["dev"] }, []],
  ])("shows of tenants: %j with a key for %j", async (query, reach, expected) => {
    expect(await listed(tenants, query, { ...allScopes, verbs: ["jobs:read"], ...reach })).toEqual(expected);
  });

  it.each([
    ["a key that may not read", {}, { verbs: ["jobs:write" as const] }, 403, undefined],
    ["another product", { product_tag: "crm" }, { products: ["shop"] }, 403, undefined],
    ["another env", { env: "prd" }, { envs: ["dev"] }, 403, undefined],
    [
      "an unknown product",
      { product_tag: "shp" },
      {},
      404,
      { pointer: "/query/product_tag", detail: expect.stringContaining('"shop"') },
    ],
    ["an unknown env", { env: "prod" }, {}, 404, { pointer: "/query/env", detail: expect.stringContaining('"prd"') }],
    ["an env of another product", { product_tag: "crm", env: "dev" }, {}, 404, { pointer: "/query/env" }],
    [
      "an unknown parameter",
      { statuses: "failed" },
      {},
      400,
      { pointer: "/query/statuses", detail: expect.stringContaining('"status"') },
    ],
    ["an unknown status", { status: "failed,done" }, {}, 400, { detail: expect.stringContaining("one or more of") }],
    ["an unknown type", { type: "mail" }, {}, 400, {}],
    ["a limit of 0", { limit: "0" }, {}, 400, { pointer: "/query/limit" }],
    ["a limit of 101", { limit: "101" }, {}, 400, { pointer: "/query/limit" }],
    ["a limit that is no number", { limit: "ten" }, {}, 400, { pointer: "/query/limit" }],
    ["a time that is none", { from: "yesterday" }, {}, 400, { pointer: "/query/from" }],
    ["a range that ends before it starts", { from: "9", to: "8" }, {}, 400, { pointer: "/query/to" }],
    ["an order that is none", { order: "up" }, {}, 400, { pointer: "/query/order" }],
    ["no authorization", {}, null, 401, undefined],
  ])("refuses %s", async (_what, query, reach, status, fault) => {
    const scopes = reach && { ...allScopes, ...reach };
    const answer = await world([]).ask({ path: "/v1/jobs", query: query as Record<string, string>, scopes });
    expect(answer.status).toBe(status);
    if (fault) expect(answer.body.errors).toMatchObject([fault]);
  });
});

describe("the pages of a list", () => {
  const many = Array.from({ length: 45 }, (_, i) => aJob({ due_at: noon - i }));
  const pages = async (query: Record<string, string>, of = many) => {
    const { ask } = world(of);
    const ids: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await ask({ path: "/v1/jobs", query: { ...query, ...(cursor && { cursor }) } });
      ids.push(...body.jobs.map(({ job_id }: { job_id: string }) => job_id));
      sizes.push(body.jobs.length);
      cursor = body.next_cursor;
    } while (cursor);
    return { ids, sizes };
  };

  it("have 20 jobs or as many as asked for", async () => {
    const ids = many.map(({ id }) => id);
    expect(await pages({})).toEqual({ ids, sizes: [20, 20, 5] });
    expect(await pages({ limit: "15" })).toEqual({ ids, sizes: [15, 15, 15] });
    expect(await pages({ limit: "100" })).toEqual({ ids, sizes: [45] });
  });

  it("are short where the filter lets little through, after 1,000 jobs", async () => {
    const jobs = Array.from({ length: 2500 }, (_, i) =>
      aJob({ due_at: noon - i, ...(i % 500 === 499 && { labels: ["rare"] }) }),
    );
    const { ids, sizes } = await pages({ label: "rare" }, jobs);
    expect(ids).toEqual(jobs.filter(({ labels }) => labels).map(({ id }) => id));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it("may change their size and nothing else", async () => {
    const { ask } = world(many);
    const query = { product_tag: "shop", status: "queued" };
    const cursor = (await ask({ path: "/v1/jobs", query })).body.next_cursor;
    expect((await ask({ path: "/v1/jobs", query: { ...query, cursor, limit: "7" } })).body.jobs).toHaveLength(7);
    const others = [
      { ...query, env: "prd" },
      { ...query, order: "asc" },
      { product_tag: "shop" },
      { ...query, from: "1" },
    ];
    for (const other of others) {
      expect(await ask({ path: "/v1/jobs", query: { ...other, cursor } })).toMatchObject({
        status: 400,
        body: { code: "INVALID_REQUEST", errors: [{ pointer: "/query/cursor" }] },
      });
    }
  });

  it("are not reached by a forged or damaged cursor", async () => {
    const { ask } = world(many);
    const { next_cursor } = (await ask({ path: "/v1/jobs" })).body;
    expect(next_cursor).toMatch(/^[\w-]+$/);
    const [place, seal] = JSON.parse(Buffer.from(next_cursor, "base64url").toString());
    const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = [
      forge([{ ...place, time: place.time - 1 }, seal]),
      forge([place]),
      forge([{ ...place, id: "x" }, seal]),
      forge({}),
      next_cursor.slice(1),
      "",
      "x",
      "!",
    ];
    for (const cursor of forged) {
      expect((await ask({ path: "/v1/jobs", query: { cursor } })).body.errors).toMatchObject([
        { pointer: "/query/cursor" },
      ]);
    }
  });
});

test("a job whose result is gone does not hold up its page of the list", async () => {
  const finished = { product: "shop", status: "completed", finished_at: noon } as const;
  const jobs = [
    aJob({ ...finished, result: { blob: "results/gone", bytes: 5000 } }),
    aJob({ ...finished, result: { inline: { ok: true } } }),
  ];
  const { ask } = world(jobs);
  const list = await ask({ path: "/v1/jobs", query: { product_tag: "shop", env: "prd", status: "completed" } });
  expect(list.status).toBe(200);
  expect(list.body.jobs).toHaveLength(2);
  const alone = await ask({ path: `/v1/jobs/${jobs[0]?.id}` });
  expect(alone.status).toBe(200);
  expect(alone.body).not.toHaveProperty("result");
});

describe("a list of many products and envs", () => {
  const many = makeCatalog(
    Array.from({ length: 7 }, (_, i) => product(`p${i}`, ["dev", "stg", "prd"])),
    registry,
  );
  const ask = (path: string, query: Record<string, string>) => fakeApi({ catalog: many }).ask({ path, query });

  it.each(["/v1/jobs", "/v1/series"])("needs a product: %s", async (path) => {
    const { status, body } = await ask(path, {});
    expect([status, body.code, body.errors]).toEqual([
      400,
      "INVALID_REQUEST",
      [
        {
          pointer: "/query/product_tag",
          detail:
            "is needed: this key reaches 21 products and envs, and a list reads at most 20. GET /v1/stats/active says which of them have had jobs lately.",
        },
      ],
    ]);
    expect((await ask(path, { product_tag: "p1" })).status).toBe(200);
    expect((await ask(path, { env: "prd" })).status).toBe(200);
  });

  it("says how far it has looked where few jobs match", async () => {
    const jobs = Array.from({ length: 1001 }, (_, i) => aJob({ ...ended("completed", noon - i) }));
    const { body } = await world(jobs).ask({ path: "/v1/jobs", query: { label: "none" } });
    expect(body).toEqual({
      jobs: [],
      next_cursor: expect.any(String),
      examined: 1000,
      looked_back_to: noon - 999,
    });
  });
});
