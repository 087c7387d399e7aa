import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import type { Scopes, Verb } from "../../../lambdas/core/access/scopes.ts";
import type { Catalog } from "../../../lambdas/core/catalog/catalog.ts";
import { type Job, jobMessageOf } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { indexing, orderSearch, sealing, searchedCatalog } from "../../support/searching.ts";

const minute = 60_000;
const key = (...verbs: Verb[]): Scopes => ({ products: ["*"], envs: ["*"], verbs });

function world(catalog: Catalog = searchedCatalog(), seals = sealing("k1")) {
  const api = fakeApi({ catalog });
  Object.assign(api.services, { seals });
  indexing(api.services.jobs, api.services.searchIndex);
  const order = async (body: object, more: object = {}) => {
    const request = { product_tag: "shop", env: "dev", event: "order", input: { body }, start_at: 0, ...more };
    const { status, body: receipt } = await api.ask({ method: "POST", path: "/v1/jobs", body: request });
    expect([200, 202]).toContain(status);
    return receipt.job_id as string;
  };
  const run = async (id: string, execute: Execute) => {
    const job = (await api.services.jobs.get(id)) as Job;
    await runJob(api.services, execute, jobMessageOf(job), { random: () => 0 });
  };
  const get = (query: Record<string, string>, scopes?: Scopes) =>
    api.ask({ path: "/v1/find", query, ...(scopes && { scopes }) });
  const post = (body: object, scopes?: Scopes) =>
    api.ask({ method: "POST", path: "/v1/find", body, ...(scopes && { scopes }) });
  const find = async (query: Record<string, string>, scopes?: Scopes) => {
    const answer = await get(query, scopes);
    expect(answer.status).toBe(200);
    return answer.body.found.map(
      ({ job, fields, keys }: { job: { job_id: string }; fields: string[]; keys: string[] }) => [
        job.job_id,
        ...keys,
        ...fields.map((field) => `.${field}`),
      ],
    );
  };
  return { ...api, order, run, get, post, find };
}

const fails: Execute = async () => {
  throw new JobError("PROVIDER_ERROR", "It failed.", { retryable: false });
};

