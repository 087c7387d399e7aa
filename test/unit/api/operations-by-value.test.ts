import { describe, expect, test } from "@jest/globals";
import { allScopes, type Scopes, type Verb } from "../../../lambdas/core/access/scopes.ts";
import { causeId } from "../../../lambdas/core/job/incident.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import type { JobErrorCode } from "../../../lambdas/core/job/job-error.ts";
import type { JobSearch } from "../../../lambdas/core/job/job-search.ts";
import { hasMark, matchedOf, type Operation, operationStates } from "../../../lambdas/core/job/operation.ts";
import { defined } from "../../../lambdas/core/kernel/defined.ts";
import { readList } from "../../../lambdas/core/operations/collect-jobs.ts";
import { goOnWithOperation } from "../../../lambdas/core/operations/go-on.ts";
import type { Seals } from "../../../lambdas/core/operations/seals.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { failedJob, scheduledJob } from "../../support/operating.ts";
import { indexing, sealing, searchedCatalog } from "../../support/searching.ts";

const minute = 60_000;
const value = "ada@example.com";
const key = (...verbs: Verb[]): Scopes => ({ products: ["*"], envs: ["*"], verbs });
const place = { product_tag: "shop", env: "dev" };
const cancelling = (where: object, more: object = {}) => ({
  ...{ action: "cancel", filter: { ...place, where, ...more }, reason: "withdrawn", rate_per_second: 200 },
});
/** Where the jobs of this file are, unless a test says otherwise. */
const here = { product: "shop", env: "dev", event: "order" };
const having = (values: Record<string, string>): { search: JobSearch } => ({ search: { rev: "r", values } });
const order = (n: number, text = "A-17", more: Partial<Job> = {}) =>
  scheduledJob(n, { ...here, ...having({ order: text }), ...more });

/** The API on fakes, with an index that is kept as the indexer does. Messages of operations are delivered by the test. */
async function world(...jobs: Job[]) {
  const api = fakeApi({ catalog: searchedCatalog() });
  const { services } = api;
  const sealBy = (seals: Seals) => Object.assign(services, { seals });
  sealBy(sealing("k1"));
  indexing(services.jobs, services.searchIndex);
  for (const job of jobs) await services.jobs.create(job);
  const post = (body: object, { scopes = allScopes, query = {} }: { scopes?: Scopes; query?: object } = {}) =>
    api.ask({ method: "POST", path: "/v1/operations", body, scopes, query: { ...query } });
  const begin = async (body: object): Promise<string> => {
    const answer = await post(body);
    expect([answer.status, answer.body.detail]).toEqual([202, undefined]);
    return answer.body.operation_id;
  };
  const stored = async (id: string): Promise<Operation> => (await services.operations.get(id)) as Operation;
  /** Delivers so many messages, each when it is due. */
  const run = async (id: string, most = 1000): Promise<Operation> => {
    for (let n = 0; n < most; n++) {
      const next = services.turns.sent.shift();
      if (!next) break;
      await services.clock.advance(next.delaySeconds * 1000);
      await goOnWithOperation(services, next.message);
    }
    return stored(id);
  };
  const changed = async (id: string) => {
    const operation = await stored(id);
    const marked = services.jobs.all().filter((job) => hasMark(job, operation));
    return marked.map((job) => job.id).sort();
  };
  return { ...api, post, begin, run, stored, changed, sealBy };
}

