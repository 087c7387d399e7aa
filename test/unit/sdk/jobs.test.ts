import { ConflictError, type DuctapeError, NotFoundError } from "../../../sdk/src/index.ts";
import {
  aJob,
  anOrder,
  aReceipt,
  type FakeApi,
  fakeApi,
  jobId,
  type Reply,
  rejection,
  type Script,
  type Seen,
} from "./fake-api.ts";

const job = { body: aJob({ status: "cancelled" }) };
const path = `/v1/jobs/${jobId}`;
type Call = (api: FakeApi) => Promise<unknown>;

test("the input of a job and the scopes of a key have calls", async () => {
  const me = { caller: "deployed", verbs: ["jobs:read"], products: ["*"], envs: ["*"], version: "1.0.0" };
  const input = { job_id: jobId, input: { body: { card: "[redacted]" } }, redacted: ["/body/card"] };
  await using api = await fakeApi([{ body: input }, { body: me }]);
  expect(await api.client.jobs.input(jobId)).toEqual(input);
  expect(await api.client.me()).toEqual(me);
  expect(api.seen).toMatchObject([
    { method: "GET", path: `${path}/input` },
    { method: "GET", path: "/v1/me" },
  ]);
});

describe("a change of a job", () => {
  it.each<[string, Call, string, unknown]>([
    ["cancel", ({ client }) => client.jobs.cancel(jobId), "cancel", ""],
    ["cancel", ({ client }) => client.jobs.cancel(jobId, { reason: "x" }), "cancel", { reason: "x" }],
    ["pause", ({ client }) => client.jobs.pause(jobId), "pause", ""],
    ["resume", ({ client }) => client.jobs.resume(jobId), "resume", ""],
    ["runNow", ({ client }) => client.jobs.runNow(jobId), "run-now", ""],
    ["skipNext", ({ client }) => client.jobs.skipNext(jobId), "skip-next", ""],
    ["reschedule", ({ client }) => client.jobs.reschedule(jobId, { start_at: 5 }), "reschedule", { start_at: 5 }],
    [
      "reschedule",
      ({ client }) => client.jobs.reschedule(jobId, { repeat: { every: 1000 } }),
      "reschedule",
      { repeat: { every: 1000 } },
    ],
    ["retry", ({ client }) => client.jobs.retry(jobId), "retry", {}],
    ["retry", ({ client }) => client.jobs.retry(jobId, { delay: 5 }), "retry", { delay_ms: 5 }],
    ["retry", ({ client }) => client.jobs.retry(jobId, { start_at: "2030" }), "retry", { start_at: "2030" }],
  ])("(%s) resolves with the job after it", async (_name, call, verb, body) => {
    await using api = await fakeApi([job]);
    expect(await call(api)).toEqual(job.body);
    expect(api.seen).toMatchObject([{ method: "POST", path: `${path}/${verb}` }]);
    const [seen] = api.seen;
    expect(seen?.body === "" ? "" : JSON.parse(seen?.body ?? "")).toEqual(body);
    expect(seen?.headers["content-type"]).toBe(body === "" ? undefined : "application/json");
  });

  it("(migrate) resolves with what becomes of each step, and is repeated after a lost answer", async () => {
    const body = { job_id: jobId, from: "def_1", to: "def_2", steps: [] };
    await using api = await fakeApi([{ hangUp: true }, { body }, { body }]);
    expect(await api.client.jobs.migrate(jobId, { to: "current" })).toEqual(body);
    await api.client.jobs.migrate(jobId, { to: "current", dry_run: true });
    expect(api.seen.map((one) => [one.path, one.body])).toEqual([
      [`${path}/migrate`, '{"to":"current"}'],
      [`${path}/migrate`, '{"to":"current"}'],
      [`${path}/migrate?dry_run=true`, '{"to":"current"}'],
    ]);
  });

  it("rejects with the job's status if that forbids the change", async () => {
    const body = { code: "STATE_CONFLICT", detail: "no", job_id: jobId, job_status: "running" };
    await using api = await fakeApi([{ status: 409, body }]);
    const error = await rejection(api.client.jobs.reschedule(jobId, { start_at: 0 }));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: "STATE_CONFLICT", jobId, jobStatus: "running", status: 409 });
  });

  it.each<[string, Call, number]>([
    ["cancel", ({ client }) => client.jobs.cancel(jobId), 2],
    ["pause", ({ client }) => client.jobs.pause(jobId), 2],
    ["resume", ({ client }) => client.jobs.resume(jobId), 2],
    ["reschedule", ({ client }) => client.jobs.reschedule(jobId, { start_at: 0 }), 1],
    ["retry", ({ client }) => client.jobs.retry(jobId), 1],
    ["runNow", ({ client }) => client.jobs.runNow(jobId), 1],
    ["skipNext", ({ client }) => client.jobs.skipNext(jobId), 1],
  ])("(%s) is repeated after a lost answer only if that is safe", async (_name, call, times) => {
    for (const lost of [{ hangUp: true }, { status: 503 }] satisfies Script[]) {
      await using api = await fakeApi([lost, job]);
      const outcome = await call(api).catch((error: DuctapeError) => error.code);
      expect(api.seen).toHaveLength(times);
      expect(outcome).toEqual(times === 2 ? job.body : expect.stringMatching(/CONNECTION_FAILED|UNAVAILABLE/));
    }
    await using api = await fakeApi([{ status: 429 }, job]);
    expect(await call(api)).toEqual(job.body);
  });
});

