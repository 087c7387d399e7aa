import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { pauseKnownMs } from "../../../lambdas/core/job/pause.ts";
import { mostPauses } from "../../../lambdas/core/operations/change-pauses.ts";
import { aPause } from "../../support/a-pause.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { throttled } from "../../support/fakes/failures.ts";

const place = { product_tag: "my-product", env: "prd" };
const body = { ...place, reason: "the database is being moved" };
const late = (overrides = {}) =>
  aJob({ product: "my-product", event: "create_order", status: "scheduled", due_at: noon - 1000, ...overrides });

function world(jobs = [late()]) {
  const api = fakeApi({ jobs });
  const pause = (changes: object = {}, scopes = allScopes) =>
    api.ask({ method: "POST", path: "/v1/pauses", body: { ...body, ...changes }, scopes });
  const list = (query: Record<string, string> = {}, scopes = allScopes) =>
    api.ask({ path: "/v1/pauses", query, scopes });
  const end = (id: string, scopes = allScopes) => api.ask({ method: "DELETE", path: `/v1/pauses/${id}`, scopes });
  return { ...api, pause, list, end };
}

describe("POST /v1/pauses", () => {
  it("pauses an env, an event or a product, each once", async () => {
    const { pause, list } = world();
    const made = await pause();
    expect(made).toMatchObject({
      status: 201,
      body: { ...place, reason: body.reason, by: "deployed", state: "active", since: noon, drain_per_second: 50 },
    });
    expect((await pause({ event: "create_order" })).body.id).not.toBe(made.body.id);
    expect((await pause({ env: undefined })).body).not.toHaveProperty("env");
    expect((await list()).body.pauses).toHaveLength(3);
  });

  it("changes the reason, end and rate of a present pause", async () => {
    const { pause, list, clock } = world();
    const first = await pause();
    await clock.advance(1000);
    const second = await pause({ reason: "still", until: noon + 60_000, drain_per_second: 5 });
    expect(second).toMatchObject({
      status: 200,
      body: { id: first.body.id, since: noon, until: noon + 60_000, reason: "still", drain_per_second: 5 },
    });
    expect((await list()).body.pauses).toEqual([second.body]);
  });

  it("pauses again what still drains", async () => {
    const { pause, end, clock, pauses } = world();
    const { id } = (await pause()).body;
    await end(id);
    await clock.advance(1000);
    expect(await pause()).toMatchObject({ status: 201, body: { id, state: "active", since: noon + 1000 } });
    expect((await pauses.list())[0]).not.toHaveProperty("drain");
  });

  it.each([
    ["no reason", { reason: undefined }, "/reason", "is required"],
    ["an empty reason", { reason: "" }, "/reason", "must have at least 1 character"],
    ["a long reason", { reason: "x".repeat(201) }, "/reason", "must have at most 200 characters"],
    ["an end in the past", { until: noon }, "/until", "must be in the future"],
    ["an end far away", { until: "2036-01-01T00:00:00Z" }, "/until", "is more than 5 years ahead"],
    ["a rate of 0", { drain_per_second: 0 }, "/drain_per_second", "must be at least 1"],
    ["a rate beyond the most", { drain_per_second: 201 }, "/drain_per_second", "must be at most 200"],
    ["a misspelled field", { untill: noon }, "/untill", 'unknown field. Did you mean "until"?'],
  ])("refuses %s", async (_, changes, pointer, detail) => {
    const { pause, pauses } = world();
    const answer = await pause(changes);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer, detail }] } });
    expect(await pauses.list()).toEqual([]);
  });

  it.each([
    ["product", { product_tag: "my-produkt" }, "PRODUCT_NOT_FOUND", "/product_tag"],
    ["env", { env: "prod" }, "ENV_NOT_FOUND", "/env"],
    ["event", { event: "create_ordr" }, "EVENT_NOT_FOUND", "/event"],
    ["event of any env", { env: undefined, event: "create_ordr" }, "EVENT_NOT_FOUND", "/event"],
  ])("refuses an unknown %s", async (_, changes, code, pointer) => {
    expect(await world().pause(changes)).toMatchObject({ status: 404, body: { code, errors: [{ pointer }] } });
  });

  it("pauses a limit, or one of its keys", async () => {
    const { pause, list } = world();
    const key = await pause({ limit: "customer", key: "C-7" });
    expect(key).toMatchObject({ status: 201, body: { ...place, limit: "customer", key: "C-7", state: "active" } });
    expect(await pause({ limit: "customer", key: "C-7", reason: "still" })).toMatchObject({ status: 200 });
    expect(await pause({ limit: "customer" })).toMatchObject({ status: 201 });
    expect(await pause({ limit: "partner", env: undefined })).toMatchObject({ status: 201 });
    expect((await list()).body.pauses).toHaveLength(3);
  });

  it("takes a long key, or the hash that is shown for it", async () => {
    const { pause } = world();
    const long = await pause({ limit: "customer", key: "x".repeat(65) });
    expect(long.body.key).toMatch(/^sha256-/);
    expect((await pause({ limit: "customer", key: long.body.key })).body.id).toBe(long.body.id);
  });

  it.each([
    ["a key without a limit", { key: "a" }, 400, "/key", "is a key of a limit: name the limit too"],
    ["a key of a limit without keys", { limit: "partner", key: "a" }, 400, "/key", /has no keys/],
    ["an empty key", { limit: "customer", key: "" }, 400, "/key", /at least 1/],
    [
      "a limit beside an event",
      { limit: "customer", event: "create_order" },
      400,
      "/event",
      /does not go with `limit`/,
    ],
    ["an unknown limit", { limit: "custmer" }, 404, "/limit", /no such limit. Did you mean "customer"/],
  ])("refuses for a limit %s", async (_, changes, status, pointer, detail) => {
    const { pause, pauses } = world();
    const expected = typeof detail === "string" ? detail : expect.stringMatching(detail);
    expect(await pause(changes)).toMatchObject({ status, body: { errors: [{ pointer, detail: expected }] } });
    expect(await pauses.list()).toEqual([]);
  });

  it("needs jobs:admin in every env that it holds", async () => {
    const narrow = { ...allScopes, envs: ["prd"] };
    const { pause } = world();
    expect(await pause({}, narrow)).toMatchObject({ status: 201 });
    expect(await pause({ env: undefined }, narrow)).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: "/env" }] },
    });
  });

  it("refuses more pauses than all consumers can read every few seconds", async () => {
    const { pause, pauses } = world();
    for (let i = 0; i < mostPauses; i++) await pauses.put(aPause({ event: `event-${i}` }));
    expect(await pause()).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
  });
});