describe("an operation by a value", () => {
  test("changes the jobs that have it, and no others", async () => {
    const own = [1, 2, 3].map((n) => order(n));
    const w = await world(
      ...own,
      order(11, "A-18"),
      order(12, "a-17"),
      order(13, "A-17", { env: "prd" }),
      order(14, "A-17", { product: "mill" }),
      // Of an event that is not searched, and of another field.
      order(15, "A-17", { event: "plain" }),
      scheduledJob(16, { ...here, ...having({ region: "A-17" }) }),
      scheduledJob(17, here),
    );
    const id = await w.begin(cancelling({ order: "A-17" }));
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 3, unchanged: 0, failed: 0 } });
    expect(await w.changed(id)).toEqual(own.map((job) => job.id));
    const others = w.services.jobs.all().filter((job) => !own.some((one) => one.id === job.id));
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set(["scheduled"]));
  });

  test("goes by the other conditions of the filter too, and takes a number and true as they are written", async () => {
    const w = await world(
      order(1, "17", { labels: ["blue"] }),
      order(2, "17"),
      order(3, "17", { labels: ["blue"], due_at: noon + 9 * 3_600_000 }),
      order(4, "true"),
    );
    const first = await w.begin(cancelling({ order: 17 }, { label: "blue", to: noon + 8 * 3_600_000 }));
    expect(await w.run(first)).toMatchObject({ counts: { changed: 1 } });
    expect(await w.changed(first)).toEqual([order(1).id]);
    const second = await w.begin(cancelling({ order: true }));
    expect(await w.run(second)).toMatchObject({ counts: { changed: 1 } });
  });

  test("takes of named jobs those that have it", async () => {
    const w = await world(order(1), order(2, "A-18"), order(3));
    const job_ids = [order(1).id, order(2).id];
    const id = await w.begin({ ...cancelling({ order: "A-17" }), job_ids });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 1 } });
    expect(await w.changed(id)).toEqual([order(1).id]);
  });

  test("leaves out what has changed its value since, before it was found and before it was changed", async () => {
    const w = await world(...[1, 2, 3, 4].map((n) => order(n)));
    const { jobs } = w.services;
    const change = async (n: number) => {
      const job = jobs.peek(order(n).id) as Job;
      await jobs.replace({ ...job, ...having({ order: "B" }), version: job.version + 1 });
    };
    await change(1);
    const id = await w.begin(cancelling({ order: "A-17" }));
    expect(matchedOf(await w.run(id, 1))).toBe(3);
    await change(2);
    const done = await w.run(id);
    expect(done).toMatchObject({ state: "done", counts: { changed: 2, unchanged: 1, failed: 0 } });
    expect(await w.changed(id)).toEqual([order(3).id, order(4).id]);
    expect(await w.services.operations.page(id, done.last_page ?? 0)).toMatchObject({
      jobs: [{ job_id: order(2).id, code: "STATE_CONFLICT" }],
    });
  });

  test("goes on where the time of a turn has ended, with each job once and none missed", async () => {
    const count = 5230;
    const w = await world();
    const { jobs, searchIndex, clock } = w.services;
    // Many of one time, over which a page ends, in two envs.
    for (let n = 0; n < count; n++)
      await jobs.create(order(n, "A-17", { created_at: noon - (n % 7) * minute, env: n % 5 === 0 ? "prd" : "dev" }));
    const { page } = searchIndex;
    let pages = 0;
    searchIndex.page = async (of, query) => {
      pages++;
      await clock.advance(8_000);
      // A job that is made meanwhile is behind none of the places.
      await jobs.create(order(100_000 + pages, "A-17", { created_at: clock.now() }));
      return page(of, query);
    };
    const { env: _env, ...filter } = cancelling({ order: "A-17" }).filter;
    const id = await w.begin({ action: "count", filter });
    const turns: Operation[] = [];
    while (turns.at(-1)?.state !== "done") turns.push(await w.run(id, 1));
    expect(turns.length).toBeGreaterThan(2);
    expect(turns.map(({ place }) => place).filter(Boolean).length).toBe(turns.length - 1);
    const found = await readList(w.services, await w.stored(id), 0, Number.POSITIVE_INFINITY);
    expect(new Set(found).size).toBe(found.length);
    expect(matchedOf(await w.stored(id))).toBe(found.length);
    for (let n = 0; n < count; n++) expect(found.includes(order(n).id)).toBe(true);
  });

  test("retries what has failed by the entries of failures, within the times of its filter", async () => {
    const failed = (n: number, finished_at: number) =>
      failedJob(n, { ...here, ...having({ order: "A-17" }), finished_at });
    const w = await world(
      ...[1, 2, 3].map((n) => failed(n, noon - n * minute)),
      failed(4, noon - 90 * minute),
      ...[11, 12, 13].map((n) => order(n)),
    );
    const { searchIndex } = w.services;
    const { page } = searchIndex;
    const read: unknown[] = [];
    searchIndex.page = async (of, query) => {
      const answer = await page(of, query);
      read.push([of.failed, answer.found.length]);
      return answer;
    };
    const filter = { ...place, where: { order: "A-17" }, from: noon - 60 * minute };
    const id = await w.begin({ action: "retry", filter, reason: "it is back", rate_per_second: 200 });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 3, unchanged: 0 } });
    expect(read).toEqual([[true, 3]]);
  });

  test("is left alone by a version that knows no values, until there is one that does", async () => {
    const w = await world(order(1));
    const id = await w.begin(cancelling({ order: "A-17" }));
    expect(operationStates).not.toContain((await w.stored(id)).state);
    const { body } = await w.ask({ path: `/v1/operations/${id}` });
    expect(body.state).toBe("collecting");
  });

  test("can be counted, be dry, and be refused by its number", async () => {
    const w = await world(order(1), order(2));
    const dry = await w.begin({ ...cancelling({ order: "A-17" }), dry_run: true });
    expect(matchedOf(await w.run(dry))).toBe(2);
    const other = await w.begin({ ...cancelling({ order: "A-17" }), expect: 3 });
    expect(await w.run(other)).toMatchObject({ state: "refused", why: "OTHER_NUMBER" });
    const would = await w.post(cancelling({ order: "A-17" }), { query: { dry_run: "true" } });
    expect(would).toMatchObject({ status: 200, body: { state: "collecting", filter: { where: { order: "A-17" } } } });
    expect(w.services.jobs.all().every(({ status }) => status === "scheduled")).toBe(true);
  });
});

