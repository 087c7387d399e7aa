import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import type { Limit } from "../../../../lambdas/core/catalog/limit.ts";
import { type Job, type JobMessage, jobMessageOf } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { runReasons } from "../../../../lambdas/core/job/series.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { attemptTurn } from "../../../../lambdas/core/limits/gate.ts";
import type { Calls } from "../../../../lambdas/core/limits/pump.ts";
import { endPause, startPause } from "../../../../lambdas/core/operations/change-pauses.ts";
import { drainPause } from "../../../../lambdas/core/operations/drain-pause.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { rulesOf } from "../../../../lambdas/core/operations/limit-rules.ts";
import { tickLine, wakeGate } from "../../../../lambdas/core/operations/tick.ts";
import { viewOf } from "../../../../lambdas/core/queries/view.ts";
import { newMemory } from "../../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../../lambdas/reconciler/reconcile.ts";
import { aJob, noon, stepOf } from "../../../support/builders.ts";
import { action } from "../../../support/catalog/action.ts";
import { functionCall } from "../../../support/catalog/function.ts";
import { publish } from "../../../support/catalog/publish.ts";
import { fakeJobQueue } from "../../../support/fakes/job-queue.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const ok: Execute = async () => ({ ok: true });
const dying: Execute = () => Promise.reject(new Error("the process is gone"));

/** A world whose product has these limits, and as many jobs as are asked for, which pass all of them with one key. */
function limited(limits: Record<string, Limit>, count: number, more: Partial<Job> = {}) {
  const events = { ...action.jobs, ...functionCall.jobs, ...publish.jobs, paused: action.jobs.create_order };
  const targets = { ...action, ...functionCall, ...publish };
  const product = { tag: "shop", envs: ["prd"], ...targets, jobs: events, limits } as unknown as Product;
  const catalog = makeCatalog([product], registry);
  const gates = Object.keys(limits).map((limit) => ({ limit, key: "k" }));
  const jobs = Array.from({ length: count }, (_, i) =>
    aJob({ event: "create_order", gates, timeout_ms: 10_000, due_at: noon - count + i, ...more }),
  );
  const services = fakeServices({ catalog, jobs });
  const run = (message: JobMessage, execute: Execute = ok, calls?: Calls) =>
    runJob(services, execute, message, { random: () => 0.5, calls });
  /** Delivers what was sent meanwhile: ticks to the pump, and messages to the consumer once they are visible. */
  const deliver = async (execute: Execute = ok) => {
    for (const tick of services.ticks.sent.splice(0)) await tickLine(services, tick);
    for (const { message, calls } of services.queue.sent.splice(0)) await run(message, execute, calls);
  };
  const at = (i: number) => services.jobs.peek(jobs[i]?.id ?? "") as Job;
  const gate = (limit: string) => ({ product: "shop", env: "prd", limit, key: "k" });
  const look = (limit: string) => services.gates.look(gate(limit), { limit: 100 });
  return { ...services, run, deliver, at, gate, look, all: jobs, message: (i: number) => jobMessageOf(at(i)) };
}

/** An execution that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const execute: Execute = async () => {
    start();
    await promise;
    return "done";
  };
  return { execute, started, end: resolve };
}

const one = { workers: { concurrency: 1 } };

/** Two jobs with two limits: one runs, and the other has a slot of the first limit and waits for one of the second. */
async function waitingForSecond() {
  const w = limited({ a: { concurrency: 2 }, b: { concurrency: 1 } }, 2);
  const first = held();
  const running = w.run(w.message(0), first.execute);
  await first.started;
  await w.run(w.message(1));
  return { w, first, running };
}

