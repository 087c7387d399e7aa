import type { Job } from "../../../../lambdas/core/job/job.ts";
import { scheduleName } from "../../../../lambdas/core/operations/dispatch.ts";
import { type Scheduled, scheduleJobs } from "../../../../lambdas/core/operations/schedule-requests.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { denied, refusedForGood, throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const body = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { item: "tea" } },
  start_at: 0,
};
const push = { slug: "welcome", callback: { body: {} } };
const accept = (more = {}) => parseRequest({ ...body, ...more }, catalog, noon);
const down = async (): Promise<never> => {
  throw throttled("AWS is down");
};
const jobIn = (outcome: Scheduled | undefined): Job => {
  if (outcome && "job" in outcome) return outcome.job;
  throw new Error("it was refused", { cause: outcome?.error });
};
const unavailable = { error: { code: "UNAVAILABLE", jobId: undefined, retryAfterSeconds: 5 } };

describe("scheduling many jobs", () => {
  it("records each and hands it over, in the order of the requests", async () => {
    const services = fakeServices({ catalog });
    const outcomes = await scheduleJobs(services, [
      accept(),
      accept({ start_at: noon + 3_600_000 }),
      accept({ event: "send_notification", input: push, start_at: noon + 60_000 }),
      accept({ idempotency_key: "k" }),
    ]);
    const jobs = outcomes.map(jobIn);
    expect(await services.jobs.getMany(jobs.map(({ id }) => id))).toEqual(jobs);
    const sent = (type: string) => services.queue.sent.filter((one) => one.type === type);
    expect(sent("action")).toMatchObject([
      { message: { job_id: jobs[0]?.id }, delaySeconds: 0, group: "my-product:prd" },
      { message: { job_id: jobs[3]?.id }, delaySeconds: 0 },
    ]);
    expect(sent("notification")).toMatchObject([{ message: { job_id: jobs[2]?.id }, delaySeconds: 60 }]);
    expect([...services.scheduler.schedules.keys()]).toEqual([scheduleName(jobs[1] as Job)]);
  });

  it("stores fresh ids in one call and looks for the others", async () => {
    const services = fakeServices({ catalog });
    const calls: [string, number][] = [];
    const { create, createMany } = services.jobs;
    const { sendMany } = services.queue;
    services.jobs.create = (job) => {
      calls.push(["create", 1]);
      return create(job);
    };
    services.jobs.createMany = (jobs) => {
      calls.push(["createMany", jobs.length]);
      return createMany(jobs);
    };
    services.queue.sendMany = (type, entries) => {
      calls.push([`sendMany ${type}`, entries.length]);
      return sendMany(type, entries);
    };
    const fresh = Array.from({ length: 90 }, () => accept());
    await scheduleJobs(services, [...fresh, accept({ idempotency_key: "k" })]);
    expect(calls).toEqual([
      ["createMany", 90],
      ["create", 1],
      ["sendMany action", 91],
    ]);
  });

  it("makes ten schedules at a time", async () => {
    const services = fakeServices({ catalog });
    let [now, most] = [0, 0];
    services.scheduler.schedule = async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
    };
    await scheduleJobs(
      services,
      Array.from({ length: 30 }, () => accept({ start_at: noon + 3_600_000 })),
    );
    expect(most).toBe(10);
  });

  it("returns the job of a used idempotency key, and refuses another request alone", async () => {
    const services = fakeServices({ catalog });
    const first = jobIn((await scheduleJobs(services, [accept({ idempotency_key: "k" })]))[0]);
    await services.clock.advance(1000);
    const outcomes = await scheduleJobs(services, [
      accept({ idempotency_key: "k" }),
      accept({ idempotency_key: "k", retries: 9 }),
      accept(),
    ]);
    expect(outcomes).toMatchObject([
      { job: { id: first.id, created_at: first.created_at } },
      { error: { code: "IDEMPOTENCY_MISMATCH", jobId: first.id } },
      { job: {} },
    ]);
    expect(services.jobs.all()).toHaveLength(2);
  });

  it("makes one job of two requests with one key", async () => {
    const services = fakeServices({ catalog });
    const [a, b] = await scheduleJobs(services, [accept({ idempotency_key: "k" }), accept({ idempotency_key: "k" })]);
    expect(jobIn(a).id).toBe(jobIn(b).id);
    expect(services.jobs.all()).toHaveLength(1);
  });
});