describe("a request by a value", () => {
  test.each<[string, object, string]>([
    ["a field that there is not", { ordr: "A-17" }, "/filter/where/ordr"],
    ["two fields", { order: "A-17", region: "eu" }, "/filter/where"],
    ["no field", {}, "/filter/where"],
    ["no text", { order: "" }, "/filter/where/order"],
    ["a text that is too long", { order: "x".repeat(257) }, "/filter/where/order"],
    ["a list", { order: ["A-17"] }, "/filter/where/order"],
    ["null", { order: null }, "/filter/where/order"],
    ["no object", ["order"], "/filter/where"],
  ])("is refused for %s, with the place", async (_, where, pointer) => {
    const { post, operations } = await world();
    for (const query of [{}, { dry_run: "true" }]) {
      const { status, body } = await post(cancelling(where), { query });
      expect([status, body.code, body.errors.map((one: { pointer: string }) => one.pointer)]).toEqual([
        400,
        "INVALID_REQUEST",
        [pointer],
      ]);
      expect(JSON.stringify(body)).not.toContain("A-17");
    }
    expect(operations.all()).toEqual([]);
  });

  test("says which field may be meant", async () => {
    const { post } = await world();
    expect((await post(cancelling({ ordr: "A" }))).body.errors[0].detail).toContain('Did you mean "order"?');
    const misspelt = await post({ ...cancelling({ order: "A" }), filter: { ...place, wher: { order: "A" } } });
    expect(misspelt.body.errors[0].detail).toContain('Did you mean "where"?');
  });

  test("needs jobs:input, unless the field is public", async () => {
    const { post } = await world();
    const scopes = key("jobs:read", "jobs:write");
    expect(await post(cancelling({ order: "A-17" }), { scopes })).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN", detail: expect.stringContaining("jobs:input") },
    });
    expect((await post(cancelling({ customer: value }), { scopes })).status).toBe(403);
    expect((await post(cancelling({ region: "eu" }), { scopes })).status).toBe(202);
    const all = key("jobs:read", "jobs:write", "jobs:input");
    expect((await post(cancelling({ order: "A-17" }), { scopes: all })).status).toBe(202);
    // Its own verb it needs all the same.
    expect((await post(cancelling({ order: "A-17" }), { scopes: key("jobs:read", "jobs:input") })).status).toBe(403);
  });

  test("is shown with its value to those who may search by it", async () => {
    const { begin, ask } = await world();
    const secret = await begin(cancelling({ order: "A-17" }));
    const open = await begin(cancelling({ region: "eu" }));
    const shown = async (scopes: Scopes) => {
      const { body } = await ask({ path: "/v1/operations", query: { product_tag: "shop" }, scopes });
      const listed = new Map(body.operations.map((one: { operation_id: string }) => [one.operation_id, one]));
      return Promise.all(
        [secret, open].map(async (id) => {
          const one = await ask({ path: `/v1/operations/${id}`, scopes });
          expect(listed.get(id)).toEqual(one.body);
          return one.body.filter.where;
        }),
      );
    };
    expect(await shown(allScopes)).toEqual([{ order: "A-17" }, { region: "eu" }]);
    expect(await shown(key("jobs:read"))).toEqual([{ order: "[redacted]" }, { region: "eu" }]);
    const steered = await ask({
      method: "POST",
      path: `/v1/operations/${secret}/pause`,
      scopes: key("jobs:read", "jobs:write"),
    });
    expect(steered.body.filter.where).toEqual({ order: "[redacted]" });
  });

  test("of before is told from others by its idempotency key", async () => {
    const { post } = await world();
    const asked = { ...cancelling({ order: "A-17" }), idempotency_key: "once" };
    const first = await post(asked);
    expect((await post(asked)).body.operation_id).toBe(first.body.operation_id);
    const other = { ...cancelling({ order: "A-18" }), idempotency_key: "once" };
    expect((await post(other)).body.code).toBe("IDEMPOTENCY_MISMATCH");
  });
});