describe("a limit of slots", () => {
  test("marks the message of its job, and of no other one", () => {
    expect(jobMessageOf(aJob({ gates: [{ limit: "workers", key: "" }] }))).toMatchObject({ gated: true });
    expect(jobMessageOf(aJob())).not.toHaveProperty("gated");
  });

  test("has a job wait without spending anything until a slot is free", async () => {
    const w = limited(one, 2);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1));
    expect(w.at(1)).toMatchObject({ status: "queued", version: 1, attempts: [] });
    expect((await w.look("workers")).waiters).toMatchObject([{ job: w.all[1]?.id }]);
    expect(w.queue.sent).toEqual([]);
    first.end();
    await running;
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.all[1]?.id, gated: true }, delaySeconds: 0 }]);
    await w.run(w.message(1));
    expect(w.at(1)).toMatchObject({ status: "completed", attempt: 1 });
    const { parts, waiters } = await w.look("workers");
    expect([waiters, parts[0]?.count, parts[0]?.holders]).toEqual([[], 0, {}]);
  });

  test("calls the job that was due first, apart from another one's head start", async () => {
    const w = limited(one, 4);
    await w.jobs.replace({ ...w.at(3), priority: 60, version: 2 });
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    for (const i of [2, 1, 3]) await w.run(w.message(i));
    expect((await w.look("workers")).waiters.map(({ job }) => job)).toEqual([3, 1, 2].map((i) => w.all[i]?.id));
    first.end();
    await running;
  });

  test("passes over a waiting job that is paused, until the pause ends", async () => {
    const w = limited(one, 3);
    await w.jobs.replace({ ...w.at(1), event: "paused", version: 2 });
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    for (const i of [1, 2]) await w.run(w.message(i));
    const wanted = { product: "shop", env: "prd", event: "paused", reason: "maintenance", drain_per_second: 50 };
    const { pause } = await startPause(w, wanted, { by: "key" });
    await w.clock.advance(5000);
    first.end();
    await running;
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.all[2]?.id } }]);
    expect((await w.look("workers")).waiters.map(({ job }) => job)).toEqual([w.all[2]?.id]);
    await w.run(w.message(2));
    expect(w.at(2).status).toBe("completed");
    w.queue.sent.length = 0;
    const { pause: over } = await endPause(w, pause.id, { admit: () => {} });
    await drainPause(w, over, { end: w.clock.now() + 1000 });
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.all[1]?.id, gated: true } }]);
  });

  test("has a job note once that it begins to wait", async () => {
    const w = limited(one, 2);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1));
    expect(w.at(1)).not.toHaveProperty("noted_wait");
    Object.assign(w, { notesWaits: true });
    const message = w.message(1);
    const noting = (count: number) =>
      runJob(w, ok, message, { random: () => 0.5 }).then(() => expect(w.at(1).version).toBe(count));
    await noting(2);
    await noting(2);
    expect(w.at(1).noted_wait).toMatchObject({ limit: "workers", key: "k", attempt: 1, since: w.clock.now() });
    first.end();
    await running;
    await runJob(w, ok, message, { random: () => 0.5 });
    expect(w.at(1)).toMatchObject({ status: "completed", attempts: [{ attempt: 1, outcome: "completed" }] });
  });

  test("lets jobs of a paused key wait, and those of other keys run", async () => {
    const w = limited(one, 3);
    const other = { limit: "workers", key: "other" };
    await w.jobs.replace({ ...w.at(2), gates: [other], version: 2 });
    const wanted = { product: "shop", env: "prd", limit: "workers", key: "k", reason: "stop", drain_per_second: 2 };
    const { pause } = await startPause(w, wanted, { by: "key" });
    for (const i of [0, 1, 2]) await w.run(w.message(i));
    expect(w.all.map((_, i) => w.at(i).status)).toEqual(["queued", "queued", "completed"]);
    expect((await w.look("workers")).waiters).toEqual([]);
    w.queue.sent.length = 0;
    const { pause: over } = await endPause(w, pause.id, { admit: () => {} });
    await drainPause(w, over, { end: w.clock.now() + 1000 });
    expect(w.queue.sent.map(({ message, delaySeconds }) => [message.job_id, delaySeconds])).toEqual([
      [w.all[0]?.id, 10],
      [w.all[1]?.id, 11],
    ]);
    await w.clock.advance(11_000);
    for (const i of [0, 1]) await w.run(w.message(i));
    expect([0, 1].map((i) => w.at(i))).toMatchObject(
      Array(2).fill({ status: "completed", attempts: [{ attempt: 1, outcome: "completed" }] }),
    );
  });

  test("gives another job the slot of one that is paused while it takes it", async () => {
    const w = limited(one, 2);
    await w.jobs.replace({ ...w.at(0), event: "paused", version: 2 });
    const { take } = w.gates;
    w.gates.take = async (...asked) => {
      w.gates.take = take;
      const answer = await take(...asked);
      await startPause(
        w,
        { product: "shop", event: "paused", reason: "maintenance", drain_per_second: 50 },
        { by: "key" },
      );
      await w.clock.advance(5000);
      return answer;
    };
    await w.run(w.message(0));
    expect(w.at(0)).toMatchObject({ status: "queued", version: 2 });
    await w.run(w.message(1));
    expect(w.queue.sent).toEqual([]);
    await w.clock.advance(6000);
    await reconcile(w);
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.all[1]?.id } }]);
    await w.run(w.message(1));
    expect(w.at(1).status).toBe("completed");
  });

  test("lets no stale message claim a job that has been paused", async () => {
    const w = limited(one, 1);
    const { get } = w.jobs;
    w.jobs.get = async () => {
      w.jobs.get = get;
      await startPause(
        w,
        { product: "shop", limit: "workers", reason: "maintenance", drain_per_second: 50 },
        { by: "key" },
      );
      await w.clock.advance(5000);
      return { ...w.at(0), status: "running", claims: 1, claim_id: "other", lease_until: noon + 60_000 };
    };
    await w.run(w.message(0));
    expect(w.at(0)).toMatchObject({ status: "queued", version: 1 });
  });

  test("has a message without the mark replaced by one with it", async () => {
    const w = limited(one, 1);
    const { gated: _, ...before } = w.message(0);
    const started: unknown[] = [];
    await w.run(before, async (execution) => void started.push(execution));
    expect([started, w.at(0).status]).toEqual([[], "queued"]);
    expect(w.queue.sent).toMatchObject([{ message: { gated: true }, delaySeconds: 0 }]);
    await w.deliver();
    expect(w.at(0).status).toBe("completed");
  });

  test("keeps the slot of a running job when its duplicate is refused", async () => {
    const w = limited({ a: { concurrency: 1 }, b: { concurrency: 1 } }, 2);
    const first = held();
    await w.jobs.replace({ ...w.at(1), gates: [{ limit: "b", key: "k" }], version: 2 });
    const blocking = w.run(w.message(1), first.execute);
    await first.started;
    const second = held();
    const { stand } = w.gates;
    let passing: Promise<void> | undefined;
    w.gates.stand = async (...asked) => {
      w.gates.stand = stand;
      await w.clock.advance(10);
      first.end();
      await blocking;
      passing = w.run(w.message(0), second.execute);
      await second.started;
      await stand(...asked);
    };
    await w.run(w.message(0));
    expect((await w.look("a")).parts[0]?.count).toBe(1);
    second.end();
    await passing;
    expect((await w.look("a")).parts[0]?.count).toBe(0);
  });

  test("never runs more jobs than it has slots, however messages arrive", async () => {
    const w = limited({ workers: { concurrency: 3 } }, 10);
    let [running, most, done] = [0, 0, 0];
    const execute: Execute = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      done++;
    };
    await Promise.all(w.all.map((_, i) => w.run(w.message(i), execute)));
    while (w.queue.sent.length > 0)
      await Promise.all(w.queue.sent.splice(0).map(({ message }) => w.run(message, execute)));
    expect({ most, done }).toEqual({ most: 3, done: 10 });
  });

  test("gives and frees nothing for a duplicate of a running job", async () => {
    const w = limited(one, 1);
    const first = held();
    const message = w.message(0);
    const running = w.run(message, first.execute);
    await first.started;
    await w.run(message);
    expect((await w.look("workers")).parts[0]?.count).toBe(1);
    first.end();
    await running;
    await w.run(message);
    expect((await w.look("workers")).parts[0]?.count).toBe(0);
  });

  test("is asked in the order of the names, so that two jobs never wait for each other's slot", async () => {
    const rate = { limit: 1, period: "1s" } as const;
    const w = limited(
      { zeta: { concurrency: 1 }, alpha: { concurrency: 2 }, early: { rate }, mid: { concurrency: 1 } },
      2,
    );
    const names = async (gates: Job["gates"]) =>
      (await rulesOf(w, { ...w.at(0), ...(gates && { gates }) })).map(({ gate }) => gate.limit);
    // A start is taken last: one that is taken is never given back.
    const order = ["alpha", "mid", "zeta", "early"];
    expect(await names(w.at(0).gates)).toEqual(order);
    expect(await names(w.at(0).gates?.toReversed())).toEqual(order);
  });

  test("keeps the slot of a job that waits for another limit for a minute", async () => {
    const { w, first, running } = await waitingForSecond();
    expect((await w.look("a")).parts[0]?.holders[w.at(1).id]).toMatchObject({ lease: noon + 60_000, given: true });
    expect((await w.look("b")).waiters).toHaveLength(1);
    first.end();
    await running;
    await w.run(w.message(1));
    expect(w.at(1).status).toBe("completed");
    expect((await w.look("b")).waiters).toEqual([]);
  });

  test("frees the slots of a job that is cancelled before the message comes with which its last limit has called it", async () => {
    const { w, first, running } = await waitingForSecond();
    first.end();
    await running;
    const [{ message, calls }] = w.queue.sent as [(typeof w.queue.sent)[number]];
    expect(calls?.limits).toEqual({ b: expect.anything() });
    await w.jobs.replace(cancelled(w.at(1), noon, "no more"));
    await w.run(message, ok, calls);
    for (const limit of ["a", "b"]) expect((await w.look(limit)).parts[0]).toMatchObject({ count: 0, holders: {} });
  });

  test("lets a job that is claimed late ask again before it starts", async () => {
    const w = limited(one, 1, {
      status: "running",
      claims: 1,
      lease_until: noon,
      claim_id: "dead",
      started_at: noon - 1,
    });
    const { get } = w.jobs;
    const { now } = w.clock;
    const ticks = [noon];
    w.jobs.get = async (id) => {
      w.jobs.get = get;
      w.clock.now = () => ticks.shift() ?? noon + 1;
      return get(id);
    };
    await expect(w.run(w.message(0))).rejects.toThrow("have not been asked");
    w.clock.now = now;
    expect(w.at(0)).toMatchObject({ status: "running", claims: 1, lease_until: 0, attempts: [] });
    await w.run(w.message(0));
    expect(w.at(0).status).toBe("completed");
  });

  test("keeps the slot of the present claim when an earlier one is given back", async () => {
    const w = limited(one, 1);
    const second = held();
    const { release } = w.gates;
    let running: Promise<void> | undefined;
    w.gates.release = async (...asked) => {
      w.gates.release = release;
      await w.clock.advance(10);
      running = w.run(w.message(0), second.execute);
      await second.started;
      return release(...asked);
    };
    const full = { admit: () => undefined };
    await runJob(w, ok, w.message(0), { memory: full });
    expect((await w.look("workers")).parts[0]?.count).toBe(1);
    second.end();
    await running;
    expect((await w.look("workers")).parts[0]?.count).toBe(0);
  });

  test("holds back no job once it has left the catalog", async () => {
    const w = limited({}, 1, { gates: [{ limit: "gone", key: "k" }] });
    await w.run(w.message(0));
    expect(w.at(0).status).toBe("completed");
  });

  test("has its pin instead of the catalog's slots until the pin's time", async () => {
    const w = limited({ workers: { concurrency: 5 } }, 2);
    await w.gates.pin(w.gate("workers"), { concurrency: 1, until: noon + 1, pinned_at: noon });
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1));
    expect(w.at(1).status).toBe("queued");
    await w.clock.advance(1);
    await reconcile(w);
    await w.run(w.message(1));
    expect(w.at(1).status).toBe("completed");
    first.end();
    await running;
  });
});