describe("jobs.delete", () => {
  it("resolves with nothing", async () => {
    await using api = await fakeApi([{ status: 204, body: "" }]);
    expect(await api.client.jobs.delete(jobId)).toBeUndefined();
    expect(api.seen).toMatchObject([{ method: "DELETE", path }]);
  });

  it("takes a 404 as success only after an earlier try", async () => {
    await using lost = await fakeApi([{ hangUp: true }, { status: 404 }]);
    expect(await lost.client.jobs.delete(jobId)).toBeUndefined();
    await using unknown = await fakeApi([{ status: 404 }]);
    expect(await rejection(unknown.client.jobs.delete(jobId))).toBeInstanceOf(NotFoundError);
  });
});

describe("a list", () => {
  const pages: Script[] = [
    { body: { jobs: [aJob({ run: 1 }), aJob({ run: 2 })], next_cursor: "c/1" } },
    { body: { jobs: [], next_cursor: "c2" } },
    { body: { jobs: [aJob({ run: 3 })] } },
  ];

  it("is read to its end, page by page, with its filters", async () => {
    await using api = await fakeApi(pages);
    const runs: number[] = [];
    const query = {
      product_tag: "p",
      status: ["failed", "completed"] as ("failed" | "completed")[],
      from: "2030-01-01T00:00:00+01:00",
    };
    for await (const { run } of api.client.jobs.list(query)) runs.push(run);
    expect(runs).toEqual([1, 2, 3]);
    const asked = api.seen.map((seen) => Object.fromEntries(new URL(seen.path, api.url).searchParams));
    const filters = { product_tag: "p", status: "failed,completed", from: "2030-01-01T00:00:00+01:00", limit: "100" };
    expect(asked).toEqual([filters, { ...filters, cursor: "c/1" }, { ...filters, cursor: "c2" }]);
  });

  it("requests no more pages than are read, and none before that", async () => {
    await using api = await fakeApi(pages);
    const list = api.client.jobs.list({ limit: 2 });
    expect(api.seen).toHaveLength(0);
    for await (const { run } of list) if (run === 2) break;
    expect(api.seen.map((seen) => seen.path)).toEqual(["/v1/jobs?limit=2"]);
  });

  it("can be read one page at a time", async () => {
    await using api = await fakeApi(pages);
    expect(await api.client.jobs.list().page()).toMatchObject({ jobs: [{ run: 1 }, { run: 2 }], next_cursor: "c/1" });
    expect(await api.client.jobs.list().page("c2")).toMatchObject({ jobs: [] });
    expect(api.seen.map((seen) => seen.path)).toEqual(["/v1/jobs", "/v1/jobs?cursor=c2"]);
  });

  it("of runs is read page by page", async () => {
    await using api = await fakeApi([
      { body: { runs: [{ run: 2 }], next_cursor: "c" } },
      { body: { runs: [{ run: 1 }] } },
    ]);
    const runs: number[] = [];
    for await (const { run } of api.client.jobs.runs(jobId, { limit: 1 })) runs.push(run);
    expect(runs).toEqual([2, 1]);
    expect(api.seen.map((seen) => seen.path)).toEqual([`${path}/runs?limit=1`, `${path}/runs?limit=1&cursor=c`]);
  });

  it("rejects an answer of the wrong shape", async () => {
    await using api = await fakeApi([{ body: { hello: 1 } }]);
    expect(await rejection(api.client.jobs.list().page())).toMatchObject({ code: "UNEXPECTED_ANSWER" });
  });
});

