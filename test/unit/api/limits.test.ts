import { jest } from "@jest/globals";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const tenant = { product: "my-product", env: "prd" };
const partner = { ...tenant, limit: "partner", key: "" };
const customer = (key: string) => ({ ...tenant, limit: "customer", key });
const order = (customer?: unknown) => ({
  product_tag: "my-product",
  env: "prd",
  event: "call_partner",
  input: { ...(customer !== undefined && { query: { customer } }), body: { item: "tea" } },
  start_at: 0,
});
const id = (n: number) => `job_${String(n).padStart(32, "0")}`;
const waiterOf = (job: string, order: number) => ({ job, run: 1, attempt: 1, due_at: order, order, since: noon - 5 });
const slot = { lease: noon + 60_000, limit: 2 };
const shown = {
  product_tag: "my-product",
  env: "prd",
  name: "partner",
  concurrency: 2,
  events: ["call_partner"],
  gates: [{ key: "", in_use: 0, waiting: 0 }],
};

describe("a request for an event with limits", () => {
  const asked = async (body: object) => {
    const api = fakeApi();
    const answer = await api.ask({ method: "POST", path: "/v1/jobs", body });
    return { ...api, answer, job: api.jobs.all()[0] };
  };

  it("keeps the keys that its input gives, and its priority", async () => {
    const { job, queue } = await asked({ ...order("C-1"), priority: 60 });
    expect(job).toMatchObject({
      gates: [
        { limit: "customer", key: "C-1" },
        { limit: "partner", key: "" },
      ],
      priority: 60,
    });
    expect(queue.sent).toMatchObject([{ message: { gated: true } }]);
  });

  it("keeps a number as its digits, and a long key as its hash", async () => {
    expect((await asked(order(42))).job?.gates?.[0]?.key).toBe("42");
    expect((await asked(order("x".repeat(64)))).job?.gates?.[0]?.key).toBe("x".repeat(64));
    expect((await asked(order("x".repeat(65)))).job?.gates?.[0]?.key).toMatch(/^sha256-[\w-]{43}$/);
  });

  it.each([[undefined], [""], [null]])("is refused if the key is %j, with the place", async (key) => {
    const { answer, job } = await asked(order(key));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "/input/query/customer" }] } });
    expect(job).toBeUndefined();
  });

  it.each([[3601], [-3601], [1.5], ["high"]])("is refused if its priority is %j", async (priority) => {
    const { answer } = await asked({ ...order("C-1"), priority });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "/priority" }] } });
  });
});

describe("GET /v1/limits", () => {
  it("reads the pins and the marked gates of a product and env once, however many limits it has", async () => {
    const api = fakeApi();
    const pins = jest.spyOn(api.gates, "pins");
    const crowded = jest.spyOn(api.gates, "crowded");
    const { body } = await api.ask({ path: "/v1/limits", query: { product_tag: "my-product", env: "prd" } });
    expect(body.limits).toHaveLength(2);
    expect([pins.mock.calls.length, crowded.mock.calls.length]).toEqual([1, 1]);
  });

  it("lists the limits of the catalog with the gates at which jobs wait", async () => {
    const api = fakeApi();
    const { gates } = api;
    await gates.take({ ...partner, part: 0 }, { job: id(1), turn: "1.1.0.0", now: noon, slot });
    await gates.lineUp(partner, waiterOf(id(2), noon - 9), 1);
    const rate = { increment: 1_000_000, burst: 2 };
    for (const job of [id(1), id(2), id(3)])
      await gates.take({ ...customer("C-1"), part: 0 }, { job, turn: "1.1.0.0", now: noon, rate });
    const query = { product_tag: "my-product", env: "prd", key: "C-1" };
    const { body } = await api.ask({ path: "/v1/limits", query });
    expect(body.limits).toEqual([
      {
        product_tag: "my-product",
        env: "prd",
        name: "customer",
        description: "The partner's limit per customer.",
        key: "$Input{query}{customer}",
        rate: { limit: 60, period_ms: 60_000, burst: 2 },
        events: ["call_partner"],
        gates: [{ key: "C-1", in_use: 0, waiting: 0, next_start: noon + 2000 }],
      },
      { ...shown, gates: [{ key: "", in_use: 1, waiting: 1, oldest_wait_since: noon - 5 }] },
    ]);
  });

  it("lists those of one name, and of the envs that the key reaches", async () => {
    const { body } = await fakeApi().ask({
      path: "/v1/limits",
      query: { name: "partner" },
      scopes: { ...allScopes, envs: ["dev"] },
    });
    expect(body.limits).toEqual([{ ...shown, env: "dev" }]);
  });
});