describe("a crash of a consumer costs at most a round of the reconciler", () => {
  async function oneRoundLater(w: ReturnType<typeof limited>) {
    w.queue.sent.length = 0;
    await w.clock.advance(60_000);
    await reconcile(w);
    const messages = w.queue.sent.splice(0).map(({ message }) => message);
    for (const message of messages) await w.run(message);
  }

  test("if it comes between the slot and the claim", async () => {
    const w = limited(one, 1);
    w.jobs.claim = async () => {
      throw new TransientError("DIED", "the process is gone");
    };
    await expect(w.run(w.message(0))).rejects.toThrow("gone");
    expect((await w.look("workers")).parts[0]?.count).toBe(1);
    const { jobs } = fakeServices({ jobs: [w.at(0)] });
    await oneRoundLater({ ...w, jobs, run: (message) => runJob({ ...w, jobs }, ok, message) });
    expect(jobs.peek(w.all[0]?.id ?? "")?.status).toBe("completed");
  });

  test("if a duplicate has taken the slot of an ended attempt", async () => {
    const w = limited(one, 2);
    await w.run(w.message(0));
    const { id } = w.at(0);
    const slot = { lease: noon + 900_000, limit: 1 };
    await w.gates.take({ ...w.gate("workers"), part: 0 }, { job: id, turn: "1.1.0.0", now: noon, slot });
    await w.run(w.message(1));
    expect(w.at(1).status).toBe("queued");
    await oneRoundLater(w);
    expect(w.at(1).status).toBe("completed");
  });

  test("if it comes between the claim and the outcome", async () => {
    const w = limited(one, 1);
    await expect(runJob({ ...w, jobs: { ...w.jobs, replace: dying as never } }, ok, w.message(0))).rejects.toThrow(
      "gone",
    );
    expect(w.at(0).status).toBe("running");
    await oneRoundLater(w);
    expect(w.at(0)).toMatchObject({ status: "completed", attempts: [{ crashes: 1 }] });
    expect((await w.look("workers")).parts[0]?.count).toBe(0);
  });

  test("if it comes between the release of a slot and the handover", async () => {
    const w = limited(one, 2);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1));
    w.gates.look = dying as never;
    first.end();
    await running;
    expect(w.queue.sent).toEqual([]);
    w.gates.look = fakeServices().gates.look;
    const { gates } = w;
    const kept = w.gates.all()[0];
    gates.look = async () =>
      structuredClone({ parts: Object.fromEntries(kept?.parts ?? []), waiters: kept?.waiters ?? [], more: false });
    await oneRoundLater(w);
    expect(w.at(1).status).toBe("completed");
  });

  test("if AWS refuses to look at the line in which a job has just begun to stand: its message is used up", async () => {
    const w = limited(one, 2);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    const { look } = w.gates;
    w.gates.look = dying as never;
    // Thrown, its message came again, besides the one that a free slot brings: one more with each attempt.
    await w.run(w.message(1));
    w.gates.look = look;
    expect((await w.look("workers")).waiters.map(({ job }) => job)).toEqual([w.all[1]?.id]);
    expect(w.log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "a slot was not handed over; the reconciler does it" },
    ]);
    first.end();
    await running;
    await w.deliver();
    expect(w.at(1).status).toBe("completed");
  });

  test("if the message that hands over a slot is lost", async () => {
    const w = limited(one, 2);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1));
    first.end();
    await running;
    expect(w.queue.sent).toHaveLength(1);
    // Overdue for long, so that the reconciler's own repair of lost messages is far away.
    await oneRoundLater(w);
    expect(w.at(1).status).toBe("completed");
  });

  test("a job that was cancelled while it waited for a slot is passed over", async () => {
    const w = limited(one, 3);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1));
    await w.run(w.message(2));
    await w.jobs.replace(cancelled(w.at(1), noon, "no more"));
    first.end();
    await running;
    expect(w.queue.sent.map(({ message }) => message.job_id)).toEqual([w.all[2]?.id]);
    expect((await w.look("workers")).waiters.map(({ job }) => job)).toEqual([w.all[2]?.id]);
  });
});

