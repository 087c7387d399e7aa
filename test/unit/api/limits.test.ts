import { jest } from "@jest/globals";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { GateName } from "../../../lambdas/core/limits/gate.ts";
import { newPump } from "../../../lambdas/core/limits/pump.ts";
import type { Gates, Waiter } from "../../../lambdas/core/ports/gates.ts";
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
/** Puts a job into the line of a gate that is marked, as whoever stands there does. */
async function stands(gates: Gates, gate: GateName, waiter: Waiter): Promise<void> {
  await gates.stand(gate, waiter);
  const [first] = await gates.firsts([gate]);
  await gates.mark(gate, { id: "m", ...first?.line }, first?.line);
}
const gates = [
  { limit: "customer", key: "C-1" },
  { limit: "partner", key: "" },
];
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
  it("reads pins and marked gates once, however many limits there are", async () => {
    const api = fakeApi();
    const pins = jest.spyOn(api.gates, "pins");
    const crowded = jest.spyOn(api.gates, "withLine");
    const { body } = await api.ask({ path: "/v1/limits", query: { product_tag: "my-product", env: "prd" } });
    expect(body.limits).toHaveLength(2);
    expect([pins.mock.calls.length, crowded.mock.calls.length]).toEqual([1, 1]);
  });

  it("lists the limits of the catalog with the gates at which jobs wait", async () => {
    const api = fakeApi();
    const { gates } = api;
    await gates.take({ ...partner, part: 0 }, { job: id(1), turn: "1.1.0.0", now: noon, slot });
    await stands(gates, partner, waiterOf(id(2), noon - 9));
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

  it("shows the gate of a long key, which jobs keep as its hash", async () => {
    const { ask, gates } = fakeApi();
    const looked = jest.spyOn(gates, "look");
    const long = "\u20ac".repeat(1000);
    const { body } = await ask({ path: "/v1/limits", query: { name: "customer", env: "prd", key: long } });
    const [{ key }] = body.limits[0].gates;
    expect(key).toMatch(/^sha256-[\w-]{43}$/);
    const again = await ask({ path: "/v1/limits", query: { name: "customer", env: "prd", key } });
    expect(again.body.limits[0].gates).toMatchObject([{ key }]);
    // A partition has at most 2,048 bytes.
    for (const [gate] of looked.mock.calls) expect(Buffer.byteLength(gate.key)).toBeLessThan(1024);
  });

  it("shows when the line of a rate ends", async () => {
    const api = fakeApi();
    const rate = { increment: 1_000_000, burst: 2 };
    for (const job of [id(1), id(2)])
      await api.gates.take({ ...customer("C-2"), part: 0 }, { job, turn: "1.1.0.0", now: noon, rate });
    for (const n of [3, 4, 5]) await stands(api.gates, customer("C-2"), waiterOf(id(n), noon - 9 + n));
    const { body } = await api.ask({ path: "/v1/limits", query: { name: "customer", env: "prd" } });
    expect(body.limits[0].gates).toEqual([
      {
        key: "C-2",
        in_use: 0,
        waiting: 3,
        oldest_wait_since: noon - 5,
        next_start: noon + 1000,
        estimated: { as_of: noon, length: 3, ends_at: noon + 3000 },
      },
    ]);
  });

  it("shows by when a line follows another rate, until its next start is given out by it", async () => {
    const api = fakeApi();
    const gate = customer("C-4");
    const shownGate = async () =>
      (await api.ask({ path: "/v1/limits", query: { name: "customer", env: "prd" } })).body.limits[0].gates[0];
    // One an hour, as an earlier deployment had it: its pump sleeps until the next start but one by that.
    const hourly = { increment: 3_600_000_000, burst: 1 };
    await api.gates.take({ ...gate, part: 0 }, { job: id(1), turn: "1.1.0.0", now: noon, rate: hourly });
    await stands(api.gates, gate, waiterOf(id(2), noon - 9));
    const sleeps = async (nextCall: number) => {
      const [first] = await api.gates.firsts([gate]);
      await api.gates.mark(gate, { id: "m", nextCall, promised: "p" }, first?.line);
    };
    await sleeps(noon + 900_000);
    expect(await shownGate()).toMatchObject({ next_start: noon, follows_by: noon + 60_000 });
    await sleeps(noon + 20_000);
    expect(await shownGate()).toMatchObject({ follows_by: noon + 20_000 });
    await sleeps(noon + 1000);
    expect(await shownGate()).not.toHaveProperty("follows_by");
    await sleeps(noon + 900_000);
    const rate = { increment: 1_000_000, burst: 2 };
    await api.gates.take({ ...gate, part: 0 }, { job: id(2), turn: "1.1.0.0", now: noon, rate, isCalled: true });
    expect(await shownGate()).not.toHaveProperty("follows_by");
  });

  it("shows no time for a lowered rate: what comes next is spaced by it already", async () => {
    const api = fakeApi();
    const gate = customer("C-5");
    const fast = { increment: 100_000, burst: 1 };
    for (const n of [1, 2])
      await api.gates.take({ ...gate, part: 0 }, { job: id(n), turn: "1.1.0.0", now: noon, rate: fast });
    await stands(api.gates, gate, waiterOf(id(3), noon - 9));
    const [first] = await api.gates.firsts([gate]);
    await api.gates.mark(gate, { id: "m", nextCall: noon + 500, promised: "p" }, first?.line);
    const { body } = await api.ask({ path: "/v1/limits", query: { name: "customer", env: "prd" } });
    expect(body.limits[0].gates[0]).not.toHaveProperty("follows_by");
  });

  it("counts the first thousand of a line, and beyond shows its pump's count", async () => {
    const api = fakeApi();
    const shownGate = async () => (await api.ask({ path: "/v1/limits", query: { name: "customer" } })).body.limits;
    for (let n = 0; n < 1000; n++) await api.gates.stand(customer("C-3"), waiterOf(id(n), n));
    await stands(api.gates, customer("C-3"), waiterOf(id(1000), 1000));
    const prd = async () => (await shownGate()).find(({ env }: { env: string }) => env === "prd").gates[0];
    expect(await prd()).toMatchObject({ waiting: 1000, more_waiting: true });
    expect(await prd()).not.toHaveProperty("estimated");
    await api.gates.keepPump(customer("C-3"), { ...newPump(), length: 4002, countedAt: noon - 30_000 });
    const ends_at = noon + 4_000_000 - 30_000;
    expect((await prd()).estimated).toEqual({ as_of: noon - 30_000, length: 4002, ends_at });
  });

  it("filters by name, and by the key's reach", async () => {
    const { body } = await fakeApi().ask({
      path: "/v1/limits",
      query: { name: "partner" },
      scopes: { ...allScopes, envs: ["dev"] },
    });
    expect(body.limits).toEqual([{ ...shown, env: "dev" }]);
  });
});