describe("a paused job", () => {
  it("shows what it waits for, alone, in lists and among series", async () => {
    const [waiting, later] = [late(), late({ due_at: noon + 60_000 })];
    const series = late({ repeat: { every: 60_000, anchor: noon, overlap: "skip" } });
    const { pause, ask } = world([waiting, later, series]);
    const { id } = (await pause({ until: noon + 600_000 })).body;
    const waiting_for = { pause: id, reason: body.reason, since: noon, until: noon + 600_000 };
    expect((await ask({ path: `/v1/jobs/${waiting.id}` })).body).toMatchObject({ status: "queued", waiting_for });
    expect((await ask({ path: `/v1/jobs/${later.id}` })).body).not.toHaveProperty("waiting_for");
    const { jobs } = (await ask({ path: "/v1/jobs" })).body;
    expect(jobs.filter((job: { waiting_for?: object }) => job.waiting_for)).toHaveLength(2);
    expect((await ask({ path: "/v1/series" })).body.series).toMatchObject([{ waiting_for }]);
  });

  it("is accepted as before, and explained", async () => {
    const { pause, ask } = world([]);
    const { id } = (await pause({ until: noon + 600_000 })).body;
    const order = { ...place, event: "create_order", input: { body: { item: "tea" } }, start_at: 0 };
    expect(await ask({ method: "POST", path: "/v1/jobs", body: order })).toMatchObject({ status: 202 });
    const explain = async (changes: object = {}) =>
      (await ask({ method: "POST", path: "/v1/explain", body: { ...order, ...changes } })).body.pauses;
    expect(await explain()).toMatchObject([{ pause: id, reason: body.reason, until: noon + 600_000 }]);
    expect(await explain({ start_at: noon + 600_000 })).toBeUndefined();
    expect(await explain({ env: "dev" })).toBeUndefined();
  });
});