describe("a limit with a rate", () => {
  const perMinute = { mailbox: { rate: { limit: 1, period: "1m" } } };

  test("has a job stand in line unchanged until the pump calls it", async () => {
    const w = limited(perMinute, 3);
    for (const i of [0, 1, 2]) await w.run(w.message(i));
    expect(w.at(0).status).toBe("completed");
    for (const i of [1, 2]) expect(w.at(i)).toMatchObject({ status: "queued", version: 1, attempts: [] });
    const { waiters, parts } = await w.look("mailbox");
    expect(waiters.map(({ job }) => job)).toEqual([1, 2].map((i) => w.all[i]?.id));
    expect(w.ticks.sent).toEqual([{ ...w.gate("mailbox"), by: parts[0]?.line?.promised, visible: noon, sent: noon }]);
    for (let left = 10; left > 0 && w.at(1).status === "queued"; left--) await later(w);
    expect(w.at(1)).toMatchObject({ status: "completed", started_at: noon + 60_000, due_at: noon - 2 });
    expect(w.at(2).status).toBe("queued");
    expect((await w.look("mailbox")).waiters.map(({ job }) => job)).toEqual([w.all[2]?.id]);
    for (let left = 20; left > 0 && w.at(2).status === "queued"; left--) await later(w);
    expect(w.at(2)).toMatchObject({ status: "completed", started_at: noon + 120_000 });
  });

  /** Time goes on until the next tick or message is visible, which is delivered then. */
  async function later(w: ReturnType<typeof limited>) {
    const now = w.clock.now();
    const visible = [
      ...w.ticks.sent.map((tick) => tick.visible),
      ...w.queue.sent.map(({ calls, delaySeconds }) => calls?.visible ?? now + delaySeconds * 1000),
    ];
    await w.clock.advance(Math.max(0, Math.min(...visible) - now));
    const isDue = (at: number) => at <= w.clock.now();
    const ticks = w.ticks.sent.filter((tick) => isDue(tick.visible));
    for (const one of ticks) w.ticks.sent.splice(w.ticks.sent.indexOf(one), 1);
    for (const tick of ticks) await tickLine(w, tick);
    const messages = w.queue.sent.filter(({ calls }) => isDue(calls?.visible ?? 0));
    for (const one of messages) w.queue.sent.splice(w.queue.sent.indexOf(one), 1);
    const runs = messages.map(({ message, calls }) => w.run(message, ok, calls));
    await w.clock.advance(1000);
    await Promise.all(runs);
  }

  test("sends a called job that comes too early back, and then to the line", async () => {
    const w = limited(perMinute, 2);
    for (const i of [0, 1]) await w.run(w.message(i));
    w.ticks.sent.length = 0;
    let calls: Calls = { limits: { mailbox: { at: noon + 5000 } }, visible: noon };
    for (let returns = 1; returns <= 4; returns++) {
      await w.run(w.message(1), ok, calls);
      const [sent] = w.queue.sent.splice(0);
      expect(sent).toMatchObject({ delaySeconds: 60, calls: { ...calls, visible: noon + 60_000, returns } });
      calls = sent?.calls as Calls;
    }
    await w.run(w.message(1), ok, calls);
    expect(w.queue.sent).toEqual([]);
    expect((await w.look("mailbox")).waiters).toMatchObject([{ job: w.all[1]?.id, calls: {} }]);
  });

  test("takes the slot from a called job that comes too early", async () => {
    const w = limited({ workers: { concurrency: 1 }, ...perMinute }, 2);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    await w.run(w.message(1), ok, { limits: { mailbox: { at: noon + 5000 } }, visible: noon });
    expect((await w.look("workers")).waiters).toMatchObject([{ job: w.all[1]?.id, calls: { mailbox: {} } }]);
    first.end();
    await running;
    for (let i = 0; i < 3; i++)
      for (const { message, calls } of w.queue.sent.splice(0)) await w.run(message, ok, calls);
    expect(w.queue.sent).toEqual([]);
    const [workers, mailbox] = [await w.look("workers"), await w.look("mailbox")];
    expect([workers.waiters, workers.parts[0]?.count]).toEqual([[], 0]);
    expect(mailbox.waiters).toMatchObject([{ job: w.all[1]?.id }]);
  });

  test("has a run skipped that waited too long once it is called", async () => {
    const w = limited({ starts: { rate: { limit: 1, period: 20_000 } } }, 2, { due_at: noon - 50_000 });
    const repeat = { every: 1000, anchor: noon - 50_000, max_lateness_ms: 60_000, overlap: "cancel_previous" } as const;
    await w.jobs.replace({ ...w.at(1), scheduled_at: noon - 50_000, repeat, version: 2 });
    await w.run(w.message(0));
    await w.run(w.message(1));
    await w.clock.advance(20_003);
    await w.run(w.message(1), ok, { limits: { starts: { at: noon + 20_000 } }, visible: noon });
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "cancelled", reason: runReasons.late }]);
  });

  test("spends no start on a run that the next one is to end", async () => {
    const w = limited({ starts: { rate: { limit: 1, period: 20_000 } } }, 2);
    const repeat = { every: 60_000, anchor: noon - 60_000, overlap: "cancel_previous" } as const;
    const over = { status: "running", claims: 1, lease_until: noon - 1, started_at: noon - 60_000 } as const;
    const begun = { ...over, scheduled_at: noon - 60_000, next_at: noon };
    await w.jobs.replace({ ...w.at(1), ...begun, repeat, claim_id: "dead", version: 2 });
    await w.run(w.message(0));
    await w.run(w.message(1));
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "cancelled", reason: runReasons.superseded }]);
    expect(w.at(1)).toMatchObject({ run: 2, status: "queued", due_at: noon });
  });

  test("has a job wait in its process for a start within a second", async () => {
    const w = limited({ mailbox: { rate: { limit: 10, period: "1s" } } }, 2);
    const slept: number[] = [];
    const { sleep } = w.clock;
    w.clock.sleep = (ms, signal) => {
      if (!signal) slept.push(ms);
      return sleep(ms, signal);
    };
    await w.run(w.message(0));
    const second = w.run(w.message(1));
    await new Promise((resolve) => setImmediate(resolve));
    await w.clock.advance(100);
    await second;
    expect(slept).toEqual([100]);
    expect(w.at(1)).toMatchObject({ status: "completed", started_at: noon + 100 });
    expect(w.gates.all()[0]?.waiters).toEqual([]);
  });

  // Its starts are spread over two items, and the line is noted in the first one.
  test("of more than 500 a second has no newcomer pass those in line, whichever item its starts are of", async () => {
    const w = limited({ mailbox: { rate: { limit: 1000, period: "1s" } } }, 3);
    const others = [0, 1].map((bucket) => aJob({ ...w.at(0), id: `job_${`${bucket}`.padStart(32, "0")}` }));
    for (const job of others) await w.jobs.create(job);
    const { id, run, attempt, due_at } = w.at(0);
    await w.gates.stand(w.gate("mailbox"), { job: id, run, attempt, due_at, order: due_at - 9, since: noon });
    const mark = { id: "mark", nextCall: noon, promised: "tick" };
    await w.gates.mark(w.gate("mailbox"), mark, undefined);
    for (const job of others) await w.run(jobMessageOf(job));
    const { waiters, parts } = await w.look("mailbox");
    expect(waiters.map(({ job }) => job)).toEqual([id, ...others.map((job) => job.id)]);
    expect(parts[0]?.line).toEqual(mark);
    expect(parts[1]).toBeUndefined();
  });

  test("fails a job retryably if more than a day's jobs wait", async () => {
    const w = limited({ mailbox: { rate: { limit: 1, period: "1d" } } }, 4);
    for (const i of [0, 1, 2]) await w.run(w.message(i));
    await w.deliver();
    await w.run(w.message(3));
    expect(w.at(3)).toMatchObject({
      status: "scheduled",
      attempt: 2,
      attempts: [{ error: { code: "RATE_LIMITED", retryable: true } }],
    });
  });

  test("gives the next slot to a job that it has called, before others", async () => {
    const w = limited({ mailbox: { concurrency: 1, rate: { limit: 10, period: "1s" } } }, 3);
    const first = held();
    const running = w.run(w.message(0), first.execute);
    await first.started;
    for (const i of [1, 2]) await w.run(w.message(i));
    w.ticks.sent.length = 0;
    await w.run(w.message(2), ok, { limits: { mailbox: { at: noon } }, visible: noon });
    expect((await w.look("mailbox")).waiters.map(({ calls }) => calls)).toEqual([{}, { mailbox: { at: noon } }]);
    first.end();
    await running;
    expect(w.queue.sent).toMatchObject([
      { message: { job_id: w.all[2]?.id }, calls: { limits: { mailbox: { at: noon } } } },
    ]);
  });

  test("has a job wait for its start without a slot of another limit", async () => {
    const w = limited({ a: { concurrency: 1 }, ...perMinute }, 2);
    await w.run(w.message(0));
    await w.run(w.message(1));
    expect((await w.look("a")).parts[0]?.count).toBe(0);
    expect((await w.look("mailbox")).waiters).toMatchObject([{ job: w.all[1]?.id }]);
  });

  test("takes no start of one rate for a job that has to wait for another one", async () => {
    const w = limited({ a: { rate: { limit: 1, period: "1s" } }, ...perMinute }, 2);
    await w.run(w.message(0));
    const before = (await w.look("a")).parts;
    await w.clock.advance(10_000);
    await w.run(w.message(1));
    expect((await w.look("mailbox")).waiters).toMatchObject([{ job: w.all[1]?.id }]);
    expect((await w.look("a")).parts).toEqual(before);
  });

  test("goes on by one tick, though it comes twice or two work at once", async () => {
    const w = limited(perMinute, 3);
    for (const i of [0, 1, 2]) await w.run(w.message(i));
    const [tick] = w.ticks.sent.splice(0) as [(typeof w.ticks.sent)[number]];
    await Promise.all([tickLine(w, tick), tickLine(w, tick)]);
    await tickLine(w, tick);
    expect(w.ticks.sent).toHaveLength(1);
  });

  test("has its pump look with the new numbers, also where a pump has marked it by those before meanwhile", async () => {
    const w = limited(perMinute, 3);
    for (const i of [0, 1, 2]) await w.run(w.message(i));
    const [tick] = w.ticks.sent.splice(0) as [(typeof w.ticks.sent)[number]];
    const seen = w.gates.firsts;
    // It is read as it was before the pump, and the pump marks it then.
    w.gates.firsts = async (gates) => {
      const before = await seen(gates);
      w.gates.firsts = seen;
      await tickLine(w, tick);
      return before;
    };
    await wakeGate(w, w.gate("mailbox"));
    const promised = w.ticks.sent.at(-1);
    expect(promised).toMatchObject({ limit: "mailbox", visible: noon });
    expect((await w.look("mailbox")).parts[0]?.line?.promised).toBe(promised?.by);
  });

  test("has a newcomer send a tick where the promised one is overdue, and no other", async () => {
    const w = limited(perMinute, 4);
    for (const i of [0, 1]) await w.run(w.message(i));
    const { line } = (await w.look("mailbox")).parts[0] ?? {};
    await w.gates.mark(w.gate("mailbox"), { id: "mark", nextCall: noon, promised: "lost", lag: 1000 }, line);
    w.ticks.sent.length = 0;
    await w.clock.advance(7000);
    await w.run(w.message(2));
    expect(w.ticks.sent).toEqual([]);
    await w.clock.advance(1);
    await w.run(w.message(3));
    expect(w.ticks.sent).toMatchObject([{ limit: "mailbox", visible: noon + 7001 }]);
  });

  test("gets one tick, however many jobs come to stand in its line at once", async () => {
    const w = limited(perMinute, 4);
    await w.run(w.message(0));
    await Promise.all([1, 2, 3].map((i) => w.run(w.message(i))));
    expect((await w.look("mailbox")).waiters).toHaveLength(3);
    expect(w.ticks.sent).toHaveLength(1);
  });

  test("has the message of a called job sent earlier by the lag of its queue", async () => {
    const w = limited({ mailbox: { rate: { limit: 6, period: "1m" } } }, 4);
    for (const i of [0, 1, 2, 3]) await w.run(w.message(i));
    await w.gates.keepPump(w.gate("mailbox"), { called: {}, lag: 7000, period: 1000 });
    for (const tick of w.ticks.sent.splice(0)) await tickLine(w, tick);
    const { lag = 0 } = (await w.gates.pump(w.gate("mailbox"))) ?? {};
    expect(lag).toBeGreaterThan(1000);
    const called = w.queue.sent.map(({ calls, delaySeconds }) => ({
      at: calls?.limits.mailbox?.at ?? 0,
      delaySeconds,
    }));
    expect(called.map(({ at }) => at)).toEqual([noon + 10_000]);
    for (const { at, delaySeconds } of called) expect(delaySeconds).toBe(Math.floor((at - noon - lag) / 1000));
  });

  test("loses its mark in two steps, a while after its line was found empty", async () => {
    const w = limited(perMinute, 2, { due_at: noon - 120_000 });
    for (const i of [0, 1]) await w.run(w.message(i));
    const [waiter] = (await w.look("mailbox")).waiters;
    if (waiter) await w.gates.leave(w.gate("mailbox"), waiter);
    const memory = newMemory();
    const markAfterRound = async () => {
      await reconcile(w, graceMs, memory);
      return (await w.look("mailbox")).parts[0]?.line;
    };
    // Who joins it at this moment has seen a mark, and relies on it.
    expect(await markAfterRound()).toMatchObject({ emptyAt: noon });
    await w.clock.advance(49_999);
    expect(await markAfterRound()).toMatchObject({ emptyAt: noon });
    await w.clock.advance(1);
    expect(await markAfterRound()).toBeUndefined();
  });

  test("is looked after by the reconciler: a tick that was lost, other numbers, and no message for who stands in line", async () => {
    const w = limited(perMinute, 2, { due_at: noon - 120_000 });
    for (const i of [0, 1]) await w.run(w.message(i));
    const { line } = (await w.look("mailbox")).parts[0] ?? {};
    const promised = { id: "mark", nextCall: noon + 30_000, promised: "tick", lag: 1000 };
    await w.gates.mark(w.gate("mailbox"), promised, line);
    const memory = newMemory();
    const round = async () => {
      w.ticks.sent.length = 0;
      await reconcile(w, graceMs, memory);
      return w.ticks.sent.length;
    };
    // To a new process all numbers are others than before.
    expect(await round()).toBe(1);
    const hurried = (await w.look("mailbox")).parts[0]?.line;
    await w.gates.mark(w.gate("mailbox"), promised, hurried);
    await w.clock.advance(30_000 + 23_000);
    expect(await round()).toBe(0);
    await w.clock.advance(1);
    expect(await round()).toBe(1);
    expect(await round()).toBe(0);
    const far = { ...promised, nextCall: noon + 900_000 };
    await w.gates.mark(w.gate("mailbox"), far, (await w.look("mailbox")).parts[0]?.line);
    expect(await round()).toBe(0);
    await w.gates.pin(w.gate("mailbox"), { rate: { limit: 2, period: "1m" }, until: noon + 900_000, pinned_at: noon });
    expect(await round()).toBe(1);
    expect(w.queue.sent).toEqual([]);
  });

  test("uses a start that version 0.3 has reserved, and no other", async () => {
    const w = limited(perMinute, 1, { due_at: noon });
    const gate = { limit: "mailbox", key: "k" };
    const reserved = { turn: "1.1.0.0", until: noon, since: noon - 60_000, gate, limits: ["mailbox"] };
    await w.jobs.replace({ ...w.at(0), reserved, version: 2 });
    await w.run(w.message(0));
    expect(w.at(0).status).toBe("completed");
    expect((await w.look("mailbox")).parts).toEqual({});
  });
});