describe("a pin of a limit", () => {
  const path = "/v1/limits/my-product/prd/partner";
  const until = noon + 3_600_000;

  it("counts instead of the catalog until its time or its removal", async () => {
    const api = fakeApi();
    const body = { concurrency: 1, rate: { limit: 5, period: "10s" }, until, reason: "the partner is slow" };
    const pinned = { concurrency: 1, rate: { limit: 5, period_ms: 10_000, burst: 1 } };
    const in_force_at = noon + 5000;
    const holds = {
      ...shown,
      ...pinned,
      in_force_at,
      pinned: { ...pinned, until, pinned_at: noon, reason: "the partner is slow" },
    };
    const answer = await api.ask({ method: "PUT", path, body });
    expect(answer).toMatchObject({ status: 200, body: { ...holds, gates: [expect.anything()] } });
    await api.clock.advance(3_600_000);
    expect((await api.ask({ path: "/v1/limits", query: { name: "partner", env: "prd" } })).body.limits).toEqual([
      shown,
    ]);
    const removed = await api.ask({ method: "DELETE", path });
    expect(removed).toMatchObject({ status: 200, body: { ...shown, in_force_at: noon + 3_605_000 } });
  });

  it("says from when it is in force", async () => {
    const api = fakeApi();
    await api.ask({ method: "PUT", path, body: { concurrency: 1, until } });
    await api.clock.advance(60_000);
    const { body } = await api.ask({ path: "/v1/limits", query: { name: "partner", env: "prd" } });
    expect(body.limits).toMatchObject([{ pinned: { pinned_at: noon }, in_force_at: noon + 5000 }]);
  });

  it("reaches waiting jobs at once, by a tick or by handing over slots", async () => {
    const [first, second] = [aJob({ ...tenant, gates }), aJob({ ...tenant, gates, due_at: noon + 1 })];
    const api = fakeApi({ jobs: [first, second] });
    await api.clock.advance(10);
    await api.gates.pin(partner, { concurrency: 1, until, pinned_at: noon - 9 });
    await api.gates.take({ ...partner, part: 0 }, { job: id(1), turn: "1.1.0.0", now: noon, slot });
    for (const job of [first, second]) await stands(api.gates, partner, waiterOf(job.id, job.due_at));
    await stands(api.gates, customer("C-1"), waiterOf(id(3), noon - 9));
    expect(await api.ask({ method: "DELETE", path })).toMatchObject({ status: 200, body: { gates: [{ in_use: 2 }] } });
    expect(api.queue.sent.map(({ message }) => message.job_id)).toEqual([first.id]);
    expect(api.ticks.sent).toEqual([]);
    const body = { rate: { limit: 5, period: "10s" }, until };
    await api.ask({ method: "PUT", path, body });
    expect(api.ticks.sent).toMatchObject([partner]);
  });

  it("counts although the lines cannot be reached", async () => {
    const api = fakeApi();
    await stands(api.gates, partner, waiterOf(id(2), noon - 9));
    jest.spyOn(api.gates, "firsts").mockRejectedValueOnce(new Error("throttled"));
    const answer = await api.ask({ method: "PUT", path, body: { concurrency: 1, until } });
    expect(answer).toMatchObject({ status: 200, body: { concurrency: 1 } });
    const fields = expect.objectContaining({ limit: "partner" });
    expect(api.log.lines).toContainEqual(expect.objectContaining({ level: "warn", fields }));
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
  ])("is refused with %j at %s", async (body, pointer) => {
    const answer = await fakeApi().ask({ method: "PUT", path, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("is refused for an unknown limit, with the nearest name", async () => {
    const answer = await fakeApi().ask({ method: "PUT", path: `${path}s`, body: { concurrency: 1, until } });
    expect(answer).toMatchObject({ status: 404, body: { code: "LIMIT_NOT_FOUND", detail: /Did you mean "partner"/ } });
  });
});

describe("what a job waits for", () => {
  const job = aJob({ ...tenant, event: "call_partner", gates });

  it("is its place in the line for a slot", async () => {
    const api = fakeApi({ jobs: [job] });
    await stands(api.gates, partner, waiterOf(id(2), noon - 9));
    await stands(api.gates, partner, waiterOf(job.id, job.due_at));
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(body).toMatchObject({ gates, waiting_for: { limit: "partner", key: "", since: noon - 5, position: 2 } });
  });

  it("is its place in the line for a start, and an estimated time", async () => {
    const api = fakeApi({ jobs: [job] });
    await stands(api.gates, customer("C-1"), waiterOf(id(2), noon - 9));
    await stands(api.gates, customer("C-1"), waiterOf(id(3), noon - 8));
    await stands(api.gates, customer("C-1"), waiterOf(job.id, job.due_at));
    const waits = async () => (await api.ask({ path: `/v1/jobs/${job.id}` })).body.waiting_for;
    const place = { limit: "customer", key: "C-1", since: noon - 5, position: 3 };
    expect(await waits()).toEqual({ ...place, starts_at: noon + 1000 });
    await api.gates.keepPump(customer("C-1"), { ...newPump(), called: { [job.id]: { at: noon + 1700 } } });
    expect(await waits()).toEqual({ ...place, starts_at: noon + 1700 });
  });

  it("is not the line in which it stood for an earlier attempt", async () => {
    const api = fakeApi({ jobs: [{ ...job, attempt: 2 }] });
    await stands(api.gates, partner, waiterOf(job.id, job.due_at));
    expect((await api.ask({ path: `/v1/jobs/${job.id}` })).body).not.toHaveProperty("waiting_for");
  });

  it("is the start that version 0.3 has reserved for it", async () => {
    const until = noon + 60_000;
    const reserved = { turn: "1.1.0.0", until, since: noon, gate: gates[0] as never, limits: ["customer"] };
    const api = fakeApi({ jobs: [{ ...job, status: "scheduled", due_at: until, reserved }] });
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(body.waiting_for).toEqual({ limit: "customer", key: "C-1", since: noon, starts_at: until });
  });

  it("is in lists without the place, and costs jobs without limits no read", async () => {
    const plain = aJob({ ...tenant, event: "create_order" });
    const about = aJob({ ...tenant, event: "call_partner", gates });
    const api = fakeApi({ jobs: [plain, job, about] });
    await stands(api.gates, partner, waiterOf(job.id, job.due_at));
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
    const asked = waiter.mock.calls.map(([gate, { job: asked }]) => `${asked} ${gate.limit}`);
    expect(asked.sort()).toEqual([job.id, about.id].flatMap((one) => [`${one} customer`, `${one} partner`]).sort());
  });

  it("is read for a bounded number of jobs", async () => {
    const many = Array.from({ length: 60 }, () => aJob({ ...tenant, event: "call_partner", gates }));
    const api = fakeApi({ jobs: many });
    const waiter = jest.spyOn(api.gates, "waiter");
    expect((await api.ask({ path: "/v1/jobs", query: { limit: "100" } })).body.jobs).toHaveLength(60);
    expect(waiter).toHaveBeenCalledTimes(50 * gates.length);
  });

  it("is nothing shortly before its start", async () => {
    const { body } = await fakeApi({ jobs: [job] }).ask({ path: `/v1/jobs/${job.id}` });
    expect(body).not.toHaveProperty("waiting_for");
  });
});

describe("POST /v1/explain", () => {
  it("shows the gates that a request would meet now", async () => {
    const api = fakeApi();
    await stands(api.gates, partner, waiterOf(id(2), noon - 9));
    const { body } = await api.ask({ method: "POST", path: "/v1/explain", body: { ...order("C-1"), priority: 5 } });
    expect(body).toMatchObject({
      job: { priority: 5 },
      gates: [
        { limit: "partner", key: "", concurrency: 2, in_use: 0, waiting: 1, would: "wait" },
        { limit: "customer", key: "C-1", rate: { limit: 60 }, next_start: noon, would: "start" },
      ],
    });
    await stands(api.gates, customer("C-1"), waiterOf(id(2), noon - 9));
    const again = await api.ask({ method: "POST", path: "/v1/explain", body: order("C-1") });
    expect(again.body.gates[1]).toMatchObject({ limit: "customer", waiting: 1, next_start: noon, would: "wait" });
    expect(api.gates.all().some(({ gate }) => gate.limit === "customer" && gate.key === "C-2")).toBe(false);
  });
});