describe("a search", () => {
  test("finds jobs by a value of the input, the latest first, and by one of the result", async () => {
    const { order, run, find, clock } = world();
    const first = await order({ order: "A-17" });
    await clock.advance(minute);
    const second = await order({ order: "A-17", region: "eu" });
    await order({ order: "A-18" });
    await order({ order: "A-17" }, { event: "plain" });
    await run(first, async () => ({ body: { id: "ch_1" } }));
    expect(await find({ q: "A-17" })).toEqual([
      [second, ".order"],
      [first, ".order"],
    ]);
    expect(await find({ q: "ch_1" })).toEqual([[first, ".charge"]]);
    expect(await find({ q: "A-17", field: "order" })).toHaveLength(2);
    expect(await find({ q: "A-17", field: "charge" })).toEqual([]);
    expect(await find({ q: "A-1" })).toEqual([]);
    expect(await find({ q: "a-17" })).toEqual([]);
  });

  test.each(["😀 é", "\uffff", "#", "a#b", "!order#0", "order#", "'\"<&", "%", "\u0000", "x".repeat(256), "0", "true"])(
    "takes %j to the letter",
    async (value) => {
      const { order, find } = world();
      const id = await order({ order: value });
      await order({ order: `${value.slice(0, 255)}2` });
      expect(await find({ q: value, field: "order" })).toEqual([[id, ".order"]]);
    },
  );

  test("takes a number and true as they are written, and finds nothing by what is too long", async () => {
    const { order, find, get } = world();
    const number = await order({ order: 17 });
    const text = await order({ order: "17" });
    const yes = await order({ order: true });
    await order({ order: "x".repeat(300) });
    expect((await find({ q: "17" })).map(([id]: [string]) => id).sort()).toEqual([number, text].sort());
    expect(await find({ q: "true" })).toEqual([[yes, ".order"]]);
    expect(await find({ q: "x".repeat(256) })).toEqual([]);
    expect((await get({ q: "x".repeat(300) })).body.errors[0].pointer).toBe("/query/q");
  });

  test("keeps products and envs apart", async () => {
    const { order, find } = world();
    const dev = await order({ order: "A" });
    const prd = await order({ order: "A" }, { env: "prd" });
    const mill = await order({ order: "A" }, { product_tag: "mill" });
    const ids = async (query: object) => (await find({ q: "A", ...query })).map(([id]: [string]) => id).sort();
    expect(await ids({})).toEqual([dev, prd, mill].sort());
    expect(await ids({ product_tag: "shop", env: "dev" })).toEqual([dev]);
    expect(await ids({ env: "prd" })).toEqual([prd]);
    const mine: Scopes = { products: ["mill"], envs: ["dev"], verbs: ["jobs:read", "jobs:input"] };
    expect(await find({ q: "A" }, mine)).toEqual([[mill, ".order"]]);
    expect(await find({ q: dev }, mine)).toEqual([]);
  });

  test("finds a job by its id, and by each key of its requests", async () => {
    const { order, find, clock } = world();
    const id = await order({ order: "A" }, { idempotency_key: "once" });
    expect(await find({ q: id })).toEqual([[id, "job_id"]]);
    expect(await find({ q: "once" })).toEqual([[id, "idempotency_key"]]);
    const only = await order({ order: "U-1" }, { event: "only", idempotency_key: "of-only" });
    expect(await order({ order: "U-1" }, { event: "only", idempotency_key: "again" })).toBe(only);
    expect(await find({ q: "U-1" })).toEqual([[only, "unique"]]);
    expect(await find({ q: "again" })).toEqual([[only, "idempotency_key"]]);
    expect(await find({ q: "of-only" })).toEqual([[only, "idempotency_key"]]);
    const later = await order({ order: "D-1" }, { event: "later", start_at: undefined });
    expect(await find({ q: "D-1" })).toEqual([[later, "debounce", ".order"]]);
    await clock.advance(1);
  });

  test("with status=failed finds what has failed, by the time of its end", async () => {
    const { order, run, find, clock, ask } = world();
    const first = await order({ order: "A" });
    const second = await order({ order: "A" });
    await order({ order: "A" });
    await run(second, fails);
    await clock.advance(minute);
    await run(first, fails);
    const failed = { q: "A", field: "order", status: "failed" };
    expect(await find(failed)).toEqual([
      [first, ".order"],
      [second, ".order"],
    ]);
    expect(await find({ ...failed, from: String(noon + minute) })).toEqual([[first, ".order"]]);
    expect(await find({ ...failed, to: String(noon + minute) })).toEqual([[second, ".order"]]);
    expect(await find({ q: first, status: "failed" })).toEqual([[first, "job_id"]]);
    await ask({ method: "POST", path: `/v1/jobs/${first}/retry` });
    expect(await find(failed)).toEqual([[second, ".order"]]);
    await clock.advance(minute);
    await run(first, fails);
    expect(await find(failed)).toHaveLength(2);
    expect(await find({ q: "A", field: "order" })).toHaveLength(3);
  });

  test("goes by what a job is now: a value that has changed leads to it no more, nor does one of a deleted job", async () => {
    const { order, find, ask, services, run } = world();
    const debounced = { event: "later", start_at: undefined };
    const id = await order({ order: "K", region: "eu" }, debounced);
    await order({ order: "K", region: "us" }, debounced);
    expect(await find({ q: "eu" })).toEqual([]);
    expect(await find({ q: "us" })).toEqual([[id, ".region"]]);
    const moved = await order({ order: "M" }, { start_at: noon + 3_600_000 });
    await ask({ method: "POST", path: `/v1/jobs/${moved}/reschedule`, body: { start_at: noon + 7_200_000 } });
    expect(await find({ q: "M" })).toEqual([[moved, ".order"]]);
    const gone = await order({ order: "G" });
    await run(gone, async () => ({}));
    await services.jobs.remove((await services.jobs.get(gone)) as Job);
    expect(services.searchIndex.all().some(({ job_id }) => job_id === gone)).toBe(true);
    expect(await find({ q: "G" })).toEqual([]);
  });

  test("lists each job once over pages, by whatever fields it is found", async () => {
    const { order, get, clock } = world();
    const made: string[] = [];
    for (let n = 0; n < 25; n++) {
      made.unshift(await order(n % 2 ? { order: "S", region: "S" } : { region: "S" }));
      await clock.advance(n % 3);
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await get({ q: "S", limit: "4", ...(cursor && { cursor }) });
      expect(body.found.length).toBeLessThanOrEqual(4);
      listed.push(...body.found.map(({ job }: { job: { job_id: string } }) => job.job_id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(listed).toHaveLength(25);
    expect(new Set(listed)).toEqual(new Set(made));
    const times = await Promise.all(listed.map(async (id) => (await get({ q: id })).body.found[0].job.created_at));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  test("that has looked at a thousand says how far it has come, and goes on", async () => {
    const { order, get, services, clock } = world();
    const id = await order({ order: "A" });
    await clock.advance(minute);
    const entry = { product: "shop", env: "dev", field: "order", value: "A", sealed: false, failed: false };
    const stale = (n: number) => ({
      ...entry,
      job_id: `job_${String(n).padStart(32, "0")}`,
      at: noon + n,
      until: noon * 2,
    });
    await services.searchIndex.put(Array.from({ length: 1500 }, (_, n) => stale(n + 1)));
    const first = await get({ q: "A", field: "order", limit: "100" });
    expect(first.body).toEqual({
      found: [],
      examined: 1000,
      looked_back_to: noon + 501,
      next_cursor: expect.any(String),
    });
    const second = await get({ q: "A", field: "order", limit: "100", cursor: first.body.next_cursor });
    expect(second.body.found.map(({ job }: { job: { job_id: string } }) => job.job_id)).toEqual([id]);
    expect(second.body).not.toHaveProperty("next_cursor");
  });
});

describe("a search whose entries lead to little", () => {
  const entry = { env: "dev", field: "order", value: "A", sealed: false, failed: false, until: noon * 2 };
  /** Entries of jobs that are gone, a millisecond apart, latest at `noon + count`, and what reads them. */
  async function withStale(count: number, products: readonly string[] = ["shop"]) {
    const all = world(searchedCatalog(undefined, products));
    const { searchIndex, jobs } = all.services;
    const staleAt = (n: number) => ({ ...entry, job_id: `job_${String(n).padStart(32, "0")}`, at: noon + n });
    const productOf = (n: number) => products[n % products.length] as string;
    await searchIndex.put(Array.from({ length: count }, (_, n) => ({ ...staleAt(n + 1), product: productOf(n) })));
    const reads = { entries: 0, jobs: 0 };
    const [page, getMany] = [searchIndex.page, jobs.getMany];
    searchIndex.page = (of, query) => {
      reads.entries++;
      return page(of, query);
    };
    jobs.getMany = (ids) => {
      reads.jobs++;
      return getMany(ids);
    };
    return { ...all, reads };
  }

  test("reads a thousand of them in some twenty reads, also for a page of one", async () => {
    const { get, reads } = await withStale(1200);
    const { body } = await get({ q: "A", field: "order", limit: "1" });
    expect(body).toMatchObject({ found: [], examined: 1000, looked_back_to: noon + 201 });
    expect(reads.jobs).toBeLessThanOrEqual(12);
    expect(reads.entries).toBeLessThanOrEqual(16);
  });

  test("reads each of a hundred places as far as it is needed", async () => {
    const products = Array.from({ length: 100 }, (_, n) => `p${n}`);
    const { get, reads } = await withStale(3000, products);
    const { body } = await get({ q: "A", field: "order", env: "dev", limit: "1" });
    expect(body).toMatchObject({ found: [], examined: 1000, looked_back_to: noon + 2001 });
    expect(reads.jobs).toBeLessThanOrEqual(12);
    expect(reads.entries).toBeLessThanOrEqual(200);
  });

  test.each([1, 2, 7, 100])("lists by pages of %i what it lists as a whole", async (limit) => {
    const { get, order, clock } = await withStale(1300, ["shop", "mill"]);
    const made: string[] = [];
    for (let n = 0; n < 21; n++) {
      const product_tag = n % 3 ? "shop" : "mill";
      made.unshift(await order(n % 2 ? { order: "A", region: "A" } : { order: "A" }, { product_tag }));
      await clock.advance((n * 37) % 101);
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await get({ q: "A", limit: String(limit), ...(cursor && { cursor }) });
      expect(body.found.length).toBeLessThanOrEqual(limit);
      if (body.found.length < limit && body.next_cursor) expect(body.examined).toBe(1000);
      listed.push(...body.found.map(({ job }: { job: { job_id: string } }) => job.job_id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(listed.toSorted()).toEqual(made.toSorted());
    const times = await Promise.all(listed.map(async (id) => (await get({ q: id })).body.found[0].job.created_at));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });
});

describe("a key without jobs:input", () => {
  test("searches by public fields only, and by ids and keys", async () => {
    const { order, find, get } = world();
    const id = await order({ order: "S", region: "S" });
    expect(await find({ q: "S" }, key("jobs:read"))).toEqual([[id, ".region"]]);
    expect(await find({ q: "S" }, key("jobs:read", "jobs:input"))).toEqual([[id, ".order", ".region"]]);
    expect(await find({ q: id }, key("jobs:read"))).toEqual([[id, "job_id"]]);
    expect(await get({ q: "S", field: "order" }, key("jobs:read"))).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("jobs:input") },
    });
    expect((await get({ q: "S" }, key("jobs:write"))).status).toBe(403);
  });
});

describe("a sealed field", () => {
  const email = "ada@example.com";

  test("is found by POST, stands in no address, log, view or index, and needs jobs:input", async () => {
    const { order, run, post, get, find, services, ask, log } = world();
    const id = await order({ customer: email });
    await run(id, fails);
    const { body } = await post({ q: email, field: "customer" });
    const by = { keys: [], fields: ["customer"], sealed: ["customer"] };
    expect(body.found).toEqual([{ ...by, job: expect.objectContaining({ job_id: id }) }]);
    expect((await post({ q: email })).body.found).toHaveLength(1);
    expect((await post({ q: email, status: "failed", from: noon, to: noon + 1 })).body.found).toHaveLength(1);
    expect((await post({ q: "bob@example.com" })).body.found).toEqual([]);
    expect((await post({ q: email }, key("jobs:read"))).body.found).toEqual([]);
    expect((await post({ q: email, field: "customer" }, key("jobs:read"))).status).toBe(403);
    expect(await find({ q: email })).toEqual([]);
    expect(await get({ q: email, field: "customer" })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/query/field", detail: expect.stringContaining("POST /v1/find") }] },
    });
    const { input: _, ...job } = (await services.jobs.get(id)) as Job;
    const shown = await ask({ path: `/v1/jobs/${id}` });
    expect(JSON.stringify([job, services.searchIndex.all(), log.lines, shown])).not.toContain(email);
    expect(shown.body).not.toHaveProperty("search");
  });

  test("is found under each key of the deployment, and not by its hash", async () => {
    const catalog = searchedCatalog();
    const old = world(catalog, sealing("k1"));
    const id = await old.order({ customer: email });
    Object.assign(old.services, { seals: sealing("k2", "k1") });
    expect((await old.post({ q: email })).body.found).toHaveLength(1);
    const { customer = "" } = (await old.services.jobs.get(id))?.search?.sealed ?? {};
    expect((await old.post({ q: customer })).body.found).toEqual([]);
  });

  test("is unavailable while the key is", async () => {
    const down = { of: () => Promise.reject(new JobError("SERVICE_UNAVAILABLE", "down")) };
    const { post, find } = world(searchedCatalog(), down as never);
    expect(await post({ q: email })).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
    expect(await find({ q: email })).toEqual([]);
  });
});

describe("a catalog that has changed", () => {
  const { region, ...fewer } = orderSearch;

  test("finds a job by a field that was added once it has changed, and by one that was dropped no more", async () => {
    const before = world(searchedCatalog(fewer));
    const body = { order: "A", region: "eu" };
    const changed = await before.order(body, { start_at: noon + 3_600_000 });
    const unchanged = await before.order(body);
    const all = before.services.jobs.all();
    const after = world(searchedCatalog({ region }));
    for (const job of all) await after.services.jobs.create(job);
    expect(await after.find({ q: "eu" })).toEqual([]);
    await after.ask({ method: "POST", path: `/v1/jobs/${changed}/reschedule`, body: { start_at: noon } });
    expect(await after.find({ q: "eu" })).toEqual([[changed, ".region"]]);
    await after.run(unchanged, fails);
    expect((await after.find({ q: "eu" })).map(([id]: [string]) => id).sort()).toEqual([changed, unchanged].sort());
    expect(await after.find({ q: "A" })).toEqual([]);
  });
});

describe("a search is refused", () => {
  test.each<[Record<string, string>, string, RegExp]>([
    [{}, "/query/q", /required/],
    [{ q: "" }, "/query/q", /at least 1/],
    [{ q: "A", field: "ordr" }, "/query/field", /Did you mean "order"/],
    [{ q: "A", status: "completed" }, "/query/status", /failed/],
    [{ q: "A", from: "5", to: "5" }, "/query/to", /after/],
    [{ q: "A", cursor: "x" }, "/query/cursor", /next_cursor/],
    [{ q: "A", product_tag: "shp" }, "/query/product_tag", /Did you mean "shop"/],
    [{ q: "A", env: "test" }, "/query/env", /has this env/],
    [{ q: "A", order: "asc" }, "/query/order", /unknown|Unrecognized/i],
  ])("with %j at %s", async (query, pointer, detail) => {
    const { get } = world();
    const { status, body } = await get(query);
    expect([400, 404]).toContain(status);
    expect(body.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });

  test("over too many products, with what to name", async () => {
    const tags = Array.from({ length: 12 }, (_, n) => `p${n}`);
    const { get, order, find } = world(searchedCatalog(orderSearch, tags));
    const id = await order({ order: "A" }, { product_tag: "p3" });
    const { status, body } = await get({ q: "A" });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: "/query/product_tag", detail: expect.stringMatching(/144 places.*at most 100/) },
    ]);
    expect(await find({ q: "A", field: "order" })).toEqual([[id, ".order"]]);
    expect(await find({ q: "A", product_tag: "p3" })).toEqual([[id, ".order"]]);
  });

  test("as a body too", async () => {
    const { post } = world();
    const refused = async (body: object) =>
      (await post(body)).body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(await refused({})).toEqual(["/q"]);
    expect(await refused({ q: "A", field: "x" })).toEqual(["/field"]);
    expect(await refused({ q: "A", from: 5, to: 5 })).toEqual(["/to"]);
    expect(await refused({ q: "A", cursor: "x" })).toEqual(["/cursor"]);
    expect(await refused({ q: "A", extra: 1 })).toEqual(["/extra"]);
  });
});

describe("a list with where", () => {
  const listing = (world: ReturnType<typeof makeWorld>) => async (query: Record<string, string>, scopes?: Scopes) => {
    const { status, body } = await world.ask({ path: "/v1/jobs", query, ...(scopes && { scopes }) });
    expect([status, body.errors]).toEqual([200, undefined]);
    return body.jobs.map(({ job_id }: { job_id: string }) => job_id);
  };
  const makeWorld = () => world();

  test("has the jobs that have all of its values, and whatever else is asked for", async () => {
    const made = makeWorld();
    const { order, clock, run } = made;
    const list = listing(made);
    const eu = await order({ order: "A-17", region: "eu" }, { labels: ["x"] });
    await clock.advance(minute);
    const us = await order({ order: "A-17", region: "us" });
    await clock.advance(minute);
    const prd = await order({ order: "A-17", region: "eu" }, { env: "prd" });
    await order({ order: "B-18", region: "eu" });
    const where = { "where[order]": "A-17" };
    expect(await list(where)).toEqual([prd, us, eu]);
    expect(await list({ ...where, "where[region]": "eu" })).toEqual([prd, eu]);
    expect(await list({ ...where, env: "dev", label: "x" })).toEqual([eu]);
    expect(
      await list({ ...where, created_from: String(noon + minute), created_to: String(noon + 2 * minute) }),
    ).toEqual([us]);
    expect(await list({ ...where, event: "template" })).toEqual([]);
    await run(eu, fails);
    await run(us, async () => ({}));
    expect(await list({ ...where, status: "failed" })).toEqual([eu]);
    expect(await list({ ...where, status: "failed", from: String(noon + 3 * minute) })).toEqual([]);
    expect(await list({ ...where, status: "failed", created_from: String(noon + 1) })).toEqual([]);
    expect(await list({ ...where, status: "completed,failed" })).toEqual([us, eu]);
  });

  test.each([
    ["us", "eu", "us", "eu", "us", "eu", "us"],
    // A page is full in the middle of what was read last.
    ["us", "us", "us", "eu"],
  ])("goes on by pages", async (...regions) => {
    const made = makeWorld();
    const ids: string[] = [];
    for (const region of regions) {
      const id = await made.order({ order: "P", region });
      if (region === "us") ids.unshift(id);
      await made.clock.advance(1);
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { "where[order]": "P", "where[region]": "us", limit: "2", ...(cursor && { cursor }) };
      const { body } = await made.ask({ path: "/v1/jobs", query });
      listed.push(...body.jobs.map(({ job_id }: { job_id: string }) => job_id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(listed).toEqual(ids);
  });

  test("needs jobs:input for each field that is not public", async () => {
    const made = makeWorld();
    const id = await made.order({ order: "A", region: "eu" });
    const list = listing(made);
    expect(await list({ "where[region]": "eu" }, key("jobs:read"))).toEqual([id]);
    const asked = { path: "/v1/jobs", query: { "where[region]": "eu", "where[order]": "A" } };
    expect((await made.ask({ ...asked, scopes: key("jobs:read") })).status).toBe(403);
    const half: Scopes = { products: ["*"], envs: ["prd"], verbs: ["jobs:read", "jobs:input"] };
    expect(await list(asked.query, half)).toEqual([]);
  });

  test.each<[Record<string, string>, string, RegExp]>([
    [{ "where[ordr]": "A" }, "/query/where/ordr", /Did you mean "order"/],
    [{ "where[]": "A" }, "/query/where/", /no event/],
    [{ "where[__proto__]": "A" }, "/query/where[__proto__]", /unknown field/],
    [{ "where[__proto__]": "A", "where[order]": "A" }, "/query/where[__proto__]", /unknown field/],
    [{ "where[constructor]": "A" }, "/query/where/constructor", /no event/],
    [{ "where[order]": "" }, "/query/where/order", /at least 1/],
    [{ "where[customer]": "A" }, "/query/where/customer", /POST \/v1\/find/],
    [{ "where[order]": "A", order: "asc" }, "/query/order", /desc/],
    [{ where: "A" }, "/query/where", /object|record/i],
    [{ created_from: "5" }, "/query/created_from", /where/],
    [{ created_to: "5" }, "/query/created_to", /where/],
    [{ "where[order]": "A", created_from: "5", created_to: "5" }, "/query/created_to", /after/],
    [{ "where[order": "A" }, "/query/where[order", /unknown|Unrecognized|parameter/i],
  ])("is refused with %j at %s", async (query, pointer, detail) => {
    const { status, body } = await makeWorld().ask({ path: "/v1/jobs", query });
    expect([status, body.errors]).toEqual([400, [{ pointer, detail: expect.stringMatching(detail) }]]);
  });
});

test("a search reads as much of a small index as of a large one", async () => {
  const reads = async (jobs: number) => {
    const { order, get, services, find } = world();
    const id = await order({ order: "A-17" });
    const entry = { product: "shop", env: "dev", field: "order", sealed: false, until: noon * 2 };
    const others = Array.from({ length: jobs }, (_, n) => ({
      ...entry,
      ...{ value: `B-${n}`, failed: n % 2 === 0, at: noon + n, job_id: `job_${String(n).padStart(32, "0")}` },
    }));
    await services.searchIndex.put(others);
    let calls = 0;
    const { page } = services.searchIndex;
    services.searchIndex.page = (...args) => {
      calls++;
      return page(...args);
    };
    const { getMany } = services.jobs;
    services.jobs.getMany = (ids) => {
      calls++;
      return getMany(ids);
    };
    expect(await find({ q: "A-17", field: "order" })).toEqual([[id, ".order"]]);
    await get({ q: "A-17", field: "order", status: "failed" });
    return calls;
  };
  // Two products in two envs each, twice, and the one job that was found.
  expect([await reads(0), await reads(5000)]).toEqual([9, 9]);
});
