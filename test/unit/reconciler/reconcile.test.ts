import type { Job } from "../../../lambdas/core/job/job.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { throttled } from "../../support/fakes/failures.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const late = (overrides: Partial<Job> = {}) =>
  aJob({ product: "my-product", due_at: noon - graceMs, status: "scheduled", ...overrides });

/** A job of a given shard: ids end with it. */
const inShard = (shard: number, n: number, overrides: Partial<Job> = {}) =>
  late({ id: `job_${n.toString(16).padStart(31, "0")}${shard}`, ...overrides });

describe("the reconciler", () => {
  it("dispatches overdue jobs again and leaves the others", async () => {
    const lost = late();
    const services = fakeServices({
      catalog,
      jobs: [lost, late({ due_at: noon - graceMs + 1 }), late({ due_at: noon + 1 })],
    });
    expect(await reconcile(services)).toEqual({ looked: 1, dispatched: 1, failed: 0 });
    expect(services.queue.sent).toMatchObject([{ message: { job_id: lost.id }, delaySeconds: 0 }]);
  });

  it("dispatches a running job again once its lease has ended", async () => {
    const crashed = late({ status: "running", lease_until: noon - 1, claim_id: "c", claims: 1 });
    const alive = late({ status: "running", lease_until: noon, claim_id: "c", claims: 1 });
    const services = fakeServices({ catalog, jobs: [crashed, alive] });
    await reconcile(services);
    expect(services.queue.sent.map(({ message }) => message.job_id)).toEqual([crashed.id]);
  });

  it("notices an ended lease at any age of the job", async () => {
    const due_at = noon - 5 * graceMs;
    const lease_until = noon + graceMs / 2;
    const crashed = late({ due_at, status: "running", lease_until, claim_id: "c", claims: 1 });
    const services = fakeServices({ catalog, jobs: [crashed] });
    const memory = newMemory();
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 0 });
    await services.clock.advance(graceMs);
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 1 });
  });

  it("reads every product, env and shard, page by page", async () => {
    const jobs = ["dev", "prd"].flatMap((env) => Array.from({ length: 300 }, () => late({ env })));
    const services = fakeServices({ catalog, jobs });
    expect(await reconcile(services)).toMatchObject({ dispatched: 600 });
  });

  it("goes on past a job that AWS refuses, and retries that one", async () => {
    const services = fakeServices({ catalog, jobs: [inShard(0, 1), inShard(0, 2)] });
    const { sendMany } = services.queue;
    const memory = newMemory();
    services.queue.sendMany = async (type, entries) => {
      await sendMany(type, entries.slice(1));
      return [{ index: 0, cause: throttled() }];
    };
    expect(await reconcile(services, graceMs, memory)).toEqual({ looked: 2, dispatched: 1, failed: 1 });
    services.queue.sendMany = sendMany;
    await services.clock.advance(1000);
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 1, failed: 0 });
    expect(new Set(services.queue.sent.map(({ message }) => message.job_id)).size).toBe(2);
    await services.clock.advance(1000);
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 0 });
  });

  it("spends at most half of a round on refused jobs", async () => {
    const refused = Array.from({ length: 500 }, (_, n) => inShard(0, n, { type: "function" }));
    const services = fakeServices({ catalog, jobs: refused });
    const { sendMany } = services.queue;
    const tried: string[] = [];
    services.queue.sendMany = async (type, entries) => {
      if (type !== "function") return sendMany(type, entries);
      tried.push(...entries.map(({ message }) => message.job_id));
      await services.clock.advance(9000);
      return entries.map((_, index) => ({ index, cause: new Error("forbidden") }));
    };
    const memory = newMemory();
    while (memory.refused.size < 500) await reconcile(services, graceMs, memory);
    await services.jobs.create(inShard(1, 1000, { due_at: services.clock.now() - graceMs }));
    tried.length = 0;
    const began = services.clock.now();
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 1 });
    expect(services.clock.now() - began).toBeLessThanOrEqual(50_000);
    await reconcile(services, graceMs, memory);
    expect(new Set(tried).size).toBe(500);
  });

  it("goes on at a page that could not be read, with the same window", async () => {
    const services = fakeServices({ catalog, jobs: Array.from({ length: 150 }, (_, n) => inShard(3, n)) });
    const { getMany } = services.jobs;
    const memory = newMemory();
    services.jobs.getMany = async () => {
      throw throttled();
    };
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 0, failed: 1 });
    services.jobs.getMany = getMany;
    await services.clock.advance(10_000);
    expect(await reconcile(services, graceMs, memory)).toMatchObject({ dispatched: 150, failed: 0 });
  });
});