describe("a sealed value", () => {
  const sealed = async (n: number, text: string, seals: Seals, env = "dev") => {
    const [hash] = await seals.of({ product: "shop", env, field: "customer", text });
    return scheduledJob(n, { ...here, env, search: { rev: "r", sealed: { customer: hash } } });
  };

  test("finds its jobs, also those under a key of before, in all envs, and is kept and shown nowhere", async () => {
    const before = sealing("k1");
    const w = await world(
      await sealed(1, value, before),
      await sealed(2, value, sealing("k2")),
      await sealed(3, value, before, "prd"),
      await sealed(4, "grace@example.com", before),
      // What looks the same and is not sealed.
      scheduledJob(5, { ...here, ...having({ customer: value }) }),
    );
    w.sealBy(sealing("k2", "k1"));
    const { env: _env, ...filter } = cancelling({ customer: value }).filter;
    const begun = await w.post({ ...cancelling({}), filter });
    expect(begun.body.filter.where).toEqual({ customer: "[sealed]" });
    const id = begun.body.operation_id;
    await w.ask({ method: "POST", path: `/v1/operations/${id}/rate`, body: { rate_per_second: 100 } });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 3, unchanged: 0 } });
    expect(await w.changed(id)).toEqual([1, 2, 3].map((n) => order(n).id));
    const { body } = await w.ask({ path: `/v1/operations/${id}` });
    const kept = [w.operations.all(), w.audit.all(), w.log.lines, w.services.turns.sent, body, begun.body];
    for (const part of ["ada@", "example.com"]) expect(JSON.stringify(kept)).not.toContain(part);
    const hashes = (await w.stored(id)).where?.places.flatMap(({ values }) => values) ?? [];
    expect(hashes).toHaveLength(4);
    for (const hash of hashes) expect(JSON.stringify([body, w.audit.all(), w.log.lines])).not.toContain(hash);
  });

  test("is in no hash that can be guessed without the key, and a repeated request finds its operation after a rotation", async () => {
    const w = await world();
    const asked = (customer: string) => ({ ...cancelling({ customer }), idempotency_key: "once" });
    const first = await w.post(asked(value));
    w.sealBy(sealing("k2", "k1"));
    expect((await w.post(asked(value))).body.operation_id).toBe(first.body.operation_id);
    expect((await w.post(asked("grace@example.com"))).body.code).toBe("IDEMPOTENCY_MISMATCH");
    const { fingerprint } = await w.stored(first.body.operation_id);
    const other = await w.begin(cancelling({ customer: "grace@example.com" }));
    expect((await w.stored(other)).fingerprint).toBe(fingerprint);
  });

  test("is asked for again where the key cannot be read for now", async () => {
    const w = await world();
    w.sealBy({
      of: async () => {
        throw new Error("throttled");
      },
    });
    expect(await w.post(cancelling({ customer: value }))).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
    expect(w.operations.all()).toEqual([]);
    expect(JSON.stringify(w.log.lines)).not.toContain(value);
  });

  test("is said to the audit by its field, and so is one that is not sealed", async () => {
    const w = await world();
    await w.post(cancelling({ customer: value }));
    await w.post(cancelling({ order: "A-17" }));
    const filters = w.audit.all().map(({ after }) => after?.filter as { where: string });
    expect(filters.map(({ where }) => where).sort()).toEqual(["customer", "order"]);
  });
});