describe("if AWS refuses, among many jobs, to", () => {
  it("keep one job's input, that job is refused and the others are scheduled", async () => {
    const services = fakeServices({ catalog });
    services.blobs.put = down;
    const large = accept({ input: { body: { text: "x".repeat(5000) } } });
    expect(await scheduleJobs(services, [accept(), large])).toMatchObject([{ job: {} }, unavailable]);
    expect(services.queue.sent).toHaveLength(1);
  });

  it("store a job, it is taken back even if the write took effect", async () => {
    const services = fakeServices({ catalog });
    const { createMany } = services.jobs;
    services.jobs.createMany = async (jobs) => {
      await createMany(jobs);
      return [{ index: 1, cause: throttled() }];
    };
    const outcomes = await scheduleJobs(services, [accept(), accept(), accept()]);
    expect(outcomes).toMatchObject([{ job: {} }, unavailable, { job: {} }]);
    expect(services.jobs.all().map(({ id }) => id)).toEqual([jobIn(outcomes[0]).id, jobIn(outcomes[2]).id]);
    expect(services.queue.sent).toHaveLength(2);
  });

  it("queue a job, it is taken back", async () => {
    const services = fakeServices({ catalog });
    const { sendMany } = services.queue;
    services.queue.sendMany = async (type, entries) => {
      const refused = await sendMany(type, entries.slice(0, 1));
      return [...refused, { index: 1, cause: throttled("InternalError") }];
    };
    const outcomes = await scheduleJobs(services, [accept(), accept({ idempotency_key: "k" })]);
    expect(outcomes).toMatchObject([{ job: {} }, unavailable]);
    expect(services.jobs.all().map(({ id }) => id)).toEqual([jobIn(outcomes[0]).id]);
  });

  it("make a job's schedule, its message is kept, or the job is taken back", async () => {
    const services = fakeServices({ catalog });
    services.scheduler.schedule = down;
    const [made] = await scheduleJobs(services, [accept({ start_at: noon + 3_600_000 })]);
    expect([...services.unscheduled.kept.values()]).toMatchObject([{ message: { job_id: jobIn(made).id } }]);
    services.unscheduled.hold = down;
    const outcomes = await scheduleJobs(services, [accept({ start_at: noon + 3_600_000 })]);
    expect(outcomes).toMatchObject([unavailable]);
    expect(services.jobs.all().map(({ id }) => id)).toEqual([jobIn(made).id]);
  });

  it("store a job for good, that one is refused and the others are scheduled", async () => {
    const services = fakeServices({ catalog });
    const { createMany, create } = services.jobs;
    services.jobs.createMany = async (jobs) => {
      const refused = await createMany([jobs[0], jobs[2]].filter((job) => job !== undefined));
      return [...refused, { index: 1, cause: refusedForGood() }];
    };
    services.jobs.create = async (job) => (job.labels ? Promise.reject(denied()) : create(job));
    const named = [accept({ idempotency_key: "k" }), accept({ idempotency_key: "l", labels: ["denied"] })];
    const outcomes = await scheduleJobs(services, [accept(), accept(), accept(), ...named]);
    expect(outcomes).toMatchObject([
      { job: {} },
      { error: { code: "INVALID_REQUEST", jobId: undefined, message: expect.stringContaining("ValidationException") } },
      { job: {} },
      { job: {} },
      { error: { name: "AccessDeniedException" } },
    ]);
    expect(services.jobs.all()).toHaveLength(3);
    expect(services.queue.sent).toHaveLength(3);
  });

  it("take a whole call, only that call's jobs are refused", async () => {
    const services = fakeServices({ catalog });
    services.jobs.createMany = async () => Promise.reject(denied());
    const { sendMany } = services.queue;
    services.queue.sendMany = (type, entries) =>
      type === "action" ? sendMany(type, entries) : Promise.reject(denied());
    const notified = accept({ event: "send_notification", input: push, idempotency_key: "n" });
    const outcomes = await scheduleJobs(services, [accept(), accept({ idempotency_key: "k" }), notified]);
    const isDenied = { error: { name: "AccessDeniedException" } };
    expect(outcomes).toMatchObject([isDenied, { job: {} }, isDenied]);
    expect(services.jobs.all().map(({ id }) => id)).toEqual([jobIn(outcomes[1]).id]);
  });

  it("take a job back too, the error has the job's id", async () => {
    const services = fakeServices({ catalog });
    services.queue.send = down;
    services.jobs.remove = down;
    const outcomes = await scheduleJobs(services, [accept(), accept({ idempotency_key: "k" })]);
    const ids = services.jobs.all().map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(outcomes).toMatchObject(ids.map((jobId) => ({ error: { code: "UNAVAILABLE", jobId } })));
  });

  it("queue a job whose message got through, it is accepted", async () => {
    const services = fakeServices({ catalog });
    services.queue.send = async (_type, message) => {
      await services.jobs.claim(message, { claimId: "c", now: noon, leaseMarginMs: 0 });
      return down();
    };
    const job = jobIn((await scheduleJobs(services, [accept()]))[0]);
    expect(await services.jobs.get(job.id)).toMatchObject({ status: "running" });
  });
});
