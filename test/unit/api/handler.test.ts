import { jest } from "@jest/globals";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { type Counts, noCounts } from "../../../lambdas/core/job/stats.ts";
import { hourMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";
import { denied, refusedForGood, throttled } from "../../support/fakes/failures.ts";

const order = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { item: "tea" } },
  start_at: 0,
};

function api(jobs = [] as ReturnType<typeof aJob>[]) {
  const world = fakeApi({ jobs });
  return {
    ...world,
    post: (body: unknown, headers = {}) => world.ask({ method: "POST", path: "/v1/jobs", body, headers }),
  };
}

/** Runs what is in the queue, as the consumers would. */
async function consume(services: ReturnType<typeof api>, execute: Execute) {
  for (const { message } of services.queue.sent.splice(0))
    await runJob(services, execute, message, { random: () => 0 });
}

describe("POST /v1/jobs", () => {
  it("answers 202 with the receipt and where the job is", async () => {
    const { post, jobs } = api();
    const { status, headers, body } = await post(order);
    expect(status).toBe(202);
    expect(body).toEqual({
      job_id: expect.stringMatching(/^job_/),
      status: "queued",
      scheduled_at: noon,
      recurring: false,
    });
    expect(headers).toMatchObject({ location: `/v1/jobs/${body.job_id}`, "content-type": "application/json" });
    expect(await jobs.get(body.job_id)).toBeDefined();
  });

  it("answers Prefer: wait with 200 and the job the moment it ends", async () => {
    const world = api();
    const answer = world.post(order, { prefer: "wait=10" });
    await world.clock.advance(0);
    await consume(world, async () => ({ order: 7 }));
    await world.clock.advance(25);
    const { status, headers, body } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "completed", result: { order: 7 }, attempts: [{ outcome: "completed" }] });
    expect(headers["preference-applied"]).toBe("wait=10");
  });

  it("answers Prefer: wait with 202 when the job is not finished in time", async () => {
    const world = api();
    const answer = world.post(order, { prefer: "wait=2" });
    await world.clock.advance(2000);
    expect(await answer).toMatchObject({ status: 202, body: { status: "queued" } });
    expect(await world.post({ ...order, start_at: noon + 60_000 }, { prefer: "wait=25" })).toMatchObject({
      status: 202,
      body: { status: "scheduled", scheduled_at: noon + 60_000 },
    });
  });

  it("answers a repeated Idempotency-Key with its receipt, and another request with 409", async () => {
    const { post } = api();
    const first = await post(order, { "Idempotency-Key": "k" });
    expect((await post(order, { "idempotency-key": "k" })).body).toEqual(first.body);
    const other = await post({ ...order, env: "prd", retries: 1 }, { "idempotency-key": "k" });
    expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_MISMATCH", job_id: first.body.job_id } });
  });

  it("answers 503 with Retry-After when AWS refuses, and keeps nothing", async () => {
    const world = api();
    world.queue.send = async () => {
      throw throttled("AWS is down: s3cret");
    };
    const answer = await world.post(order);
    expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" }, headers: { "retry-after": "5" } });
    expect(world.jobs.all()).toEqual([]);
    expect(JSON.stringify([answer, world.log.lines])).not.toContain("s3cret");
  });
});

describe("a job that can never be scheduled", () => {
  it("because AWS never takes it gets 400 without Retry-After", async () => {
    const world = api();
    world.jobs.create = async () => Promise.reject(refusedForGood("s3cret"));
    const answer = await world.post(order);
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    expect(answer.headers["retry-after"]).toBeUndefined();
    expect(JSON.stringify([answer, world.log.lines])).not.toContain("s3cret");
  });

  it("for a reason of ours gets 500, with the job if one is left", async () => {
    const world = api();
    world.queue.send = async () => Promise.reject(denied());
    const { remove } = world.jobs;
    expect(await world.post(order)).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(world.jobs.all()).toEqual([]);
    world.jobs.remove = async () => Promise.reject(denied());
    const answer = await world.post(order);
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL", job_id: world.jobs.all()[0]?.id } });
    world.jobs.remove = remove;
  });
});