describe("a queue that is merely slow", () => {
  const minutes = async (services: ReturnType<typeof fakeServices>, count: number, memory = newMemory()) => {
    const sent: number[] = [];
    for (let m = 0; m < count; m++) {
      sent.push((await reconcile(services, graceMs, memory)).dispatched);
      await services.clock.advance(60_000);
    }
    return sent;
  };

  it("gets one message per job at 1, 2, 4, 8, 16 and 32 minutes", async () => {
    const services = fakeServices({ catalog, jobs: [late({ due_at: noon })] });
    expect((await minutes(services, 41)).flatMap((sent, minute) => (sent > 0 ? [minute] : []))).toEqual([
      1, 2, 4, 8, 16, 32,
    ]);
  });

  it("gets no more messages than that for each of 3,000 jobs", async () => {
    const backlog = Array.from({ length: 3000 }, (_, n) => inShard(n % 8, n, { due_at: noon }));
    const services = fakeServices({ catalog, jobs: backlog });
    const sent = await minutes(services, 5);
    expect(sent).toEqual([0, 3000, 3000, 0, 3000]);
    expect(new Set(services.queue.sent.map(({ message }) => message.job_id)).size).toBe(3000);
  });

  it("does not hide a lost job behind it", async () => {
    const backlog = Array.from({ length: 1000 }, (_, n) => inShard(0, n, { due_at: noon - 3 * 3_600_000 + 1000 }));
    const services = fakeServices({ catalog, jobs: [...backlog, inShard(0, 5000, { due_at: noon })] });
    const memory = newMemory();
    await reconcile(services, graceMs, memory);
    await services.clock.advance(60_000);
    services.queue.sent.length = 0;
    await reconcile(services, graceMs, memory);
    expect(services.queue.sent.map(({ message }) => message.job_id)).toEqual([inShard(0, 5000).id]);
  });

  it("is scanned in several rounds if one is too short", async () => {
    const backlog = Array.from({ length: 1000 }, (_, n) => inShard(0, n));
    const services = fakeServices({ catalog, jobs: backlog });
    const { page } = services.jobs;
    services.jobs.page = async (query, after) => {
      if (query.shard === 0) await services.clock.advance(10_000);
      return page(query, after);
    };
    const memory = newMemory();
    let rounds = 0;
    while (services.queue.sent.length < 1000 && rounds < 20) {
      await reconcile(services, graceMs, memory);
      rounds++;
    }
    expect(rounds).toBeGreaterThan(1);
    const ids = services.queue.sent.map(({ message }) => message.job_id);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.length).toBe(1000);
  });

  it("is scanned anew after the round that ends its scan", async () => {
    const services = fakeServices({ catalog, jobs: Array.from({ length: 1000 }, (_, n) => inShard(0, n)) });
    const { page } = services.jobs;
    let firsts = 0;
    services.jobs.page = async (query, after) => {
      if (query.shard === 0 && query.env === "prd") {
        await services.clock.advance(15_000);
        if (!after) firsts++;
      }
      return page(query, after);
    };
    const memory = newMemory();
    const perRound: number[] = [];
    while (services.queue.sent.length < 1000 && perRound.length < 10) {
      await reconcile(services, graceMs, memory);
      perRound.push(firsts);
      firsts = 0;
    }
    expect(perRound.length).toBeGreaterThan(2);
    expect(perRound).toEqual([1, ...perRound.slice(1).map(() => 0)]);
    await reconcile(services, graceMs, memory);
    expect(firsts).toBe(1);
  });
});
