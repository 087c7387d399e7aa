import type { Job } from "../../../../lambdas/core/job/job.ts";
import { changeJob, retry } from "../../../../lambdas/core/operations/change-job.ts";
import { scheduleRequest } from "../../../../lambdas/core/operations/schedule-requests.ts";
import { requireKey, yieldKey } from "../../../../lambdas/core/operations/schedule-shared.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { sharingCatalog as catalog } from "../../../support/catalog/sharing.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

function world() {
  const services = fakeServices({ catalog });
  const schedule = async (event = "sync") => {
    const body = { product_tag: "shared", env: "prd", event, input: { body: { user: "a" } } };
    return scheduleRequest(services, parseRequest(body, catalog, services.clock.now()));
  };
  const end = async ({ id }: Job, status: "failed" | "completed" = "failed") => {
    const job = services.jobs.peek(id) as Job;
    const ended = { ...job, status, finished_at: services.clock.now(), version: job.version + 1 };
    await services.jobs.replace(ended);
    return ended;
  };
  const retried = async (job: Job) => {
    await requireKey(services, job);
    await changeJob(services, job.id, retry(0));
    await yieldKey(services, job);
  };
  const statusOf = ({ id }: Job) => services.jobs.peek(id)?.status;
  return { ...services, schedule, end, retried, statusOf };
}

it("a retried job takes its unique key again", async () => {
  const w = world();
  const failed = await w.end((await w.schedule()).job);
  await w.retried(failed);
  expect(w.statusOf(failed)).toBe("queued");
  expect(await w.schedule()).toMatchObject({ as: "skipped", job: { id: failed.id } });
});

it("a retry is refused while a later job of the unique key is open", async () => {
  const w = world();
  const failed = await w.end((await w.schedule()).job);
  const { job: later } = await w.schedule();
  await expect(w.retried(failed)).rejects.toMatchObject({
    code: "STATE_CONFLICT",
    jobId: failed.id,
    message: expect.stringContaining(later.id),
  });
  expect(w.statusOf(failed)).toBe("failed");
});

it("a retry takes the unique key back once the later job has ended", async () => {
  for (const isDeleted of [false, true]) {
    const w = world();
    const failed = await w.end((await w.schedule()).job);
    const later = await w.end((await w.schedule()).job, "completed");
    if (isDeleted) await w.jobs.remove(w.jobs.peek(later.id) as Job);
    await w.retried(failed);
    expect(await w.schedule()).toMatchObject({ as: "skipped", job: { id: failed.id } });
  }
});

it("a request that died with the unique key does not prevent the retry", async () => {
  const w = world();
  const failed = await w.end((await w.schedule()).job);
  const { create } = w.jobs;
  w.jobs.create = () => new Promise(() => {});
  void w.schedule();
  await new Promise(setImmediate);
  w.jobs.create = create;
  await w.retried(failed);
  expect(await w.schedule()).toMatchObject({ as: "skipped", job: { id: failed.id } });
});

describe("a retry and a request with one unique key at the same time", () => {
  it("take back the request's job if the retry was written before", async () => {
    const w = world();
    const failed = await w.end((await w.schedule()).job);
    const { create } = w.jobs;
    w.jobs.create = async (job) => {
      w.jobs.create = create;
      await w.retried(failed);
      return create(job);
    };
    expect(await w.schedule()).toMatchObject({ as: "skipped", job: { id: failed.id } });
    expect(w.jobs.all()).toHaveLength(1);
  });

  it("cancel the retried job if the request's job was written before", async () => {
    const w = world();
    const failed = await w.end((await w.schedule()).job);
    await requireKey(w, failed);
    const { job: later } = await w.schedule();
    await changeJob(w, failed.id, retry(0));
    await expect(yieldKey(w, failed)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    expect(w.statusOf(failed)).toBe("cancelled");
    expect(w.statusOf(later)).toBe("queued");
  });
});

it("a retry of a job without a unique key reads no key", async () => {
  const w = world();
  const failed = await w.end((await w.schedule("plain")).job);
  w.sharedKeys.get = () => Promise.reject(new Error("asked"));
  await w.retried(failed);
  expect(w.statusOf(failed)).toBe("queued");
});