describe("a problem document", () => {
  it("for a bad request has every fault with its pointer", async () => {
    const { status, headers, body } = await api().post({ ...order, env: 7, extra: 1 });
    expect(status).toBe(400);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(body).toMatchObject({
      type: "urn:ductape:problem:invalid-request",
      title: "Invalid request",
      status: 400,
      code: "INVALID_REQUEST",
      request_id: "req-1",
      errors: [{ pointer: "/env" }, { pointer: "/extra", detail: "unknown field." }],
    });
  });

  it.each([
    ["broken JSON", { body: "{" }, 400, "INVALID_REQUEST"],
    ["no body", { headers: { "content-type": "application/json" } }, 400, "INVALID_REQUEST"],
    ["another media type", { body: "a=1", headers: { "content-type": "text/plain" } }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["no media type", { body: "{}", headers: { "content-type": "" } }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["a huge body", { body: `"${"x".repeat(5_000_000)}"` }, 413, "PAYLOAD_TOO_LARGE"],
    ["an unknown product", { body: { ...order, product_tag: "shop" } }, 404, "PRODUCT_NOT_FOUND"],
    ["an unknown route", { path: "/v1/jbos", body: {} }, 404, "ROUTE_NOT_FOUND"],
    ["no authorization", { body: order, scopes: null }, 401, "UNAUTHENTICATED"],
    ["a key for another product", { body: order, scopes: { ...allScopes, products: ["shop"] } }, 403, "FORBIDDEN"],
    [
      "a key that may only read",
      { body: order, scopes: { ...allScopes, verbs: ["jobs:read" as const] } },
      403,
      "FORBIDDEN",
    ],
  ])("for %s has its code", async (_what, asked, status, code) => {
    const { jobs, ask } = api();
    const answer = await ask({ method: "POST", path: "/v1/jobs", ...asked });
    expect(answer).toMatchObject({
      status,
      body: { status, code },
      headers: { "content-type": "application/problem+json" },
    });
    expect(jobs.all()).toEqual([]);
  });

  it.each([
    ["at the top", '{"__proto__": {"env": "prd"}}'],
    ["deep down", '{"input": {"body": [{"a": {"__proto__": 1}}]}}'],
    ["in other letters", '{"\\u005f_proto\\u005F_" : {}}'],
    ["by another way", '{"input": {"constructor": {"prototype": {}}}}'],
  ])("names a field that would change a prototype, %s", async (_where, body) => {
    const { body: problem } = await api().ask({ method: "POST", path: "/v1/jobs", body });
    const detail = "has a field named __proto__, or constructor with a prototype";
    expect(problem).toMatchObject({ status: 400, code: "INVALID_REQUEST", detail: `The body ${detail}.` });
    expect(problem).toMatchObject({ errors: [{ pointer: "", detail }] });
  });

  it("does not name a prototype's word in a value", async () => {
    const input = { body: { note: '"__proto__": 1', constructor: "Brunel" } };
    expect((await api().ask({ method: "POST", path: "/v1/jobs", body: { ...order, input } })).status).toBe(202);
  });

  it.each([
    [
      "throttles",
      Object.assign(new Error("s3cret"), { name: "ProvisionedThroughputExceededException", $fault: "client" }),
    ],
    ["is at fault", Object.assign(new Error("s3cret"), { name: "InternalServerError", $fault: "server" })],
    ["does not answer", Object.assign(new Error("s3cret"), { name: "TimeoutError" })],
    ["is out of reach", Object.assign(new Error("s3cret"), { code: "ECONNREFUSED" })],
  ])("for an AWS that %s is a 503 with Retry-After, on every route", async (_what, error) => {
    const job = aJob();
    const { ask, jobs, log } = api([job]);
    jobs.get = async () => {
      throw error;
    };
    jobs.page = jobs.get as never;
    for (const [method, path] of [
      ["GET", `/v1/jobs/${job.id}`],
      ["POST", `/v1/jobs/${job.id}/cancel`],
      ["GET", "/v1/jobs"],
    ] as const) {
      const answer = await ask({ method, path });
      expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" }, headers: { "retry-after": "5" } });
      expect(JSON.stringify([answer, log.lines])).not.toContain("s3cret");
    }
    expect(log.lines.at(-1)).toMatchObject({ fields: { code: "UNAVAILABLE", frames: expect.any(Array) } });
  });

  it("for a mistake of ours that AWS reports is a 500", async () => {
    const { ask, jobs } = api();
    jobs.get = async () => {
      throw Object.assign(new Error("no"), {
        name: "AccessDeniedException",
        $fault: "client",
        $metadata: { httpStatusCode: 400 },
      });
    };
    expect(await ask({ path: `/v1/jobs/${aJob().id}` })).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
  });

  it("for a fault of ours is a 500 without its cause, which the log has", async () => {
    const { ask, jobs, log } = api();
    jobs.get = async () => {
      throw new Error("s3cret");
    };
    const answer = await ask({ path: `/v1/jobs/${aJob().id}` });
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL", request_id: "req-1" } });
    expect(JSON.stringify([answer, log.lines])).not.toContain("s3cret");
    expect(log.lines).toMatchObject([{ level: "error", fields: { request_id: "req-1", error_name: "Error" } }]);
  });
});

describe("GET /v1/jobs/{id}", () => {
  it("shows the job, its attempts and its error, but never its input", async () => {
    const world = api();
    const { body } = await world.post(order);
    await consume(world, async () => {
      throw new JobError("NOT_FOUND", "The shop answered 404.");
    });
    const answer = await world.ask({ path: `/v1/jobs/${body.job_id}` });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        job_id: body.job_id,
        status: "failed",
        product_tag: "my-product",
        env: "prd",
        event: "create_order",
        type: "action",
        error: { code: "NOT_FOUND", message: "The shop answered 404.", retryable: false },
        attempts: [{ attempt: 1, outcome: "failed", lateness_ms: 0, duration_ms: 0 }],
      },
    });
    expect(JSON.stringify(answer.body)).not.toContain("tea");
  });

  it("inlines a large result, and links to a huge one", async () => {
    const world = api();
    const { body: large } = await world.post(order);
    await consume(world, async () => "x".repeat(50_000));
    expect((await world.ask({ path: `/v1/jobs/${large.job_id}` })).body.result).toHaveLength(50_000);
    const { body: huge } = await world.post(order);
    await consume(world, async () => '"'.repeat(2_200_000));
    const { body } = await world.ask({ path: `/v1/jobs/${huge.job_id}` });
    expect(body).toMatchObject({ status: "completed", result_url: expect.stringMatching(/^data:/) });
    expect(body).not.toHaveProperty("result");
  });

  it("answers ?wait=N when the job ends or N seconds are over", async () => {
    const world = api();
    const { body } = await world.post(order);
    const waiting = world.ask({ path: `/v1/jobs/${body.job_id}`, query: { wait: "5" } });
    await world.clock.advance(5000);
    expect((await waiting).body.status).toBe("queued");
    const again = world.ask({ path: `/v1/jobs/${body.job_id}`, query: { wait: "5" } });
    await world.clock.advance(100);
    await consume(world, async () => 1);
    await world.clock.advance(400);
    expect((await again).body).toMatchObject({ status: "completed", result: 1 });
  });

  it.each([
    ["an id that does not exist", `/v1/jobs/${aJob().id}`, {}, 404],
    ["an id that is none", "/v1/jobs/x", {}, 404],
    ["a wait out of range", `/v1/jobs/${aJob().id}`, { wait: "26" }, 404],
  ])("refuses %s with 404", async (_what, path, query, status) => {
    expect((await api().ask({ path, query })).status).toBe(status);
  });

  it("hides another tenant's job from a key that does not reach it", async () => {
    const job = aJob();
    const { ask } = api([job]);
    const scopes = { ...allScopes, envs: ["dev"] };
    const answer = await ask({ path: `/v1/jobs/${job.id}`, scopes });
    expect(answer).toEqual(await ask({ path: `/v1/jobs/${aJob().id}`, scopes }));
    expect(answer.status).toBe(404);
    expect((await ask({ path: `/v1/jobs/${job.id}` })).status).toBe(200);
    expect((await ask({ path: `/v1/jobs/${job.id}`, query: { wait: "26" } })).body.errors).toMatchObject([
      { pointer: "/query/wait" },
    ]);
  });
});