describe("a bulk change", () => {
  const page = (matched: number, failed: number, next_cursor?: string): Script => {
    const errors = Array.from({ length: failed }, () => ({ job_id: jobId, code: "STATE_CONFLICT", detail: "no" }));
    return { body: { matched, succeeded: matched - failed, failed, errors, next_cursor } };
  };

  it("is repeated until the last page, and adds up the results", async () => {
    await using api = await fakeApi([page(100, 1, "c1"), page(0, 0, "c2"), page(5, 1)]);
    const filter = { product_tag: "p", label: "x" };
    const result = await api.client.jobs.cancelMany(filter, { reason: "closed" });
    expect(result).toMatchObject({ matched: 105, succeeded: 103, failed: 2, errors: [{ job_id: jobId }, {}] });
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { action: "cancel", filter, reason: "closed" },
      { action: "cancel", filter, reason: "closed", cursor: "c1" },
      { action: "cancel", filter, reason: "closed", cursor: "c2" },
    ]);
  });

  it.each(["pause", "resume", "retry", "delete"] as const)("%sMany sends its action", async (action) => {
    await using api = await fakeApi([page(1, 0)]);
    await api.client.jobs[`${action}Many`]({ product_tag: "p" });
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([{ action, filter: { product_tag: "p" } }]);
  });

  it("is sent again if that is safe", async () => {
    await using cancels = await fakeApi([{ hangUp: true }, page(1, 0)]);
    expect(await cancels.client.jobs.cancelMany({ product_tag: "p" })).toMatchObject({ matched: 1 });
    await using retries = await fakeApi([{ hangUp: true }, page(1, 0)]);
    expect(await rejection(retries.client.jobs.retryMany({ product_tag: "p" }))).toMatchObject({
      name: "ConnectionError",
    });
  });
});

