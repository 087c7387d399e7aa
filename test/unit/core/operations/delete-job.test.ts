import type { Job, RunRecord } from "../../../../lambdas/core/job/job.ts";
import { changeJobs } from "../../../../lambdas/core/operations/change-jobs.ts";
import { deleteWithResults } from "../../../../lambdas/core/operations/delete-job.ts";
import { storePayload } from "../../../../lambdas/core/operations/payload.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const large = { text: "x".repeat(5000) };

/** A finished series of 250 runs, with large results, and a job beside it. */
async function world() {
  const services = fakeServices();
  const put = (key: string) => storePayload(services.blobs, key, large);
  const id = "job_series";
  const result = await put(`results/${id}/251/1/c`);
  const repeat = { every: 60_000, anchor: noon, overlap: "skip" as const };
  const job: Job = aJob({ id, status: "completed", run: 251, repeat, result, finished_at: noon });
  const other = aJob({ id: "other", status: "completed", result: await put("results/other/1/1/c"), finished_at: noon });
  for (const one of [job, other]) await services.jobs.create(one);
  const run = async (of: Job, run: number): Promise<RunRecord> => ({
    job_id: of.id,
    run,
    version: 3,
    created_at: of.created_at,
    status: "completed",
    scheduled_at: noon,
    due_at: noon,
    finished_at: noon,
    attempts: [],
    result: await put(`results/${of.id}/${run}/1/c`),
  });
  for (let n = 1; n <= 250; n++) await services.jobs.archive(await run(job, n));
  return { ...services, job, other, run, kept: () => [...services.blobs.blobs.keys()] };
}

describe("deleting a finished job", () => {
  it("deletes its archived runs and all results, and nothing of others", async () => {
    const w = await world();
    await deleteWithResults(w, w.job.id);
    expect(w.jobs.all()).toMatchObject([{ id: w.other.id }]);
    expect(w.jobs.archived()).toEqual([]);
    expect(w.kept()).toEqual(["results/other/1/1/c"]);
  });

  it("deletes them in bulk too", async () => {
    const w = await world();
    const never = () => {
      throw new Error("no fault");
    };
    expect(
      await changeJobs(
        w,
        [w.job, w.other],
        { action: "delete", reason: "", caller: { actor: "k:deployed" }, dryRun: false },
        never,
      ),
    ).toEqual({
      errors: [],
      changed: expect.arrayContaining([w.job, w.other].map(({ id }) => expect.objectContaining({ id }))),
    });
    expect([w.jobs.all(), w.jobs.archived(), w.kept()]).toEqual([[], [], []]);
  });

  it("keeps the job until the rest is gone, so that a repetition works", async () => {
    const w = await world();
    const { remove } = w.blobs;
    let calls = 0;
    w.blobs.remove = async (key) => {
      if (++calls === 120) throw throttled();
      return remove(key);
    };
    await expect(deleteWithResults(w, w.job.id)).rejects.toThrow();
    expect(await w.jobs.get(w.job.id)).toBeDefined();
    await deleteWithResults(w, w.job.id);
    expect([w.jobs.archived(), w.kept()]).toEqual([[], ["results/other/1/1/c"]]);
  });

  it("leaves the runs of a later job with its id", async () => {
    const w = await world();
    const again = await w.run({ ...w.job, created_at: noon + 9 }, 3);
    const { runs } = w.jobs;
    w.jobs.runs = async (...query) => {
      const page = await runs(...query);
      await w.jobs.archive(again);
      return page;
    };
    await deleteWithResults(w, w.job.id);
    expect(w.jobs.archived()).toEqual([again]);
  });

  it("leaves a result that belongs to another job", async () => {
    const w = await world();
    const job = aJob({ status: "completed", result: { blob: "results/other/1/1/c", bytes: 5000 }, finished_at: noon });
    await w.jobs.create(job);
    await deleteWithResults(w, job.id);
    expect(w.kept()).toContain("results/other/1/1/c");
  });
});