describe("GET /v1/stats", () => {
  const query = { product_tag: "my-product", env: "prd" };
  const path = "/v1/stats";
  const hour = (at: number, counts: Partial<Counts>) => [
    counted({ product: "my-product", env: "prd", hour: at, counts: { ...noCounts(), ...counts } }),
  ];

  it("adds up the last 24 hours, with the hours at both ends", async () => {
    const { ask, stats, clock } = api();
    await clock.advance(600_000);
    await stats.add(hour(noon - 25 * hourMs, { completed: 100 }));
    await stats.add(hour(noon - 24 * hourMs, { failed: 1, attempts: 4 }));
    await stats.add(hour(noon, { scheduled: 5, completed: 3, completed_first_try: 2, attempts: 4 }));
    const { status, body } = await ask({ path, query });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...query,
      from: noon - 24 * hourMs,
      to: noon + hourMs,
      counts: { scheduled: 5, completed: 3, failed: 1, cancelled: 0 },
      success_rate: 0.75,
      completed_first_try: 2,
      completed_after_retry: 1,
      mean_attempts: 2,
      lateness_ms: { p50: null, p95: null, p99: null },
      duration_ms: { p50: null, p95: null, p99: null },
    });
  });

  it("cuts the window into parts, empty ones too", async () => {
    const { ask, stats } = api();
    const histogram = (bucket: number) => noCounts().lateness.with(bucket, 2);
    await stats.add(hour(noon - 5 * hourMs, { completed: 1, lateness: histogram(11) }));
    await stats.add(hour(noon - 4 * hourMs, { failed: 2, lateness: histogram(11), duration: histogram(3) }));
    await stats.add(hour(noon, { completed: 4 }));
    const from = noon - 5 * hourMs;
    const { body } = await ask({ path, query: { ...query, from: String(from), part_hours: "2" } });
    const none = { scheduled: 0, completed: 0, failed: 0, cancelled: 0 };
    const nothing = { p50: null, p95: null, p99: null };
    const noTimes = { lateness_ms: nothing, duration_ms: nothing };
    const times = { lateness_ms: { p50: 1536, p95: 1996, p99: 2037 }, duration_ms: { p50: 6, p95: 7, p99: 7 } };
    expect(body.parts).toEqual([
      { from, to: from + 2 * hourMs, counts: { ...none, completed: 1, failed: 2 }, ...times },
      { from: from + 2 * hourMs, to: from + 4 * hourMs, counts: none, ...noTimes },
      { from: from + 4 * hourMs, to: from + 6 * hourMs, counts: { ...none, completed: 4 }, ...noTimes },
    ]);
    const whole = await ask({ path, query: { ...query, from: String(from), part_hours: "744" } });
    const { counts, lateness_ms, duration_ms } = whole.body;
    expect(whole.body.parts).toEqual([{ from, to: noon + hourMs, counts, lateness_ms, duration_ms }]);
  });

  it("counts the runs of one event that has trends", async () => {
    const { ask, stats } = api();
    const event = "create_order";
    await stats.add(hour(noon, { completed: 9 }));
    await stats.add(hour(noon, { completed: 3, failed: 1 }).map((one) => ({ ...one, event })));
    const { status, body } = await ask({ path, query: { ...query, event, part_hours: "24" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...query, event, counts: { completed: 3, failed: 1 }, success_rate: 0.75 });
    expect(body.parts).toMatchObject([{ counts: { completed: 0 } }, { counts: { completed: 3, failed: 1 } }]);
    expect((await ask({ path, query })).body.counts).toMatchObject({ completed: 9 });
    const without = await ask({ path, query: { ...query, event: "send_notification" } });
    expect(without).toMatchObject({ status: 400, body: { errors: [{ pointer: "/query/event" }] } });
    expect(await ask({ path, query: { ...query, event: "create_ordr" } })).toMatchObject({
      status: 404,
      body: { code: "EVENT_NOT_FOUND", detail: expect.stringContaining('"create_order"') },
    });
  });

  it("takes a window in seconds, milliseconds or RFC 3339", async () => {
    const { ask, stats } = api();
    await stats.add(hour(noon - 48 * hourMs, { completed: 1 }));
    const from = noon - 48 * hourMs;
    for (const text of [String(from), String(from / 1000), new Date(from).toISOString()]) {
      const { body } = await ask({ path, query: { ...query, from: text, to: String(from + 1) } });
      expect(body).toMatchObject({ from, to: from + hourMs, counts: { completed: 1 } });
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ["no env", { env: "" }, "/query/env"],
    ["an unknown parameter", { product: "x" }, "/query/product"],
    ["no time", { from: "yesterday" }, "/query/from"],
    ["an empty time", { to: "" }, "/query/to"],
    ["a window that ends before it begins", { from: String(noon + 1), to: String(noon) }, "/query/from"],
    ["a window in the future", { from: "99999999999998", to: "99999999999999" }, "/query/from"],
    ["parts of no hours", { part_hours: "0" }, "/query/part_hours"],
    ["parts longer than any window", { part_hours: "745" }, "/query/part_hours"],
    ["a window of more than 31 days", { from: String(noon - 31 * 24 * hourMs - 1) }, "/query/from"],
  ])("refuses %s", async (_what, more, pointer) => {
    const answer = await api().ask({ path, query: { ...query, ...more } });
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST", errors: [{ pointer }] } });
  });

  it("knows the products and envs of the catalog only", async () => {
    const { ask } = api();
    expect(await ask({ path, query: { ...query, product_tag: "my-prodcut" } })).toMatchObject({
      status: 404,
      body: { code: "PRODUCT_NOT_FOUND" },
    });
    expect(await ask({ path, query: { ...query, env: "x" } })).toMatchObject({
      status: 404,
      body: { code: "ENV_NOT_FOUND" },
    });
  });

  it("is for keys that may read the tenant", async () => {
    const { ask } = api();
    for (const scopes of [
      { ...allScopes, envs: ["dev"] },
      { ...allScopes, verbs: ["jobs:write" as const] },
    ]) {
      expect((await ask({ path, query, scopes })).status).toBe(403);
    }
    expect((await ask({ path, query, scopes: { ...allScopes, verbs: ["jobs:read"] } })).status).toBe(200);
  });
});