describe("jobs.batch", () => {
  const accept: Script = ({ body }) => {
    const { jobs } = JSON.parse(body) as { jobs: { event: string }[] };
    const results = jobs.map(({ event }, index) =>
      event === "wrong"
        ? {
            index,
            status: 404,
            error: { code: "EVENT_NOT_FOUND", detail: "no", errors: [{ pointer: "/event", detail: "no" }] },
          }
        : { index, status: 202, job: aReceipt() },
    );
    return { body: { results } };
  };

  it("resolves with an outcome for each job, in chunks of 100", async () => {
    await using api = await fakeApi([accept]);
    const items = Array.from({ length: 250 }, (_, i) => anOrder(i === 120 ? { event: "wrong" } : {}));
    const outcomes = await api.client.jobs.batch(items);
    expect(outcomes.map(({ index }) => index)).toEqual(items.map((_, i) => i));
    expect(outcomes[0]).toEqual({ index: 0, status: "accepted", job: aReceipt() });
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(outcomes[120]).toMatchObject({
      index: 120,
      status: "rejected",
      error: { name: "NotFoundError", code: "EVENT_NOT_FOUND", status: 404, errors: [{ pointer: "/event" }] },
    });
    expect(api.seen.map(({ body }) => JSON.parse(body).jobs.length)).toEqual([100, 100, 50]);
  });

  it("keeps requests below the limit of the API", async () => {
    await using api = await fakeApi([accept]);
    const big = anOrder({ input: { body: { text: "x".repeat(1_500_000) } } });
    expect(await api.client.jobs.batch([big, big, big])).toHaveLength(3);
    expect(api.seen.map(({ body }) => JSON.parse(body).jobs.length)).toEqual([2, 1]);
  });

  it("counts bytes, as the API does, not characters", async () => {
    await using api = await fakeApi([accept]);
    const items = Array.from({ length: 100 }, () => anOrder({ input: { body: { text: "订".repeat(30_000) } } }));
    const outcomes = await api.client.jobs.batch(items);
    expect(outcomes.every(({ status }) => status === "accepted")).toBe(true);
    for (const { body } of api.seen) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_400_000);
    expect(api.seen).toHaveLength(3);
  });

  it("counts the escapes that AWS adds", async () => {
    await using api = await fakeApi([accept]);
    const items = Array.from({ length: 4 }, () => anOrder({ input: { body: { text: '"'.repeat(500_000) } } }));
    expect(await api.client.jobs.batch(items)).toHaveLength(4);
    for (const { body } of api.seen) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(6_000_000);
    expect(api.seen).toHaveLength(2);
  });

  it("rejects only a job that is too large or no JSON", async () => {
    await using api = await fakeApi([accept]);
    const large = anOrder({ input: { body: { text: "x".repeat(4_500_000) } } });
    const outcomes = await api.client.jobs.batch([large, anOrder(), anOrder({ input: { n: 1n } }), anOrder()]);
    expect(outcomes).toMatchObject([
      { index: 0, status: "rejected", error: { name: "InvalidRequestError", code: "PAYLOAD_TOO_LARGE" } },
      { index: 1, status: "accepted" },
      { index: 2, status: "rejected", error: { name: "InvalidRequestError", code: "INVALID_REQUEST" } },
      { index: 3, status: "accepted" },
    ]);
    expect(api.seen).toHaveLength(1);
  });

  it("sends fewer jobs at a time through a proxy that accepts less", async () => {
    const strict: Script = (seen) =>
      seen.body.length > 2000 ? { status: 413 } : (accept as (of: Seen) => Reply)(seen);
    await using api = await fakeApi([strict]);
    const large = anOrder({ input: { body: { text: "x".repeat(3000) } } });
    const outcomes = await api.client.jobs.batch(Array.from({ length: 20 }, (_, i) => (i === 13 ? large : anOrder())));
    expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(outcomes.filter(({ status }) => status === "rejected")).toMatchObject([
      { index: 13, error: { status: 413 } },
    ]);
  });

  it("has pointers to the caller's jobs", async () => {
    const refuse: Script = ({ body }) => ({
      body: {
        results: (JSON.parse(body).jobs as unknown[]).map((_, index) => ({
          index,
          status: 400,
          error: { code: "INVALID_REQUEST", errors: [{ pointer: `/jobs/${index}/input`, detail: "no" }] },
        })),
      },
    });
    await using api = await fakeApi([refuse]);
    const outcomes = await api.client.jobs.batch(Array.from({ length: 130 }, () => anOrder()));
    expect(outcomes[7]).toMatchObject({ error: { errors: [{ pointer: "/jobs/7/input" }] } });
    expect(outcomes[129]).toMatchObject({ error: { errors: [{ pointer: "/jobs/129/input" }] } });
  });

  it("gives each job a key, so that none is created twice", async () => {
    await using api = await fakeApi([{ hangUp: true }, accept]);
    await api.client.jobs.batch([anOrder(), anOrder({ idempotency_key: "mine" })]);
    const [first, second] = api.seen.map(({ body }) =>
      JSON.parse(body).jobs.map((one: { idempotency_key: string }) => one.idempotency_key),
    );
    expect(first).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), "mine"]);
    expect(second).toEqual(first);
  });

  it("rejects if nothing was accepted, and otherwise says which jobs were accepted", async () => {
    await using none = await fakeApi([{ status: 403 }]);
    expect(await rejection(none.client.jobs.batch([anOrder()]))).toMatchObject({ name: "PermissionError" });
    await using some = await fakeApi([accept, { status: 500 }]);
    const outcomes = await some.client.jobs.batch(Array.from({ length: 201 }, () => anOrder()));
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map((_, i) => (i < 100 ? "accepted" : "rejected")));
    expect(outcomes[200]).toMatchObject({ index: 200, error: { name: "UnavailableError" } });
    expect(some.seen).toHaveLength(2);
  });

  it("of no jobs sends no request", async () => {
    await using api = await fakeApi([accept]);
    expect(await api.client.jobs.batch([])).toEqual([]);
    expect(api.seen).toEqual([]);
  });
});

