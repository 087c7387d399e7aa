import { InternalError } from "../../../../lambdas/core/kernel/errors.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { scheduleName } from "../../../../lambdas/core/operations/dispatch.ts";
import { scheduleJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { askedFor, noon } from "../../../support/builders.ts";
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
const accept = (more = {}) => parseRequest({ ...body, ...more }, catalog, noon);
const refused = async (promise: Promise<unknown>): Promise<RequestError> => {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof RequestError) return error;
  throw new Error("it was not refused", { cause: error });
};
const down = async (): Promise<never> => {
  throw throttled("AWS is down");
};

type World = ReturnType<typeof fakeServices>;
const breakStore = ({ jobs }: World, cause: Error) => {
  jobs.create = async () => Promise.reject(cause);
};
const breakQueue = ({ queue }: World, cause: Error) => {
  queue.send = async () => Promise.reject(cause);
};
const breakBlobs = ({ blobs }: World, cause: Error) => {
  blobs.put = async () => Promise.reject(cause);
};

describe("scheduling a job", () => {
  it("records it, then queues a small message in its tenant's group", async () => {
    const services = fakeServices({ catalog });
    const job = await scheduleJob(services, accept());
    expect(await services.jobs.get(job.id)).toEqual(job);
    expect(services.queue.sent).toEqual([
      {
        type: "action",
        message: { v: 1, job_id: job.id, run: 1, attempt: 1, due_at: noon },
        delaySeconds: 0,
        group: "my-product:prd",
      },
    ]);
  });

  it("gives a job that is due later to the Scheduler ahead of its time", async () => {
    const services = fakeServices({ catalog });
    const job = await scheduleJob(services, accept({ start_at: noon + 3_600_000 }));
    expect(job.status).toBe("scheduled");
    expect([...services.scheduler.schedules]).toMatchObject([
      [scheduleName(job), { at: askedFor(job), type: "action" }],
    ]);
    expect(askedFor(job)).toBeLessThanOrEqual(noon / 1000 + 3525);
    expect(askedFor(job)).toBeGreaterThan(noon / 1000 + 2700);
    expect(scheduleName({ ...job, run: 1e9, attempt: 999, due_at: 8.64e15 }).length).toBeLessThanOrEqual(64);
  });

  it("keeps a large input as a blob", async () => {
    const services = fakeServices({ catalog });
    const job = await scheduleJob(services, accept({ input: { body: { text: "x".repeat(5000) } } }));
    expect(job.input).toMatchObject({ blob: expect.stringContaining(job.id) });
    expect(services.blobs.blobs.size).toBe(1);
  });

  it("refuses an input that is larger than over HTTP, from any source", async () => {
    const services = fakeServices({ catalog });
    const large = accept({ input: { body: { text: "x".repeat(4_400_000) } } });
    expect(await refused(scheduleJob(services, large))).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect([services.jobs.all(), services.blobs.blobs.size]).toEqual([[], 0]);
  });
});

describe("an idempotency key", () => {
  it("returns its job for the same request", async () => {
    const services = fakeServices({ catalog });
    const first = await scheduleJob(services, accept({ idempotency_key: "k" }));
    const again = await scheduleJob(services, accept({ idempotency_key: "k" }));
    expect(again.id).toBe(first.id);
    expect(services.jobs.all()).toHaveLength(1);
  });

  it("is refused for another request", async () => {
    const services = fakeServices({ catalog });
    const large = (letter: string) => ({ idempotency_key: "k", input: { body: { text: letter.repeat(5000) } } });
    const first = await scheduleJob(services, accept(large("a")));
    expect(await refused(scheduleJob(services, accept(large("b"))))).toMatchObject({
      code: "IDEMPOTENCY_MISMATCH",
      jobId: first.id,
    });
    const kept = services.blobs.blobs.get((first.input as { blob: string }).blob);
    expect(Buffer.from(kept?.body ?? []).toString()).toContain("aaa");
  });

  it("of another env or product names another job", async () => {
    const services = fakeServices({ catalog });
    const a = await scheduleJob(services, accept({ idempotency_key: "k" }));
    const b = await scheduleJob(services, accept({ idempotency_key: "k", env: "dev" }));
    expect(a.id).not.toBe(b.id);
  });

  it("of a job that has started changes nothing", async () => {
    const services = fakeServices({ catalog });
    const first = await scheduleJob(services, accept({ idempotency_key: "k" }));
    const message = services.queue.sent[0]?.message;
    if (message) await services.jobs.claim(message, { claimId: "c", now: noon, leaseMarginMs: 0 });
    expect((await scheduleJob(services, accept({ idempotency_key: "k" }))).id).toBe(first.id);
    expect(services.queue.sent).toHaveLength(1);
  });
});

