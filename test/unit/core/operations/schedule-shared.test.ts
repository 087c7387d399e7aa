import type { Job } from "../../../../lambdas/core/job/job.ts";
import { jobMessageOf } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { afterClaim, snoozed } from "../../../../lambdas/core/job/transitions.ts";
import { cancelJob } from "../../../../lambdas/core/operations/change-job.ts";
import { scheduleJobs, scheduleRequest } from "../../../../lambdas/core/operations/schedule-requests.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { sharingCatalog as catalog } from "../../../support/catalog/sharing.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const bodyOf = (event: string, user: string, more: object = {}) => ({
  product_tag: "shared",
  env: "prd",
  event,
  input: { body: { user } },
  ...more,
});

function world() {
  const services = fakeServices({ catalog });
  const accept = (event: string, user: string, more: object = {}) =>
    parseRequest(bodyOf(event, user, more), catalog, services.clock.now());
  const schedule = (event: string, user: string, more: object = {}) =>
    scheduleRequest(services, accept(event, user, more));
  const claim = async (job: Job) => {
    const request = { claimId: "c", now: services.clock.now(), leaseMarginMs: 20_000 };
    expect((await services.jobs.claim(jobMessageOf(job), request)).outcome).toBe("claimed");
  };
  const open = () => services.jobs.all().filter(({ status }) => !["completed", "failed", "cancelled"].includes(status));
  const inputOf = (id: string) => services.jobs.peek(id)?.input;
  const finish = (id: string, status: "completed" | "failed" = "completed") => {
    const job = services.jobs.peek(id) as Job;
    return services.jobs.replace({
      ...job,
      status,
      finished_at: services.clock.now(),
      version: job.version + 1,
    });
  };
  return { ...services, accept, schedule, claim, open, inputOf, finish };
}

/** A request that is added to its job, and whose process then dies. */
async function dyingAfterReplace({ jobs, schedule }: ReturnType<typeof world>, key: string): Promise<void> {
  const { replace } = jobs;
  const written = Promise.withResolvers<void>();
  jobs.replace = async (next) => {
    await replace(next);
    written.resolve();
    return new Promise(() => {});
  };
  void schedule("index", "a", { idempotency_key: key });
  await written.promise;
  jobs.replace = replace;
}