describe("GET /v1/health", () => {
  it("is open to every caller", async () => {
    expect(await api().ask({ path: "/v1/health", scopes: null })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
  });
});

describe("the API's log of a request", () => {
  it("says at level debug which route answered about which job", async () => {
    const { post, ask, log, jobs } = api();
    const { body } = await post({ ...order, input: { body: { card: "s3cret" } } });
    await ask({ path: `/v1/jobs/${body.job_id}` });
    const about = {
      request_id: "req-1",
      job_id: body.job_id,
      product: "my-product",
      env: "prd",
      event: "create_order",
      answer_ms: expect.any(Number),
    };
    const rest = { type: "action", run: 1, attempt: 1 };
    expect(log.lines).toEqual([
      {
        level: "debug",
        message: "request answered",
        fields: { ...about, ...rest, route: "POST /v1/jobs", status: 202 },
      },
      {
        level: "debug",
        message: "request answered",
        fields: { ...about, ...rest, route: "GET /v1/jobs/{id}", status: 200 },
      },
    ]);
    expect(jobs.all()).toMatchObject([{ request_id: "req-1" }]);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });

  it("has the code of a refusal, and nothing of probes", async () => {
    const { ask, log } = api();
    await ask({ path: "/v1/health" });
    await ask({ path: "/v1/jobs/job_none" });
    expect(log.lines).toMatchObject([
      { level: "info", message: "request refused", fields: { code: "JOB_NOT_FOUND", request_id: "req-1" } },
    ]);
  });

  describe.each([
    ["takes 3 s", 3000, {}, "request answered slowly"],
    ["takes less", 2999, {}, "request answered"],
    ["was to come later, since its caller wanted to wait", 3000, { wait: "1" }, "request answered"],
  ])("an API answer that %s", (_what, took, query, message) => {
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it(`is logged as "${message}"`, async () => {
      const job = aJob();
      const { ask, clock, log } = api([job]);
      jest.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValueOnce(took);
      const answer = ask({ path: `/v1/jobs/${job.id}`, query });
      await clock.advance(1000);
      await answer;
      expect(log.lines).toMatchObject([{ message, fields: { job_id: job.id, answer_ms: took, status: 200 } }]);
      expect(log.lines[0]?.measured).toEqual(
        message === "request answered" ? undefined : { values: { slow_answers: 1 } },
      );
    });
  });
});