describe("pins", () => {
  const path = "/v1/limits/my-product/prd/partner";
  const until = noon + 3_600_000;

  it("hold instead of the catalog until their time, and are removed", async () => {
    const api = fakeApi();
    const body = { concurrency: 1, rate: { limit: 5, period: "10s" }, until, reason: "the partner is slow" };
    const pinned = { concurrency: 1, rate: { limit: 5, period_ms: 10_000, burst: 1 } };
    const holds = { ...shown, ...pinned, pinned: { ...pinned, until, pinned_at: noon, reason: "the partner is slow" } };
    const answer = await api.ask({ method: "PUT", path, body });
    expect(answer).toMatchObject({ status: 200, body: { ...holds, gates: [expect.anything()] } });
    await api.clock.advance(3_600_000);
    expect((await api.ask({ path: "/v1/limits", query: { name: "partner", env: "prd" } })).body.limits).toEqual([
      shown,
    ]);
    expect(await api.ask({ method: "DELETE", path })).toMatchObject({ status: 200, body: shown });
  });

  it.each<[object, string]>([
    [{ until }, ""],
    [{ concurrency: 0, until }, "/concurrency"],
    [{ concurrency: 1001, until }, "/concurrency"],
    [{ rate: { limit: 0, period: "1m" }, until }, "/rate/limit"],
    [{ rate: { limit: 1, period: "2d" }, until }, "/rate/period"],
    [{ rate: { limit: 1, period: "soon" }, until }, "/rate/period"],
    [{ concurrency: 1 }, "/until"],
    [{ concurrency: 1, until: noon - 1 }, "/until"],
    [{ concurrency: 1, until: noon + 31 * 86_400_000 }, "/until"],
    [{ concurrency: 1, until, reason: "x".repeat(201) }, "/reason"],
    [{ concurency: 1, concurrency: 1, until }, "/concurency"],
  ])("refuse %j at %s", async (body, pointer) => {
    const answer = await fakeApi().ask({ method: "PUT", path, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("are refused for a limit that the catalog does not have, with the nearest name", async () => {
    const answer = await fakeApi().ask({ method: "PUT", path: `${path}s`, body: { concurrency: 1, until } });
    expect(answer).toMatchObject({ status: 404, body: { code: "LIMIT_NOT_FOUND", detail: /Did you mean "partner"/ } });
  });
});

describe("what a job waits for", () => {
  const gates = [
    { limit: "customer", key: "C-1" },
    { limit: "partner", key: "" },
  ];
  const job = aJob({ ...tenant, event: "call_partner", gates });

  it("is its place in a waiting list", async () => {
    const api = fakeApi({ jobs: [job] });
    await api.gates.lineUp(partner, waiterOf(id(2), noon - 9), 1);
    await api.gates.lineUp(partner, waiterOf(job.id, job.due_at), 1);
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(body).toMatchObject({ gates, waiting_for: { limit: "partner", key: "", since: noon - 5, position: 2 } });
  });

  it("is the start that its rate has given it", async () => {
    const until = noon + 60_000;
    const reserved = { turn: "1.1.0.0", until, since: noon, gate: gates[0] as never, limits: ["customer"] };
    const api = fakeApi({ jobs: [{ ...job, status: "scheduled", due_at: until, reserved }] });
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(body.waiting_for).toEqual({ limit: "customer", key: "C-1", since: noon, starts_at: until });
  });

  it("is in lists too, without the place, and costs no read for jobs without limits", async () => {
    const plain = aJob({ ...tenant, event: "create_order" });
    const about = aJob({ ...tenant, event: "call_partner", gates });
    const api = fakeApi({ jobs: [plain, job, about] });
    await api.gates.lineUp(partner, waiterOf(job.id, job.due_at), 1);
    const waiter = jest.spyOn(api.gates, "waiter");
    const { body } = await api.ask({ path: "/v1/jobs" });
    const waits = Object.fromEntries(
      body.jobs.map((one: { job_id: string; waiting_for?: object }) => [one.job_id, one.waiting_for]),
    );
    expect(waits).toEqual({
      [job.id]: { limit: "partner", key: "", since: noon - 5 },
      [about.id]: undefined,
      [plain.id]: undefined,
    });
    expect(waiter.mock.calls.map(([, { job: asked }]) => asked).sort()).toEqual([about.id, job.id].sort());
  });

  it("is read for a bounded number of jobs", async () => {
    const many = Array.from({ length: 60 }, () => aJob({ ...tenant, event: "call_partner", gates }));
    const api = fakeApi({ jobs: many });
    const waiter = jest.spyOn(api.gates, "waiter");
    expect((await api.ask({ path: "/v1/jobs", query: { limit: "100" } })).body.jobs).toHaveLength(60);
    expect(waiter).toHaveBeenCalledTimes(50);
  });

  it("is nothing for a job that is only about to start", async () => {
    const { body } = await fakeApi({ jobs: [job] }).ask({ path: `/v1/jobs/${job.id}` });
    expect(body).not.toHaveProperty("waiting_for");
  });
});

describe("POST /v1/explain", () => {
  it("shows the gates of a request, and what an attempt would meet there now", async () => {
    const api = fakeApi();
    await api.gates.lineUp(partner, waiterOf(id(2), noon - 9), 1);
    const { body } = await api.ask({ method: "POST", path: "/v1/explain", body: { ...order("C-1"), priority: 5 } });
    expect(body).toMatchObject({
      job: { priority: 5 },
      gates: [
        { limit: "partner", key: "", concurrency: 2, in_use: 0, waiting: 1, would: "wait" },
        { limit: "customer", key: "C-1", rate: { limit: 60 }, next_start: noon, would: "start" },
      ],
    });
    expect(api.gates.all().some(({ gate }) => gate.limit === "customer" && gate.key === "C-2")).toBe(false);
  });
});