describe("a limit that two types share", () => {
  const eventOf = { action: "create_order", function: "calculate_price", publish: "announce_order" };
  type Kind = keyof typeof eventOf;

  /** Jobs of these types, whose consumers reach their own queues and that of features, as they are deployed. */
  async function shared(types: readonly Kind[], limits: Record<string, Limit> = one) {
    const w = limited(limits, types.length);
    for (const [i, type] of types.entries())
      await w.jobs.replace({ ...w.at(i), type, event: eventOf[type], version: 2 });
    const queues = new Map<string, ReturnType<typeof fakeJobQueue>>();
    const queueOf = (type: Job["type"]) => {
      const queue = queues.get(type) ?? fakeJobQueue([type, "feature"]);
      queues.set(type, queue);
      return queue;
    };
    const indexOf = (id: string) => w.all.findIndex((one) => one.id === id);
    const consume = (i: number, execute = ok, calls?: Calls) => {
      const { type } = w.at(i);
      return runJob({ ...w, queue: queueOf(type) }, execute, w.message(i), { type, random: () => 0.5, calls });
    };
    /** Delivers ticks and messages until there are none; the reconciler does nothing. */
    const settle = async () => {
      for (;;) {
        const ticks = w.ticks.sent.splice(0);
        const messages = [w.queue, ...queues.values()].flatMap(({ sent }) => sent.splice(0));
        if (ticks.length + messages.length === 0) return;
        for (const tick of ticks) await tickLine(w, tick);
        for (const { type, message, calls } of messages) {
          const i = indexOf(message.job_id);
          expect(type).toBe(w.at(i).type);
          await consume(i, ok, calls);
        }
      }
    };
    return { ...w, consume, settle, queueOf };
  }

  /** A world whose only slot has just become free, while a job of another type stands in line for it. */
  async function freedForAnother() {
    const w = await shared(["action", "function"]);
    const first = held();
    const running = w.consume(0, first.execute);
    await first.started;
    await w.consume(1);
    first.end();
    await running;
    return w;
  }

  test("has its pump hand a slot to a job of the other type", async () => {
    const w = await freedForAnother();
    expect(w.queueOf("action").sent).toEqual([]);
    expect(w.ticks.sent).toMatchObject([{ ...w.gate("workers"), hands_over: true, visible: w.clock.now() }]);
    await w.settle();
    expect(w.at(1).status).toBe("completed");
    const { parts, waiters } = await w.look("workers");
    expect([waiters, parts[0]?.count]).toEqual([[], 0]);
  });

  test.each<[string, Record<string, Limit>]>([
    ["slots", one],
    ["slots and starts", { workers: { concurrency: 1, rate: { limit: 100, period: "1s", burst: 100 } } }],
    ["several slots", { workers: { concurrency: 3 } }],
  ])("lets a whole line of alternating types run: %s", async (_what, limits) => {
    const kinds = ["action", "function", "publish"] as const;
    const w = await shared(
      Array.from({ length: 12 }, (_, i) => kinds[i % 3] as Kind),
      limits,
    );
    const slots = limits.workers?.concurrency ?? 0;
    const first = Array.from({ length: slots }, held);
    const running = first.map(({ execute }, i) => w.consume(i, execute));
    await Promise.all(first.map(({ started }) => started));
    for (let i = slots; i < 12; i++) await w.consume(i);
    for (const { end } of first) end();
    await Promise.all(running);
    const ends = () => w.all.map((_, i) => w.at(i).status);
    for (let round = 0; round < 30 && ends().includes("queued"); round++) {
      await w.settle();
      await w.clock.advance(1000);
    }
    expect(ends()).toEqual(Array(12).fill("completed"));
    expect(w.all.map((_, i) => w.at(i).attempts.length)).toEqual(Array(12).fill(1));
    const { parts, waiters } = await w.look("workers");
    expect([waiters, parts[0]?.count]).toEqual([[], 0]);
  });

  test("has the reconciler hand over a slot if the pump's request is lost", async () => {
    const w = await freedForAnother();
    w.ticks.sent.splice(0);
    await w.clock.advance(60_000);
    await reconcile(w);
    await w.settle();
    expect(w.at(1).status).toBe("completed");
  });

  test("frees nothing for a message in the queue of another type", async () => {
    const w = await shared(["action", "function"]);
    const slot = { lease: noon + 60_000, limit: 1, isGiven: true as const };
    const at = { job: w.at(1).id, turn: attemptTurn(w.at(1)), now: noon };
    await w.gates.take({ ...w.gate("workers"), part: 0 }, { ...at, isCalled: true, slot });
    const calls = { limits: { workers: { at: noon } }, visible: noon };
    const queue = w.queueOf("action");
    await runJob({ ...w, queue }, ok, w.message(1), { type: "action", random: () => 0.5, calls });
    expect(Object.keys((await w.look("workers")).parts[0]?.holders ?? {})).toEqual([w.at(1).id]);
    expect([queue.sent, w.ticks.sent]).toEqual([[], []]);
  });
});