/** Holds the next call of a method until it is let go on, and no later one. */
function holdNext<Name extends string>(port: Record<Name, (arg: never) => Promise<unknown>>, name: Name) {
  const method = port[name];
  const [called, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  port[name] = async (arg) => {
    port[name] = method;
    called.resolve();
    await held.promise;
    return method(arg);
  };
  return { called: called.promise, goOn: held.resolve };
}

describe("the debounce of an event", () => {
  it("starts a job a delay after the only request", async () => {
    const w = world();
    const { job, as } = await w.schedule("index", "a");
    expect(as).toBeUndefined();
    expect(job).toMatchObject({ due_at: noon + 30_000, status: "scheduled" });
    expect(job.debounce).toEqual({ key: "a", until: noon + 120_000, requests: 1 });
    expect(w.queue.sent).toMatchObject([{ message: { job_id: job.id, due_at: noon + 30_000 }, delaySeconds: 30 }]);
  });

  it("gives the waiting job a later request's input, settings and start", async () => {
    const w = world();
    const { job: first } = await w.schedule("index", "a", { labels: ["one"], retries: 1 });
    await w.clock.advance(20_000);
    const input = { body: { user: "a", n: 2 } };
    const { job, as } = await w.schedule("index", "a", { input, labels: ["two"] });
    expect(as).toBe("debounced");
    expect(job).toMatchObject({ id: first.id, created_at: noon, due_at: noon + 50_000, labels: ["two"], version: 2 });
    expect(job.debounce?.requests).toBe(2);
    expect(job.retries).not.toBe(1);
    expect(w.inputOf(job.id)).toEqual({ inline: input });
    expect(w.queue.sent.at(-1)).toMatchObject({ message: { due_at: noon + 50_000 }, delaySeconds: 30 });
    expect(w.jobs.all()).toHaveLength(1);
  });

  it("starts no job later than the first request and max_wait", async () => {
    const w = world();
    await w.schedule("index", "a");
    for (let i = 0; i < 5; i++) {
      await w.clock.advance(25_000);
      if (i === 4) break;
      await w.schedule("index", "a");
    }
    const [job] = w.jobs.all();
    expect(job).toMatchObject({ due_at: noon + 120_000, scheduled_at: noon + 120_000 });
  });

  it("adds requests to a job at its latest start without putting it off", async () => {
    const w = world();
    const { job } = await w.schedule("index", "a");
    await w.clock.advance(125_000);
    expect(await w.schedule("index", "a")).toMatchObject({
      as: "debounced",
      job: { id: job.id, due_at: noon + 120_000, status: "queued" },
    });
  });

  it("makes a new job for a request after the start", async () => {
    const w = world();
    const { job: first } = await w.schedule("index", "a");
    await w.clock.advance(30_000);
    await w.claim(first);
    const second = await w.schedule("index", "a");
    expect(second.as).toBeUndefined();
    expect(second.job.id).not.toBe(first.id);
    expect(await w.schedule("index", "a")).toMatchObject({ as: "debounced", job: { id: second.job.id } });
  });

  it("makes a new job while a provider has put off the one before", async () => {
    const w = world();
    const { job: first } = await w.schedule("index", "a");
    await w.clock.advance(30_000);
    const now = w.clock.now();
    const atWork = afterClaim(first, { claimId: "c", now, leaseMarginMs: 1000 });
    const error = new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 60_000 });
    await w.jobs.replace({ ...snoozed(atWork, now, { error }), version: first.version + 1 });
    const second = await w.schedule("index", "a");
    expect(second.as).toBeUndefined();
    expect(second.job.id).not.toBe(first.id);
    expect(w.jobs.peek(first.id)).toMatchObject({ snoozes: { count: 1 }, due_at: now + 60_000 });
  });

  it("keeps other keys, events and envs apart", async () => {
    const w = world();
    await w.schedule("index", "a");
    await w.schedule("index", "b");
    await w.schedule("rebuild", "a");
    await w.schedule("index", "a", { env: "dev" });
    expect(w.jobs.all()).toHaveLength(4);
  });

  it("without a key is shared by all requests of the event", async () => {
    const w = world();
    const { job } = await w.schedule("rebuild", "a");
    expect(job.debounce).toEqual({ key: "", until: noon + 50_000, requests: 1 });
    expect((await w.schedule("rebuild", "b")).as).toBe("debounced");
    expect((await w.schedule("rebuild", "b", { debounce: { key: "own" } })).as).toBeUndefined();
  });

  it("may be set by the request alone", async () => {
    const w = world();
    const debounce = { key: "k", delay: "1m" };
    await w.schedule("plain", "a", { debounce });
    expect(await w.schedule("plain", "b", { debounce })).toMatchObject({
      as: "debounced",
      job: { due_at: noon + 60_000 },
    });
  });

  it("leaves the large input of a superseded request to the lifecycle", async () => {
    const w = world();
    const pad = "x".repeat(5000);
    await w.schedule("index", "a", { input: { body: { user: "a", pad } } });
    const { job } = await w.schedule("index", "a", { input: { body: { user: "a", pad, n: 2 } } });
    expect(w.blobs.blobs.has((job.input as { blob: string }).blob)).toBe(true);
  });

  it("counts simultaneous requests and runs one job", async () => {
    const w = world();
    await Promise.all(Array.from({ length: 10 }, () => w.schedule("index", "a")));
    expect(w.jobs.all()).toMatchObject([{ debounce: { requests: 10 } }]);
  });

  it("keeps the last one of a batch", async () => {
    const w = world();
    const requests = [1, 2, 3, 4].map((n) => w.accept("index", "a", { input: { body: { user: "a", n } } }));
    const outcomes = await scheduleJobs(w, [...requests, w.accept("plain", "a")]);
    expect(outcomes.map((one) => "job" in one && one.as)).toEqual([
      undefined,
      "debounced",
      "debounced",
      "debounced",
      undefined,
    ]);
    expect(w.jobs.all().find(({ event }) => event === "index")?.input).toEqual({
      inline: { body: { user: "a", n: 4 } },
    });
  });
});