describe("a request whose job AWS refuses", () => {
  it("is told to ask again if another request has made the job anew meanwhile", async () => {
    const services = fakeServices({ catalog });
    const { send } = services.queue;
    const { remove } = services.jobs;
    services.queue.send = async () => {
      services.queue.send = send;
      throw throttled("AWS is down");
    };
    // The answer of the removal is lost: when it is repeated, the job of another request has the id.
    services.jobs.remove = async (job) => {
      await remove(job);
      await services.clock.advance(1000);
      await scheduleJob(services, accept({ idempotency_key: "k", start_at: 0 }));
      return remove(job);
    };
    const refusal = await refused(scheduleJob(services, accept({ idempotency_key: "k", start_at: 0 })));
    const [job] = services.jobs.all();
    expect(refusal).toMatchObject({ code: "UNAVAILABLE", jobId: job?.id });
    expect(await scheduleJob(services, accept({ idempotency_key: "k", start_at: 0 }))).toMatchObject({ id: job?.id });
  });

  it("to dispatch is told to try again, and leaves no job", async () => {
    const services = fakeServices({ catalog });
    services.queue.send = down;
    expect(await refused(scheduleJob(services, accept()))).toMatchObject({
      code: "UNAVAILABLE",
      jobId: undefined,
      message: expect.stringContaining("nothing was kept"),
      retryAfterSeconds: 5,
    });
    expect(services.jobs.all()).toEqual([]);
  });

  it("to record is told to try again, even if only the answer was lost", async () => {
    const services = fakeServices({ catalog });
    const { create } = services.jobs;
    services.jobs.create = async (job) => {
      await create(job);
      return down();
    };
    expect(await refused(scheduleJob(services, accept()))).toMatchObject({ code: "UNAVAILABLE", jobId: undefined });
    expect(services.jobs.all()).toEqual([]);
  });

  it("for good is told to change, and leaves no job", async () => {
    for (const breaks of [breakStore, breakQueue, breakBlobs]) {
      const services = fakeServices({ catalog });
      breaks(services, refusedForGood("s3cret"));
      const error = await refused(scheduleJob(services, accept({ input: { body: { text: "x".repeat(5000) } } })));
      expect(error).toMatchObject({ code: "INVALID_REQUEST", jobId: undefined, retryAfterSeconds: undefined });
      expect(error.message).toContain("ValidationException");
      expect(error.message).not.toContain("s3cret");
      expect(services.jobs.all()).toEqual([]);
    }
  });

  it("for a reason of ours leaves no job and is not told to try again", async () => {
    for (const breaks of [breakStore, breakQueue, breakBlobs]) {
      const services = fakeServices({ catalog });
      const cause = denied();
      breaks(services, cause);
      const scheduling = scheduleJob(services, accept({ input: { body: { text: "x".repeat(5000) } } }));
      await expect(scheduling).rejects.toBe(cause);
      expect(services.jobs.all()).toEqual([]);
    }
  });

  it("to dispatch and to remove, for a reason of ours, gets the job's id", async () => {
    const services = fakeServices({ catalog });
    breakQueue(services, denied());
    services.jobs.remove = async () => Promise.reject(denied());
    const scheduling = scheduleJob(services, accept({ idempotency_key: "k" }));
    await expect(scheduling).rejects.toBeInstanceOf(InternalError);
    await expect(scheduling).rejects.toMatchObject({ code: "INTERNAL", jobId: services.jobs.all()[0]?.id });
    const repeated = scheduleJob(services, accept({ idempotency_key: "k" }));
    await expect(repeated).rejects.toMatchObject({ code: "INTERNAL", jobId: services.jobs.all()[0]?.id });
  });

  it("for a passing reason is told to try again", async () => {
    for (const [cause, removal] of [
      [throttled(), denied()],
      [denied(), throttled()],
      [refusedForGood(), throttled()],
    ] as const) {
      const services = fakeServices({ catalog });
      breakQueue(services, cause);
      services.jobs.remove = async () => Promise.reject(removal);
      const error = await refused(scheduleJob(services, accept({ idempotency_key: "k" })));
      expect(error).toMatchObject({ code: "UNAVAILABLE", jobId: services.jobs.all()[0]?.id });
    }
  });

  it("to dispatch and to remove gets the job's id, whose key dispatches it", async () => {
    const services = fakeServices({ catalog });
    const { queue, jobs } = services;
    const { send } = queue;
    const { remove } = jobs;
    queue.send = down;
    jobs.remove = down;
    const { jobId, message } = await refused(scheduleJob(services, accept({ idempotency_key: "k" })));
    expect(jobId).toMatch(/^job_/);
    expect(message).toContain("it may still run");
    Object.assign(queue, { send });
    Object.assign(jobs, { remove });
    const job = await scheduleJob(services, accept({ idempotency_key: "k" }));
    expect(job.id).toBe(jobId);
    expect(queue.sent).toMatchObject([{ message: { job_id: jobId } }]);
  });

  it("twice still has a job to dispatch", async () => {
    const services = fakeServices({ catalog });
    const { queue, jobs } = services;
    const { send } = queue;
    queue.send = down;
    jobs.remove = down;
    await refused(scheduleJob(services, accept({ idempotency_key: "k" })));
    const second = await refused(scheduleJob(services, accept({ idempotency_key: "k" })));
    expect(second.jobId).toMatch(/^job_/);
    queue.send = send;
    await scheduleJob(services, accept({ idempotency_key: "k" }));
    expect(queue.sent).toHaveLength(1);
  });

  it("gets its receipt if the message got through nevertheless", async () => {
    const services = fakeServices({ catalog });
    services.queue.send = async (_type, message) => {
      await services.jobs.claim(message, { claimId: "c", now: noon, leaseMarginMs: 0 });
      return down();
    };
    const job = await scheduleJob(services, accept());
    expect(await services.jobs.get(job.id)).toMatchObject({ status: "running" });
  });

  it("learns of the job, as does a simultaneous repetition", async () => {
    const services = fakeServices({ catalog });
    const request = accept({ idempotency_key: "k" });
    const repetitions: Promise<RequestError>[] = [];
    services.queue.send = async () => {
      if (repetitions.length === 0) {
        repetitions.push(refused(scheduleJob(services, request)));
        await repetitions[0];
      }
      return down();
    };
    const first = await refused(scheduleJob(services, request));
    const second = await repetitions[0];
    const [job] = services.jobs.all();
    expect([first.jobId, second?.jobId]).toEqual([job?.id, job?.id]);
  });

  it("does not take back the job of an earlier request with its key", async () => {
    const services = fakeServices({ catalog });
    const first = await scheduleJob(services, accept({ idempotency_key: "k" }));
    services.jobs.create = down;
    const { jobId } = await refused(scheduleJob(services, accept({ idempotency_key: "k" })));
    expect(jobId).toBe(first.id);
    expect(await services.jobs.get(first.id)).toBeDefined();
  });

  it("does not take back the job of an accepted repetition", async () => {
    const services = fakeServices({ catalog });
    const { send } = services.queue;
    let repeated: Promise<unknown> | undefined;
    services.queue.send = async () => {
      services.queue.send = send;
      repeated = scheduleJob(services, accept({ idempotency_key: "k" }));
      await repeated;
      return down();
    };
    const job = await scheduleJob(services, accept({ idempotency_key: "k" }));
    await expect(repeated).resolves.toMatchObject({ id: job.id });
    expect(await services.jobs.get(job.id)).toBeDefined();
    // Neither knows whether the other one's message was taken; one of the two will be dropped.
    expect(services.queue.sent).toHaveLength(2);
  });

  it("sends the message again as a repetition, since the first may be refused", async () => {
    const services = fakeServices({ catalog });
    const job = await scheduleJob(services, accept({ idempotency_key: "k" }));
    const { replace } = services.jobs;
    services.jobs.replace = async (next) => {
      services.jobs.replace = replace;
      await replace(next);
      return replace(next);
    };
    await expect(scheduleJob(services, accept({ idempotency_key: "k" }))).resolves.toMatchObject({ id: job.id });
    expect(services.queue.sent).toHaveLength(2);
  });

  it("gets the later job under its key if its job was taken back", async () => {
    const services = fakeServices({ catalog });
    const { jobs } = services;
    const removed = await scheduleJob(services, accept({ idempotency_key: "k", task_token: "first" }));
    const { replace } = jobs;
    jobs.replace = async (next) => {
      jobs.replace = replace;
      await jobs.remove(removed);
      await services.clock.advance(5000);
      await scheduleJob(services, accept({ idempotency_key: "k", task_token: "second" }));
      return jobs.replace(next);
    };
    const job = await scheduleJob(services, accept({ idempotency_key: "k", task_token: "first" }));
    expect(job.created_at).toBe(noon + 5000);
    expect(await jobs.get(job.id)).toMatchObject({ created_at: noon + 5000, task_tokens: ["second", "first"] });
  });
});