describe("a consumer that frees a slot", () => {
  const chaining = { type: "action", random: () => 0.5 } as const;

  test("runs the next job of its type itself, without a message", async () => {
    const w = limited(one, 3);
    const first = held();
    const running = runJob(w, first.execute, w.message(0), chaining);
    await first.started;
    for (const i of [1, 2]) await w.run(w.message(i));
    first.end();
    await running;
    expect(w.all.map((_, i) => w.at(i).status)).toEqual(["completed", "completed", "completed"]);
    expect(w.queue.sent).toEqual([]);
    const { parts, waiters } = await w.look("workers");
    expect([waiters, parts[0]?.count]).toEqual([[], 0]);
  });

  test("sends a message to a job of another type, or after long work", async () => {
    const w = limited(one, 2);
    const other = held();
    const elsewhere = runJob(w, other.execute, w.message(0), { ...chaining, type: "notification" });
    await elsewhere;
    expect(w.queue.sent.splice(0)).toMatchObject([{ message: { forwarded: true } }]);
    const first = held();
    const running = runJob(w, first.execute, w.message(0), chaining);
    await first.started;
    await w.run(w.message(1));
    await w.clock.advance(9999);
    first.end();
    await w.clock.advance(0);
    await running;
    expect(w.at(1).status).toBe("completed");
  });

  test("sends a message to the next job once 20 s have passed since its own message came", async () => {
    const w = limited(one, 2, { timeout_ms: 60_000 });
    const first = held();
    const running = runJob(w, first.execute, w.message(0), chaining);
    await first.started;
    await w.run(w.message(1));
    await w.clock.advance(20_000);
    first.end();
    await running;
    expect(w.at(1).status).toBe("queued");
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.all[1]?.id } }]);
  });

  test("ends after all jobs that it runs, though one of them fails", async () => {
    const w = limited({ a: { concurrency: 1 }, b: { concurrency: 1 } }, 3);
    const only = async (i: number, limit: string) =>
      w.jobs.replace({ ...w.at(i), gates: [{ limit, key: "k" }], version: w.at(i).version + 1 });
    await only(1, "a");
    await only(2, "b");
    const first = held();
    const later = held();
    const execute: Execute = (execution) =>
      execution.job.id === w.all[0]?.id ? first.execute(execution) : later.execute(execution);
    const running = runJob(w, execute, w.message(0), chaining);
    await first.started;
    for (const i of [1, 2]) await w.run(w.message(i));
    const { claim } = w.jobs;
    w.jobs.claim = async (message, by) =>
      message.job_id === w.all[1]?.id ? Promise.reject(new TransientError("DIED", "throttled")) : claim(message, by);
    w.queue.send = async () => Promise.reject(new TransientError("DIED", "throttled"));
    let isOver = false;
    const ended = running
      .catch((error: Error) => error.message)
      .finally(() => {
        isOver = true;
      });
    first.end();
    await later.started;
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    later.end();
    expect(await ended).toBe("throttled");
    expect(w.at(2).status).toBe("completed");
  });

  test("sends a message to a job that it could not run to an end", async () => {
    const w = limited(one, 2);
    const first = held();
    const running = runJob(w, first.execute, w.message(0), chaining);
    await first.started;
    await w.run(w.message(1));
    const { claim } = w.jobs;
    w.jobs.claim = async () => {
      w.jobs.claim = claim;
      throw new TransientError("DIED", "throttled");
    };
    first.end();
    await running;
    expect(w.at(1).status).toBe("queued");
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.all[1]?.id }, calls: { limits: { workers: {} } } }]);
    await w.deliver();
    expect(w.at(1).status).toBe("completed");
  });
});