describe("the repetition of a debounced request", () => {
  it("gets the earlier answer, and puts nothing off", async () => {
    const w = world();
    const first = await w.schedule("index", "a", { idempotency_key: "1" });
    await w.clock.advance(10_000);
    const second = await w.schedule("index", "a", { idempotency_key: "2" });
    await w.clock.advance(10_000);
    await w.schedule("index", "a", { idempotency_key: "3" });
    const again = await w.schedule("index", "a", { idempotency_key: "2" });
    expect(again).toMatchObject({ as: "debounced", job: { id: second.job.id, due_at: noon + 50_000 } });
    const firstAgain = await w.schedule("index", "a", { idempotency_key: "1" });
    expect(firstAgain.as).toBeUndefined();
    expect(firstAgain.job.id).toBe(first.job.id);
    expect(w.jobs.all()).toMatchObject([{ debounce: { requests: 3 } }]);
  });

  it("makes no other job after its job has ended", async () => {
    const w = world();
    await w.schedule("index", "a");
    const { job } = await w.schedule("index", "a", { idempotency_key: "k" });
    await w.clock.advance(40_000);
    await w.claim(job);
    await w.finish(job.id);
    expect((await w.schedule("index", "a", { idempotency_key: "k" })).job.id).toBe(job.id);
    expect(w.jobs.all()).toHaveLength(1);
  });

  it("is refused if it differs", async () => {
    const w = world();
    await w.schedule("index", "a", { idempotency_key: "k" });
    await expect(w.schedule("index", "b", { idempotency_key: "k" })).rejects.toMatchObject({
      code: "IDEMPOTENCY_MISMATCH",
    });
  });

  it("adds a request whose answer AWS had refused to keep", async () => {
    const w = world();
    const { keepAnswer } = w.sharedKeys;
    w.sharedKeys.keepAnswer = () => Promise.reject(throttled("AWS is down"));
    const { job } = await w.schedule("index", "a");
    await w.clock.advance(5000);
    await expect(w.schedule("index", "a", { idempotency_key: "k" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(w.jobs.peek(job.id)).toMatchObject({ due_at: noon + 30_000, debounce: { requests: 1 } });
    w.sharedKeys.keepAnswer = keepAnswer;
    expect(await w.schedule("index", "a", { idempotency_key: "k" })).toMatchObject({ as: "debounced" });
    expect(w.jobs.peek(job.id)).toMatchObject({ due_at: noon + 35_000, debounce: { requests: 2 } });
  });

  it("finds a request that died after it was added", async () => {
    const w = world();
    const { job } = await w.schedule("index", "a");
    await dyingAfterReplace(w, "k");
    await w.clock.advance(5000);
    expect(await w.schedule("index", "a", { idempotency_key: "k" })).toMatchObject({
      as: "debounced",
      job: { id: job.id, due_at: noon + 30_000, debounce: { requests: 2 } },
    });
  });

  it("finds that request even after its job and several later ones have ended", async () => {
    const w = world();
    const { job } = await w.schedule("index", "a");
    await dyingAfterReplace(w, "k");
    const ends = async (id: string) => {
      await w.clock.advance(40_000);
      await w.claim(w.jobs.peek(id) as Job);
      await w.finish(id);
    };
    await ends(job.id);
    await ends((await w.schedule("index", "a")).job.id);
    await ends((await w.schedule("index", "a")).job.id);
    const { job: last } = await w.schedule("index", "a");
    expect((await w.schedule("index", "a", { idempotency_key: "k" })).job.id).toBe(job.id);
    expect(w.jobs.peek(last.id)).toMatchObject({ debounce: { requests: 1 } });
    expect(w.jobs.all()).toHaveLength(4);
  });

  it("adds a request that died before it was added", async () => {
    const w = world();
    const { job } = await w.schedule("index", "a");
    const { replace } = w.jobs;
    w.jobs.replace = () => Promise.reject(throttled("AWS is down"));
    await expect(w.schedule("index", "a", { idempotency_key: "k" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    w.jobs.replace = replace;
    expect(await w.schedule("index", "a", { idempotency_key: "k" })).toMatchObject({ as: "debounced" });
    expect(w.jobs.peek(job.id)).toMatchObject({ debounce: { requests: 2 } });
  });

  it("gets another job if the first has started before it could take the request", async () => {
    const w = world();
    const { job } = await w.schedule("index", "a");
    const { replace } = w.jobs;
    w.jobs.replace = () => Promise.reject(throttled("AWS is down"));
    await expect(w.schedule("index", "a", { idempotency_key: "k" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    w.jobs.replace = replace;
    await w.clock.advance(40_000);
    await w.claim(w.jobs.peek(job.id) as Job);
    const { job: mine, as } = await w.schedule("index", "a", { idempotency_key: "k" });
    expect([mine.id === job.id, as]).toEqual([false, undefined]);
    expect((await w.schedule("index", "a", { idempotency_key: "k" })).job.id).toBe(mine.id);
    expect(w.jobs.all()).toHaveLength(2);
  });

  it("finds the job of a request that died before it dispatched it", async () => {
    const w = world();
    const { create } = w.jobs;
    w.jobs.create = async (job) => {
      await create(job);
      return new Promise(() => {});
    };
    void w.schedule("index", "a", { idempotency_key: "k" });
    await new Promise(setImmediate);
    w.jobs.create = create;
    const [job] = w.jobs.all() as [Job];
    let last = job;
    for (let followers = 0; followers < 3; followers++) {
      await w.clock.advance(40_000);
      await w.claim(last);
      await w.finish(last.id);
      ({ job: last } = await w.schedule("index", "a"));
    }
    expect(w.jobs.all()).toHaveLength(4);
    expect((await w.schedule("index", "a", { idempotency_key: "k" })).job.id).toBe(job.id);
  });

  it("makes the job of a request that died before", async () => {
    const w = world();
    const { create } = w.jobs;
    w.jobs.create = () => new Promise(() => {});
    void w.schedule("index", "a", { idempotency_key: "k" });
    await new Promise(setImmediate);
    w.jobs.create = create;
    expect(w.jobs.all()).toEqual([]);
    const { job } = await w.schedule("index", "a", { idempotency_key: "k" });
    expect(w.jobs.all()).toHaveLength(1);
    expect((await w.schedule("index", "a", { idempotency_key: "k" })).job.id).toBe(job.id);
    expect(w.jobs.all()).toHaveLength(1);
  });

  it("adds a request that died before its job was made, where another of the same millisecond made it", async () => {
    const w = world();
    const { create } = w.jobs;
    w.jobs.create = () => new Promise(() => {});
    void w.schedule("index", "a", { idempotency_key: "k" });
    await new Promise(setImmediate);
    w.jobs.create = create;
    const { job: other } = await w.schedule("index", "a", { idempotency_key: "other", labels: ["other"] });
    const { job, as } = await w.schedule("index", "a", { idempotency_key: "k", labels: ["mine"] });
    expect([job.id, as]).toEqual([other.id, "debounced"]);
    expect(w.jobs.peek(job.id)).toMatchObject({ labels: ["mine"], debounce: { requests: 2 } });
    expect(await w.schedule("index", "a", { idempotency_key: "k", labels: ["mine"] })).toMatchObject({
      as: "debounced",
    });
    expect(w.jobs.peek(job.id)?.debounce?.requests).toBe(2);
  });

  it("finds a job from before its event was debounced", async () => {
    const w = world();
    const { debounce: _, ...plain } = w.accept("index", "a", { idempotency_key: "k" });
    const { job } = await scheduleRequest(w, plain);
    expect((await w.schedule("index", "a", { idempotency_key: "k" })).job.id).toBe(job.id);
  });
});

describe("the unique key of an event", () => {
  it("with skip returns the open job, and keeps nothing of the request", async () => {
    const w = world();
    const { job } = await w.schedule("sync", "a", { start_at: noon + 60_000 });
    expect(job.unique).toEqual({ key: "a" });
    const large = { body: { user: "a", pad: "x".repeat(5000) } };
    expect(await w.schedule("sync", "a", { input: large })).toMatchObject({ as: "skipped", job: { id: job.id } });
    expect(w.blobs.blobs.size).toBe(0);
    await w.clock.advance(60_000);
    await w.claim(job);
    expect(await w.schedule("sync", "a")).toMatchObject({ as: "skipped", job: { id: job.id } });
    expect(w.open()).toHaveLength(1);
  });

  it("is free once its job has ended or was deleted", async () => {
    const w = world();
    const { job } = await w.schedule("sync", "a");
    await w.claim(job);
    await w.finish(job.id);
    const second = await w.schedule("sync", "a");
    expect(second.as).toBeUndefined();
    await cancelJob(w, second.job.id, "no");
    await w.jobs.remove(w.jobs.peek(second.job.id) as Job);
    expect((await w.schedule("sync", "a")).as).toBeUndefined();
    expect(w.open()).toHaveLength(1);
  });

  it("with replace cancels the waiting job and names it", async () => {
    const w = world();
    const { job } = await w.schedule("renew", "a", { start_at: noon + 3_600_000 });
    const next = await w.schedule("renew", "a");
    expect(next).toMatchObject({ replaced: job.id });
    expect(next.as).toBeUndefined();
    expect(w.jobs.peek(job.id)).toMatchObject({
      status: "cancelled",
      reason: "replaced by a later request with its unique key",
    });
    expect(w.scheduler.schedules.size).toBe(0);
    expect(w.open()).toMatchObject([{ id: next.job.id }]);
  });

  it("with replace is refused while the job runs", async () => {
    const w = world();
    const { job } = await w.schedule("renew", "a");
    await w.claim(job);
    const large = { body: { user: "a", pad: "x".repeat(5000) } };
    await expect(w.schedule("renew", "a", { input: large })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      jobId: job.id,
      jobStatus: "running",
    });
    expect(w.blobs.blobs.size).toBe(0);
  });

  it("with cancel_running cancels even the running job", async () => {
    const w = world();
    const { job } = await w.schedule("restart", "a");
    await w.claim(job);
    expect(await w.schedule("restart", "a")).toMatchObject({ replaced: job.id });
    expect(w.jobs.peek(job.id)).toMatchObject({ status: "cancelled" });
    expect(w.open()).toHaveLength(1);
  });

  it("follows the request's policy before the event's", async () => {
    const w = world();
    const { job } = await w.schedule("sync", "a", { start_at: noon + 60_000 });
    expect(await w.schedule("sync", "a", { unique: { on_conflict: "replace" } })).toMatchObject({ replaced: job.id });
  });

  it("gives two copies of a request one job, though the open job ends while both are under way", async () => {
    const w = world();
    const { job } = await w.schedule("sync", "a");
    await w.claim(job);
    const reading = holdNext(w.sharedKeys, "answer");
    const first = w.schedule("sync", "a", { idempotency_key: "k" });
    await reading.called;
    await w.finish(job.id);
    const making = holdNext(w.jobs, "create");
    const second = w.schedule("sync", "a", { idempotency_key: "k" });
    await making.called;
    // The first one has read the job while it was open, and an answer that was kept after it had ended.
    reading.goOn();
    const answered = await first;
    making.goOn();
    expect((await second).job.id).toBe(answered.job.id);
    expect(w.jobs.all()).toHaveLength(2);
  });

  it("may belong to a series", async () => {
    const w = world();
    const repeat = { every: 60_000 };
    const { job } = await w.schedule("sync", "a", { repeat });
    expect(await w.schedule("sync", "a", { repeat })).toMatchObject({ as: "skipped", job: { id: job.id } });
    expect(await w.schedule("renew", "a", { repeat })).not.toHaveProperty("as");
  });

  it.each(["sync", "renew", "restart"])("leaves one job open of many simultaneous requests of %s", async (event) => {
    const w = world();
    await Promise.all(Array.from({ length: 10 }, () => w.schedule(event, "a")));
    expect(w.open()).toHaveLength(1);
  });

  it.each(["sync", "renew", "restart"])("gives a repeated request of %s the earlier answer", async (event) => {
    const w = world();
    await w.schedule(event, "a");
    const second = await w.schedule(event, "a", { idempotency_key: "k" });
    await cancelJob(w, w.open()[0]?.id ?? "", "no");
    const again = await w.schedule(event, "a", { idempotency_key: "k" });
    expect({ ...again, job: again.job.id }).toEqual({ ...second, job: second.job.id });
    expect(w.open()).toHaveLength(0);
  });
});

/** A request that has taken the key, and stores its job once it is told to go on. */
async function slowRequest({ jobs, schedule }: ReturnType<typeof world>) {
  const { create } = jobs;
  const { promise, resolve } = Promise.withResolvers<void>();
  jobs.create = async (job) => {
    await promise;
    return create(job);
  };
  const slow = schedule("sync", "a");
  await new Promise(setImmediate);
  jobs.create = create;
  return { slow, goOn: resolve };
}

describe("a unique request that is slow or dies", () => {
  it("after it took the key leaves it to the next one", async () => {
    const w = world();
    const { create } = w.jobs;
    w.jobs.create = () => new Promise(() => {});
    void w.schedule("sync", "a");
    await new Promise(setImmediate);
    w.jobs.create = create;
    const { job, as } = await w.schedule("sync", "a");
    expect(as).toBeUndefined();
    expect((await w.schedule("sync", "a")).job.id).toBe(job.id);
    expect(w.open()).toHaveLength(1);
  });

  it("finds the job that another one has stored", async () => {
    const w = world();
    const { slow, goOn } = await slowRequest(w);
    const { job } = await w.schedule("sync", "a");
    goOn();
    expect(await slow).toMatchObject({ as: "skipped", job: { id: job.id } });
    expect(w.open()).toHaveLength(1);
  });

  it("makes no second job after another one's has come and gone", async () => {
    const w = world();
    const { slow, goOn } = await slowRequest(w);
    const { job: first } = await w.schedule("sync", "a");
    await w.finish(first.id);
    await w.clock.advance(6000);
    const { job: second } = await w.schedule("sync", "a");
    await w.jobs.remove(w.jobs.peek(first.id) as Job);
    goOn();
    expect(await slow).toMatchObject({ as: "skipped", job: { id: second.id } });
    expect(w.open().map(({ id }) => id)).toEqual([second.id]);
  });

  it("before it dispatched its job has the next one dispatch it", async () => {
    const w = world();
    const { send } = w.queue;
    w.queue.send = () => new Promise(() => {});
    void w.schedule("sync", "a");
    await new Promise(setImmediate);
    w.queue.send = send;
    await w.schedule("sync", "a");
    expect(w.queue.sent).toHaveLength(1);
  });

  it("leaves the key free if AWS refuses to dispatch its job", async () => {
    const w = world();
    const { send } = w.queue;
    w.queue.send = () => Promise.reject(throttled("AWS is down"));
    await expect(w.schedule("sync", "a")).rejects.toMatchObject({ code: "UNAVAILABLE", jobId: undefined });
    expect(w.jobs.all()).toEqual([]);
    w.queue.send = send;
    expect((await w.schedule("sync", "a")).as).toBeUndefined();
  });

  it("a debounced job stays if AWS refuses to dispatch it again", async () => {
    const w = world();
    const { job } = await w.schedule("index", "a");
    w.queue.send = () => Promise.reject(throttled("AWS is down"));
    await expect(w.schedule("index", "a")).rejects.toMatchObject({ code: "UNAVAILABLE", jobId: job.id });
    expect(w.jobs.all()).toHaveLength(1);
  });
});

it("a request without debounce and unique reads no key", async () => {
  const w = world();
  w.sharedKeys.get = () => Promise.reject(new Error("asked"));
  w.sharedKeys.answer = () => Promise.reject(new Error("asked"));
  await w.schedule("plain", "a", { idempotency_key: "k" });
  expect(w.jobs.all()).toHaveLength(1);
});