describe("the call series", () => {
  const page = (next_cursor?: string) => ({
    body: { series: [{ ...aJob(), last_runs: [], next_runs: [] }], next_cursor },
  });

  it("reads series to their end, 20 a page", async () => {
    await using api = await fakeApi([page("c1"), page()]);
    const seen: unknown[] = [];
    for await (const { last_runs } of api.client.jobs.series({ product: "p", status: ["paused", "running"] }))
      seen.push(last_runs);
    expect(seen).toEqual([[], []]);
    const query = "status=paused%2Crunning&product_tag=p&limit=20";
    expect(api.seen.map((one) => one.path)).toEqual([`/v1/series?${query}`, `/v1/series?${query}&cursor=c1`]);
  });
});

describe("the call home", () => {
  it("asks what needs attention, in all or in a product", async () => {
    const body = { is_complete: true, tenants: [], more_tenants: 0, incidents: { open: 0, first: [] }, pauses: [] };
    await using api = await fakeApi([{ body }]);
    expect(await api.client.jobs.home()).toEqual(body);
    await api.client.jobs.home({ product: "p", env: "prd" });
    expect(api.seen.map((one) => one.path)).toEqual(["/v1/home", "/v1/home?env=prd&product_tag=p"]);
  });
});

describe("the call active", () => {
  it("asks which tenants have had jobs", async () => {
    const body = { tenants: [{ product_tag: "p", env: "prd", last_active_at: 5 }] };
    await using api = await fakeApi([{ body }]);
    expect(await api.client.jobs.active()).toEqual(body);
    await api.client.jobs.active({ product_tag: "p" });
    expect(api.seen.map((one) => one.path)).toEqual(["/v1/stats/active", "/v1/stats/active?product_tag=p"]);
  });
});

describe("a dry run of a change", () => {
  it("sends dry_run, and is repeated whatever the change is", async () => {
    await using api = await fakeApi([{ hangUp: true }, { body: aJob() }]);
    await api.client.jobs.retry("j", { delay: 5, dry_run: true });
    await api.client.jobs.cancel("j", { reason: "r", dry_run: true });
    await api.client.jobs.cancel("j", { force: true });
    await api.client.jobs.pause("j", { dry_run: false });
    await api.client.jobs.delete("j", { dry_run: true });
    expect(api.seen.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["POST", "/v1/jobs/j/retry?dry_run=true", '{"delay_ms":5}'],
      ["POST", "/v1/jobs/j/retry?dry_run=true", '{"delay_ms":5}'],
      ["POST", "/v1/jobs/j/cancel?dry_run=true", '{"reason":"r"}'],
      ["POST", "/v1/jobs/j/cancel", '{"force":true}'],
      ["POST", "/v1/jobs/j/pause?dry_run=false", ""],
      ["DELETE", "/v1/jobs/j?dry_run=true", ""],
    ]);
  });

  it("of many returns the jobs that would change", async () => {
    const page = { matched: 1, succeeded: 1, failed: 0, errors: [] };
    const [first, second] = [aJob({ job_id: "a" }), aJob({ job_id: "b" })];
    await using api = await fakeApi([
      { body: { ...page, would_change: [first], next_cursor: "c" } },
      { body: { ...page, would_change: [second] } },
    ]);
    const { would_change, count } = await api.client.jobs.cancelMany({ product_tag: "p" }, { dry_run: true });
    expect({ would_change, count }).toEqual({ would_change: [first, second], count: 2 });
    expect(api.seen.map((one) => one.path)).toEqual(Array(2).fill("/v1/jobs/bulk?dry_run=true"));
  });
});

describe("the call upcoming", () => {
  it("asks for the minutes, and resolves with the counts", async () => {
    const body = { from: 0, minutes: [], total: 0, truncated: false, starts_per_second: 1000 };
    await using api = await fakeApi([{ body }]);
    expect(await api.client.jobs.upcoming()).toEqual(body);
    await api.client.jobs.upcoming({ product_tag: "p", minutes: 5 });
    expect(api.seen.map((one) => one.path)).toEqual([
      "/v1/stats/upcoming",
      "/v1/stats/upcoming?product_tag=p&minutes=5",
    ]);
  });
});

describe("the calls cost and costs", () => {
  it("ask for a job, and for the jobs of a product in a month", async () => {
    const body = { usd: 0.00001, parts: [], rows: [] };
    await using api = await fakeApi([{ body }]);
    const id = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";
    expect(await api.client.jobs.cost(id)).toEqual(body);
    expect(await api.client.jobs.costs({ product_tag: "p", month: "2030-01", by: "label" })).toEqual(body);
    expect(api.seen.map((one) => one.path)).toEqual([
      `/v1/jobs/${id}/cost`,
      "/v1/costs?product_tag=p&month=2030-01&by=label",
    ]);
    await expect(api.client.jobs.costs({})).rejects.toThrow("product_tag");
    await expect(api.client.jobs.cost("")).rejects.toThrow();
  });
});

