import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { continued } from "../../../lambdas/core/job/series.ts";
import { afterClaim, attemptFailed, cancelled, parked } from "../../../lambdas/core/job/transitions.ts";
import { storePayload } from "../../../lambdas/core/operations/payload.ts";
import { scheduleJob } from "../../../lambdas/core/operations/schedule-job.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { forgetBlobs } from "../../../lambdas/lifecycle/forget-blobs.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const year = 365 * 24 * 3_600_000;
const large = { body: { text: "x".repeat(5000) } };

async function world() {
  const services = { blobs: fakeBlobStore(), log: fakeLog() };
  const put = (key: string) => storePayload(services.blobs, key, large);
  const job = aJob({ type: "feature", input: await put("inputs/job/1") });
  const write = (before: Job | undefined, after: Job | undefined, at = noon) =>
    forgetBlobs(services, [{ ...(before && { before }), ...(after && { after }), at }]);
  return { ...services, put, job, write, kept: () => [...services.blobs.blobs.keys()].sort() };
}
const claim = (job: Job) => afterClaim(job, { claimId: "c", leaseMarginMs: 15_000, now: noon });

describe("a blob that a job still needs is kept:", () => {
  it("the input of a series, from run to run", async () => {
    const { job, write, kept } = await world();
    let series: Job = { ...job, type: "action", repeat: { every: year, anchor: noon, overlap: "skip" } };
    for (let run = 1; run <= 10; run++) {
      const failed = attemptFailed(claim(series), noon + run * year, {
        error: new JobError("NOT_FOUND", "gone"),
        random: 0,
      });
      const next = continued(failed, noon + run * year)?.next as Job;
      await write(series, next);
      series = next;
    }
    expect(kept()).toEqual(["inputs/job/1"]);
  });

  it("the progress of a feature, until it has newer progress", async () => {
    const { job, put, write, kept } = await world();
    const first = parked(claim(job), await put("progress/job/1"), noon + year);
    await write(claim(job), first);
    await write(first, claim(first));
    expect(kept()).toEqual(["inputs/job/1", "progress/job/1"]);
    const second = parked(claim(first), await put("progress/job/2"), noon + 2 * year);
    await write(claim(first), second);
    expect(kept()).toEqual(["inputs/job/1", "progress/job/2"]);
  });

  it("the input and progress of a finished job, which may be retried", async () => {
    const { job, put, write, kept } = await world();
    const first = parked(claim(job), await put("progress/job/1"), noon);
    await write(first, cancelled(first, noon, "by request"));
    expect(kept()).toEqual(["inputs/job/1", "progress/job/1"]);
  });
});

describe("a blob that no job refers to is deleted", () => {
  it("with the job, whether its caller or its TTL deleted it", async () => {
    const { job, put, write, kept } = await world();
    await put("results/job/1");
    const finished: Job = { ...job, status: "completed", progress: await put("progress/job/1") };
    await write({ ...finished, result: await put("results/job/1") }, undefined);
    // An archived run may refer to a result, so results are deleted by age.
    expect(kept()).toEqual(["results/job/1"]);
  });

  it("the inputs of the pages of a list, with the list", async () => {
    const { job, put, write, kept } = await world();
    const list = { step: "main.ship", from: 0, items: 150, page_size: 100 };
    const place = `inputs/${job.id}/2/`;
    for (const page of [0, 1]) await put(`${place}${page}`);
    const small: Job = { ...job, list, input: { inline: { slices: place } } };
    await write(small, { ...small, status: "completed" });
    expect(kept()).toEqual(["inputs/job/1", `${place}0`, `${place}1`]);
    await write(small, undefined);
    expect(kept()).toEqual(["inputs/job/1"]);
    for (const page of [0, 1]) await put(`${place}${page}`);
    await write({ ...job, list, input: await put(place.slice(0, -1)) }, undefined);
    expect(kept()).toEqual(["inputs/job/1"]);
  });

  it("of a job from a version that named inputs differently", async () => {
    const { put, write, kept } = await world();
    const old = aJob({ status: "completed", input: await put("inputs/job_1/fingerprint") });
    await write(old, undefined);
    expect(kept()).not.toContain("inputs/job_1/fingerprint");
  });

  it("unless that fails, which is logged and holds up nothing else", async () => {
    const { job, write, blobs, log } = await world();
    blobs.remove = async () => {
      throw new Error("throttled");
    };
    await write({ ...job, status: "completed" }, undefined);
    expect(log.lines).toMatchObject([{ level: "warn", fields: { blob: "inputs/job/1" } }]);
  });
});

describe("a job that is created again under a deleted one's key", () => {
  const order = { env: "prd", product_tag: "my-product", event: "create_order", start_at: 0, input: large };
  const make = (services: ReturnType<typeof fakeServices>) =>
    scheduleJob(services, parseRequest({ ...order, idempotency_key: "k" }, catalog, noon));

  it("keeps its input when the stream delivers the deletion", async () => {
    const services = fakeServices({ catalog });
    const first = await make(services);
    await services.jobs.remove(first);
    const second = await make(services);
    expect(second.id).toBe(first.id);
    await forgetBlobs(services, [{ before: first, at: noon }]);
    expect([...services.blobs.blobs.keys()]).toEqual([(second.input as { blob: string }).blob]);
  });

  it("keeps its input if the answer to its creation was lost", async () => {
    const services = fakeServices({ catalog });
    const { create } = services.jobs;
    services.jobs.create = async (job) => {
      await create(job);
      await services.jobs.replace({ ...job, version: job.version + 1 });
      return { outcome: "exists", job: (await services.jobs.get(job.id)) ?? job };
    };
    const { input } = await make(services);
    expect([...services.blobs.blobs.keys()]).toEqual([(input as { blob: string }).blob]);
  });

  it("leaves no second input behind when its request is repeated", async () => {
    const services = fakeServices({ catalog });
    const first = await make(services);
    expect(await make(services)).toMatchObject({ id: first.id });
    expect([...services.blobs.blobs.keys()]).toEqual([(first.input as { blob: string }).blob]);
  });
});
