import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import { type Job, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import type { ExecuteWithServices } from "../../../../../lambdas/core/operations/execution.ts";
import { reconcile } from "../../../../../lambdas/reconciler/reconcile.ts";
import { throttled } from "../../../../support/fakes/failures.ts";
import { stepsOf, featureWorld as world } from "../../../../support/feature-world.ts";
import { onboard } from "./onboard.ts";

describe("a feature", () => {
  it("has a wake-up during a decision delivered again", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const message = w.queue.sent.splice(0)[0]?.message;
    if (!message) throw new Error("nothing was sent");
    const decideSlowly: ExecuteWithServices = async (execution, services) => {
      const decision = await decide(execution, services);
      await runJob(w, decide, message, { policy: decisionPolicy });
      return decision;
    };
    await runJob(w, decideSlowly, message, { policy: decisionPolicy });
    const wakeUps = w.queue.sent.filter(({ type }) => type === "feature");
    expect(wakeUps).toMatchObject([{ delaySeconds: 0, message: { job_id: id } }]);
    expect(await w.jobs.get(id)).toMatchObject({ status: "running" });
  });

  it("looks at a wake-up during a decision at once, although a step waits for an event that the catalog has lost", async () => {
    const main = [{ event: "create", delay: 60_000 }, { event: "charge" }];
    const target = { signals: { paid: {} }, sequences: { main, other: [{ step: "money", wait: { signal: "paid" } }] } };
    const w = world({ onboard: target });
    const id = await w.start();
    await w.pass(1000);
    delete w.services.catalog.products[0]?.jobs.charge;
    await w.pass(61_000);
    expect(stepsOf(await w.jobs.get(id))).toMatchObject({ "main.charge": { status: "not_started" } });
    const message = jobMessageOf((await w.jobs.get(id)) as Job);
    const decideSlowly: ExecuteWithServices = async (execution, services) => {
      const decision = await decide(execution, services);
      await runJob(w.services, decide, message, { policy: decisionPolicy });
      return decision;
    };
    await runJob(w.services, decideSlowly, message, { policy: decisionPolicy });
    expect(w.queue.sent.filter(({ delaySeconds }) => delaySeconds === 0)).toMatchObject([{ message: { job_id: id } }]);
  });

  it("starts no step twice in two decisions", async () => {
    const { start, queue, settle, ran, jobs } = world({ onboard });
    const id = await start("onboard", { email: "a@b.example", plan: "pro" });
    const first = queue.sent[0];
    for (let i = 0; i < 3; i++) if (first) queue.sent.push(structuredClone(first));
    await settle();
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
  });

  it("is woken by the reconciler if its wake-up is lost", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const { send } = w.queue;
    w.queue.send = async (type, message, options) => {
      // The step ends, but what it owes its feature is lost with its consumer.
      if (type === "feature") throw new Error("crashed");
      await send(type, message, options);
    };
    await w.settle().catch(() => {});
    expect(await w.jobs.get(id)).toMatchObject({ status: "running" });
    w.queue.send = send;
    await w.clock.advance(300_000);
    await reconcile(w);
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("tries again when AWS has refused a step", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const { create } = w.jobs;
    w.jobs.create = async () => {
      w.jobs.create = create;
      throw throttled();
    };
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("has one message ask again while AWS refuses, however many wake it", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const message = jobMessageOf((await w.jobs.get(id)) as Job);
    const { getMany } = w.jobs;
    w.jobs.getMany = async () => {
      throw throttled();
    };
    for (const _round of [1, 2, 3]) {
      w.queue.sent.length = 0;
      for (const _doubled of [1, 2, 3, 4]) {
        await runJob(w, decide, message, { policy: decisionPolicy });
        await w.clock.advance(100);
      }
      expect(w.queue.sent).toMatchObject([{ type: "feature", message, delaySeconds: 5, group: "shop:dev" }]);
      await w.clock.advance(4600);
    }
    w.jobs.getMany = getMany;
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("shows what it knew of its steps while AWS refuses", async () => {
    const w = world({ onboard: { sequences: { main: [{ event: "create", input: {}, delay: 3_600_000 }] } } });
    const id = await w.start();
    await w.settle();
    const message = jobMessageOf((await w.jobs.get(id)) as Job);
    const known = stepsOf(await w.jobs.get(id));
    expect(known).toMatchObject({ "main.create": { status: "scheduled" } });
    w.jobs.getMany = async () => {
      throw throttled();
    };
    await runJob(w, decide, message, { policy: decisionPolicy });
    const job = await w.jobs.get(id);
    expect(stepsOf(job)).toEqual(known);
    expect(job).toMatchObject({ wake_at: w.clock.now() + 60_000, retry_decision_at: w.clock.now() + 5000 });
  });

  it("decides again though the clock of its message's receiver is a little behind", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const message = jobMessageOf((await w.jobs.get(id)) as Job);
    w.jobs.getMany = async () => {
      throw throttled();
    };
    await runJob(w, decide, message, { policy: decisionPolicy });
    w.queue.sent.length = 0;
    await w.clock.advance(4900);
    await runJob(w, decide, message, { policy: decisionPolicy });
    expect(w.queue.sent).toMatchObject([{ message, delaySeconds: 5 }]);
  });
});