describe("a job whose key is paused", () => {
  it("says so, and jobs of other keys do not", async () => {
    const gates = (key: string) => [{ limit: "customer", key }];
    const [held, other] = [late({ gates: gates("C-7") }), late({ gates: gates("C-8") })];
    const { pause, ask } = world([held, other]);
    const { id } = (await pause({ limit: "customer", key: "C-7" })).body;
    expect((await ask({ path: `/v1/jobs/${held.id}` })).body).toMatchObject({ waiting_for: { pause: id } });
    expect((await ask({ path: `/v1/jobs/${other.id}` })).body).not.toHaveProperty("waiting_for");
    const { jobs } = (await ask({ path: "/v1/jobs" })).body;
    expect(jobs.filter((job: { waiting_for?: object }) => job.waiting_for)).toMatchObject([{ job_id: held.id }]);
    const explain = async (customer: string) => {
      const body = { ...place, event: "call_partner", input: { query: { customer } }, start_at: 0 };
      return (await ask({ method: "POST", path: "/v1/explain", body })).body.pauses;
    };
    expect(await explain("C-7")).toMatchObject([{ pause: id }]);
    expect(await explain("C-8")).toBeUndefined();
  });
});

describe("GET /v1/pauses", () => {
  it("lists an env's pauses, latest first, within the key's reach", async () => {
    const { pause, list, clock } = world();
    await pause({ env: undefined });
    await clock.advance(1000);
    await pause();
    await pause({ env: "dev" });
    const shown = async (query?: Record<string, string>, scopes = allScopes) =>
      (await list(query, scopes)).body.pauses.map(({ env }: { env?: string }) => env);
    expect(await shown(place)).toEqual(["prd", undefined]);
    expect(await shown({}, { ...allScopes, envs: ["dev"] })).toEqual(["dev", undefined]);
    expect(await shown({}, { ...allScopes, products: ["other"] })).toEqual([]);
    expect(await list({ product_tag: "nope" })).toMatchObject({ status: 404, body: { code: "PRODUCT_NOT_FOUND" } });
  });

  it("shows an ended pause as draining", async () => {
    const { pause, list, clock } = world();
    await pause({ until: noon + 1000 });
    await clock.advance(1000);
    expect((await list()).body.pauses).toMatchObject([{ state: "draining", ended_at: noon + 1000 }]);
  });
});

describe("DELETE /v1/pauses/{id}", () => {
  it("ends the pause and sends its first jobs", async () => {
    const { pause, end, queue, list } = world();
    const { id } = (await pause()).body;
    expect(await end(id)).toMatchObject({ status: 200, body: { id, state: "draining", ended_at: noon } });
    expect(queue.sent).toMatchObject([{ delaySeconds: pauseKnownMs / 1000 }]);
    expect((await list()).body.pauses).toMatchObject([{ released: 1 }]);
    expect(await end(id)).toMatchObject({ status: 200, body: { state: "draining" } });
    expect(queue.sent).toHaveLength(1);
  });

  it("ends the pause even where SQS refuses its jobs", async () => {
    const { pause, end, services } = world();
    const { id } = (await pause()).body;
    services.queue.sendMany = async () => {
      throw throttled();
    };
    services.jobs.page = async () => {
      throw throttled();
    };
    expect(await end(id)).toMatchObject({ status: 200, body: { state: "draining" } });
  });

  it("needs jobs:admin in every env of the pause", async () => {
    const { pause, end } = world();
    const { id } = (await pause({ env: undefined })).body;
    expect(await end(id, { ...allScopes, envs: ["prd"] })).toMatchObject({ status: 403 });
    expect(await end(id, { ...allScopes, products: ["other"] })).toMatchObject({ body: { code: "PAUSE_NOT_FOUND" } });
    expect(await end("pause_0")).toMatchObject({ status: 404, body: { code: "PAUSE_NOT_FOUND" } });
  });
});