describe("the call forecast", () => {
  it("asks for the hours, and resolves with the forecast", async () => {
    const body = { from: 0, until: 3_600_000, is_complete: true, hours: [], limits: [] };
    await using api = await fakeApi([{ body }]);
    expect(await api.client.jobs.forecast()).toEqual(body);
    await api.client.jobs.forecast({ product: "p", hours: 5, limit: "partner" });
    expect(api.seen.map((one) => one.path)).toEqual([
      "/v1/forecast",
      "/v1/forecast?hours=5&limit=partner&product_tag=p",
    ]);
  });
});

describe("the calls stats and explain", () => {
  it("request the counts of a tenant", async () => {
    const body = { product_tag: "p", env: "prd", counts: { completed: 1 } };
    await using api = await fakeApi([{ hangUp: true }, { body }]);
    expect(await api.client.jobs.stats({ product_tag: "p", env: "prd", to: 5 })).toEqual(body);
    expect(api.seen[1]).toMatchObject({ method: "GET", path: "/v1/stats?product_tag=p&env=prd&to=5" });
  });

  it("explain a request without an idempotency key", async () => {
    const body = { valid: true, next_runs: [] };
    await using api = await fakeApi([{ hangUp: true }, { body }]);
    expect(
      await api.client.jobs.explain({ ...anOrder(), input: { fileName: "a", buffer: Buffer.from("hello") } }),
    ).toEqual(body);
    expect(api.seen[1]).toMatchObject({ method: "POST", path: "/v1/explain" });
    expect(JSON.parse(api.seen[1]?.body ?? "")).toEqual(anOrder({ input: { fileName: "a", buffer: "aGVsbG8=" } }));
  });
});