describe("a provider that asks to come back later", () => {
  const busy =
    (retryAfterMs?: number, retryable = true): Execute =>
    async () => {
      throw new JobError("RATE_LIMITED", "429", { retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    };

  test("puts the attempt off without spending it", async () => {
    const w = limited({}, 1, { gates: [{ limit: "gone", key: "" }] });
    await w.run(w.message(0), busy(30_000));
    expect(w.at(0)).toMatchObject({
      status: "scheduled",
      attempt: 1,
      attempts: [],
      due_at: noon + 30_000,
      snoozes: { count: 1, since: noon },
    });
    expect(w.queue.sent).toMatchObject([{ delaySeconds: 30 }]);
    expect(w.log.lines.at(-1)).toMatchObject({ message: "attempt put off by its provider" });
  });

  test("makes a failure of it after 20 times, after a day, or if unwanted", async () => {
    const failed = { attempts: [{ outcome: "failed" }] };
    const often = limited({}, 1, { snoozes: { count: 20, since: noon } });
    await often.run(often.message(0), busy(1000));
    expect(often.at(0)).toMatchObject({ attempt: 2, ...failed });
    expect(often.at(0)).not.toHaveProperty("snoozes");
    const long = limited({}, 1, { snoozes: { count: 1, since: noon - 86_400_000 } });
    await long.run(long.message(0), busy(1000));
    expect(long.at(0)).toMatchObject({ attempt: 2, ...failed });
    const unwanted = limited({}, 1);
    await unwanted.run(unwanted.message(0), busy(1000, false));
    expect(unwanted.at(0)).toMatchObject({ status: "failed", ...failed });
    const plain = limited({}, 1);
    await plain.run(plain.message(0), busy());
    expect(plain.at(0)).toMatchObject({ attempt: 2, ...failed });
  });

  test("may do so as often where the job has waited for its event before", async () => {
    const w = limited({}, 1);
    const run = aJob({ id: "job_run", env: "prd", type: "feature", status: "running", lease_until: noon + 60_000 });
    const { id } = stepOf(run);
    const job = () => w.jobs.peek(id) as Job;
    const viewed = () => viewOf(w, job(), w.clock.now());
    for (const one of [run, { ...w.at(0), event: "gone", ...stepOf(run) }]) await w.jobs.create(one);
    for (let times = 0; times < 21; times++) {
      await w.run(jobMessageOf(job()));
      await w.clock.advance(job().due_at - w.clock.now());
    }
    expect(await viewed()).not.toHaveProperty("snoozes");
    const back = w.clock.now();
    await w.jobs.replace({ ...job(), event: "create_order", version: job().version + 1 });
    await w.run(jobMessageOf(job()), busy(30_000));
    expect(job()).toMatchObject({ attempt: 1, attempts: [], due_at: back + 30_000 });
    expect(await viewed()).toMatchObject({ snoozes: { count: 1, since: back } });
    const said = w.log.lines.filter(({ message }) => message === "attempt put off by its provider");
    expect(said).toMatchObject([{ fields: { count: 1 } }]);
  });

  test("frees the slot for others", async () => {
    const w = limited(one, 1);
    await w.run(w.message(0), busy(30_000));
    expect((await w.look("workers")).parts[0]?.count).toBe(0);
  });
});

describe("a claim that only ends a run", () => {
  const paced: Record<string, Limit> = { paced: { rate: { limit: 1, period: "20s" } } };
  const everySecond = { every: 1000, anchor: noon - 600_000, overlap: "skip", missed: "skip" } as const;

  test("spends no start, which the next run uses", async () => {
    const late = noon - 61_000;
    const w = limited(paced, 1, { repeat: everySecond, due_at: late, scheduled_at: late });
    await w.run(w.message(0));
    expect(w.at(0)).toMatchObject({ run: 2, skipped_runs: 1 });
    w.queue.sent.length = 0;
    await w.run(w.message(0));
    expect(w.at(0)).toMatchObject({ run: 3, last_run: { outcome: "completed" } });
  });

  test("stands in no line if its job has expired", async () => {
    const w = limited(paced, 2);
    await w.run(w.message(0));
    await w.jobs.replace({ ...w.at(1), expires_at: noon, version: 2 });
    await w.run(w.message(1));
    expect(w.at(1)).toMatchObject({ status: "cancelled", reason: "expired" });
    expect((await w.look("paced")).waiters).toEqual([]);
  });

  const run = aJob({ id: "job_run", env: "prd", type: "feature", status: "running", lease_until: noon + 60_000 });

  test.each([
    ["that waits", stepOf(run), "scheduled"],
    ["that fails", { id: "job_alone" }, "failed"],
  ])("spends no start on a job %s, since the catalog has lost its event", async (_what, own, status) => {
    const w = limited(paced, 1);
    const lost: Job = { ...w.at(0), event: "gone", ...own };
    for (const job of [run, lost]) await w.jobs.create(job);
    await w.run(jobMessageOf(lost));
    expect(w.jobs.peek(lost.id)?.status).toBe(status);
    await w.run(w.message(0));
    expect(w.at(0)).toMatchObject({ status: "completed" });
  });
});