describe("an operation by a cause", () => {
  const failing = (n: number, code: JobErrorCode, more: { provider_code?: string; event?: string } = {}) => {
    const { provider_code, event = "order" } = more;
    const job = failedJob(n, { ...here, event });
    const error = { code, message: "It failed.", retryable: false, ...defined({ provider_code }) };
    return { ...job, error, attempts: job.attempts.map((one) => ({ ...one, error })) };
  };
  const cause = (code: JobErrorCode, provider_code?: string) =>
    causeId({ kind: "cause", target: "apps/api", code, ...defined({ provider_code }) });
  const retrying = (of: string, more: object = {}) => ({
    ...{ action: "retry", filter: { ...place, cause: of, ...more }, reason: "the provider is back" },
  });

  test("retries what has failed for it, whatever the event, and nothing that failed otherwise", async () => {
    const own = [failing(1, "PROVIDER_ERROR", { provider_code: "E1" })];
    own.push(failing(2, "PROVIDER_ERROR", { provider_code: "E1", event: "plain" }));
    const w = await world(
      ...own,
      failing(3, "PROVIDER_ERROR", { provider_code: "E2" }),
      failing(4, "PROVIDER_ERROR"),
      failing(5, "TIMEOUT", { provider_code: "E1" }),
      scheduledJob(6, here),
    );
    const id = await w.begin(retrying(cause("PROVIDER_ERROR", "E1")));
    // A version that knows no causes would retry all that has failed: it leaves such a state alone.
    expect(operationStates).not.toContain((await w.stored(id)).state);
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 2, unchanged: 0, failed: 0 } });
    expect(await w.changed(id)).toEqual(own.map((job) => job.id));
    const shown = await w.ask({ path: `/v1/operations/${id}` });
    expect(shown.body).toMatchObject({ state: "done", filter: { cause: cause("PROVIDER_ERROR", "E1") } });
  });

  test("leaves alone what fails otherwise by its turn", async () => {
    const w = await world(failing(1, "TIMEOUT"), failing(2, "TIMEOUT"));
    const id = await w.begin(retrying(cause("TIMEOUT")));
    await w.run(id, 1);
    const [first] = w.services.jobs.all();
    if (!first?.error) throw new Error("no job");
    await w.services.jobs.replace({
      ...first,
      version: first.version + 1,
      error: { ...first.error, code: "NOT_FOUND" },
    });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 1, unchanged: 1 } });
  });

  test("takes the id of a cause only, which is a condition by itself", async () => {
    const w = await world();
    for (const wrong of ["other", "9F3C0A7BE1D24C58", ""])
      expect(await w.post(retrying(wrong))).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: "/filter/cause" }] },
      });
    expect((await w.post({ ...retrying(cause("TIMEOUT")), dry_run: true })).status).toBe(202);
  });
});