describe("the call why", () => {
  it("asks what a job waits for", async () => {
    const body = { job_id: "job_1", status: "running", says: ["main.money waits."] };
    await using api = await fakeApi([{ hangUp: true }, { body }]);
    expect(await api.client.jobs.why("job_1")).toEqual(body);
    expect(api.seen[1]).toMatchObject({ method: "GET", path: "/v1/jobs/job_1/explain" });
    expect(await rejection(api.client.jobs.why(""))).toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("errors.list", () => {
  it("is read to its end, page by page", async () => {
    const page = { from: 0, to: 1, errors: [{ fingerprint: "f" }] };
    await using api = await fakeApi([{ body: { ...page, next_cursor: "c" } }, { body: page }]);
    const seen: string[] = [];
    for await (const { fingerprint } of api.client.errors.list({ product: "p", from: 5 })) seen.push(fingerprint);
    expect(seen).toEqual(["f", "f"]);
    const query = "from=5&product_tag=p&limit=100";
    expect(api.seen.map((one) => one.path)).toEqual([`/v1/errors?${query}`, `/v1/errors?${query}&cursor=c`]);
  });
});

test("hooks are listed with their paths", async () => {
  const hook = {
    product_tag: "p",
    env: "prd",
    hook: "stripe",
    path: "/hooks/p/prd/stripe",
    preset: "stripe",
    event: "e",
  };
  await using api = await fakeApi([{ body: { hooks: [hook] } }]);
  expect(await api.client.hooks.list({ env: "prd" })).toEqual([hook]);
  expect(api.seen[0]).toMatchObject({ method: "GET", path: "/v1/hooks?env=prd" });
});

describe("the deliveries of a hook", () => {
  const name = { product_tag: "p", env: "prd", hook: "a/b" };
  const delivery = { id: "dlv_1", at: 0, outcome: "accepted", body_bytes: 2, replayable: true };

  it("are read to their end, page by page, and one by its id", async () => {
    await using api = await fakeApi([
      { body: { deliveries: [delivery], next_cursor: "c" } },
      { body: { deliveries: [delivery] } },
      { body: { ...delivery, body: "{}" } },
    ]);
    const seen: string[] = [];
    for await (const { id } of api.client.hooks.deliveries(name)) seen.push(id);
    expect(seen).toEqual(["dlv_1", "dlv_1"]);
    expect((await api.client.hooks.delivery({ ...name, id: "dlv_1" })).body).toBe("{}");
    const path = "/v1/hooks/p/prd/a%2Fb/deliveries";
    expect(api.seen.map((one) => one.path)).toEqual([
      `${path}?limit=100`,
      `${path}?limit=100&cursor=c`,
      `${path}/dlv_1`,
    ]);
  });

  it("are replayed by name, and again after a lost answer", async () => {
    const replay = { delivery: "dlv_1", outcome: "accepted", job_id: "job_1" };
    await using api = await fakeApi([{ hangUp: true }, { body: replay }, { body: replay }]);
    expect(await api.client.hooks.replay({ ...name, id: "dlv_1" })).toEqual(replay);
    await api.client.hooks.replay({ ...name, id: "dlv_1" }, { dry_run: true, idempotency_key: "anew" });
    const path = "POST /v1/hooks/p/prd/a%2Fb/deliveries/dlv_1/replay";
    expect(api.seen.map((one) => `${one.method} ${one.path}`)).toEqual([path, path, `${path}?dry_run=true`]);
    expect(api.seen.map(({ headers }) => headers["idempotency-key"])).toEqual([undefined, undefined, "anew"]);
  });

  it.each([
    { product_tag: "p", hook: "h", id: "dlv_1" },
    { product_tag: "p", env: "prd", hook: "", id: "dlv_1" },
    { product_tag: "p", env: "prd", hook: "h", id: "" },
  ])("are none of %j", async (none) => {
    await using api = await fakeApi([]);
    expect(await rejection(api.client.hooks.replay(none))).toMatchObject({ code: "INVALID_REQUEST" });
    expect(api.seen).toEqual([]);
  });
});

describe("the calls of webhooks", () => {
  const webhook = { product_tag: "p", env: "prd", webhook: "orders", events: ["failed"], state: "enabled" };

  it("list them", async () => {
    await using api = await fakeApi([{ body: { webhooks: [webhook] } }]);
    expect(await api.client.webhooks.list({ env: "prd" })).toEqual([webhook]);
    expect(api.seen[0]).toMatchObject({ method: "GET", path: "/v1/webhooks?env=prd" });
  });

  it("enable them by name, and repeat that after a lost answer", async () => {
    await using api = await fakeApi([{ hangUp: true }, { body: webhook }]);
    expect(await api.client.webhooks.enable({ product_tag: "p", env: "prd", webhook: "a/b" })).toEqual(webhook);
    expect(api.seen.map((one) => `${one.method} ${one.path}`)).toEqual(
      Array(2).fill("POST /v1/webhooks/p/prd/a%2Fb/enable"),
    );
  });

  it("list what was sent, show one and send it again, once", async () => {
    const sent = { id: "dlv_1", outcome: "failed", attempts: [] };
    const name = { product_tag: "p", env: "prd", webhook: "a/b" };
    await using api = await fakeApi([
      { body: { deliveries: [sent], next_cursor: "c" } },
      { body: { deliveries: [sent] } },
      { body: sent },
      { hangUp: true },
    ]);
    const seen: string[] = [];
    for await (const { id } of api.client.webhooks.deliveries(name)) seen.push(id);
    expect(seen).toEqual(["dlv_1", "dlv_1"]);
    expect(await api.client.webhooks.delivery({ ...name, id: "dlv_1" })).toEqual(sent);
    // What may have been done is not asked for again.
    await rejection(api.client.webhooks.resend({ ...name, id: "dlv_1" }));
    const path = "/v1/webhooks/p/prd/a%2Fb/deliveries";
    expect(api.seen.map((one) => `${one.method} ${one.path}`)).toEqual([
      `GET ${path}?limit=100`,
      `GET ${path}?limit=100&cursor=c`,
      `GET ${path}/dlv_1`,
      `POST ${path}/dlv_1/resend`,
    ]);
  });

  it.each([
    { product_tag: "p", webhook: "orders" },
    { product_tag: "p", env: "prd", webhook: "" },
  ])("refuse %j, which names none", async (name) => {
    await using api = await fakeApi([]);
    expect(await rejection(api.client.webhooks.enable(name))).toMatchObject({ code: "INVALID_REQUEST" });
    expect(api.seen).toEqual([]);
  });
});
