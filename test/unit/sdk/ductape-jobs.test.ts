import { isDeepStrictEqual } from "node:util";
import { type Job, JobFailedError } from "../../../sdk/src/index.ts";
import { aJob, aReceipt, fakeApi, jobId, rejection, type Script } from "./fake-api.ts";

describe("a job by Ductape's names", () => {
  const failed = aJob({
    type: "notification",
    status: "failed",
    run: 4,
    attempt: 3,
    finished_at: 5,
    error: { code: "PROVIDER_ERROR", message: "no", retryable: false, provider_code: "CARD_DECLINED" },
    repeat: { cron: "0 9 * * *", tz: "Europe/Berlin", anchor: 0, limit: 9, end_date: 7, overlap: "skip" },
  });
  const shown = {
    id: jobId,
    product: "my-product",
    namespace: "notifications",
    completed_at: 5,
    retry_count: 2,
    last_error: "PROVIDER_ERROR: no",
    execution_count: 4,
    cron: "0 9 * * *",
    tz: "Europe/Berlin",
    limit: 9,
    end_date: 7,
  };

  test("has them wherever the client returns one", async () => {
    const job = { body: failed };
    await using api = await fakeApi([job, job, { body: { jobs: [failed] } }, job]);
    const { jobs, processor } = api.client;
    expect(await jobs.get(jobId)).toMatchObject(shown);
    expect(await jobs.pause(jobId)).toMatchObject(shown);
    expect((await jobs.list()).jobs).toMatchObject([shown]);
    const error = await rejection(processor.job.schedule({ event: "go", input: {} }));
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({ job: shown, providerCode: "CARD_DECLINED" });
  });

  test("hides them in JSON, comparisons and copies", async () => {
    await using api = await fakeApi([{ body: failed }]);
    const job = await api.client.jobs.get(jobId);
    expect(JSON.stringify(job)).toBe(JSON.stringify(failed));
    expect(Object.keys({ ...job })).toEqual(Object.keys(failed));
    expect(isDeepStrictEqual(job, failed)).toBe(true);
  });

  test.each<[string, Record<string, unknown>, number]>([
    ["waits for its first run", { status: "scheduled", run: 1 }, 0],
    ["waits for its third run", { status: "scheduled", run: 3 }, 2],
    ["runs", { status: "running", run: 1 }, 0],
    ["was cancelled", { status: "cancelled", run: 1 }, 0],
    ["completed", { status: "completed", run: 1 }, 1],
  ])("that %s counts its executions", async (_what, state, count) => {
    await using api = await fakeApi([{ body: aJob(state) }]);
    const job: Job = await api.client.jobs.get(jobId);
    expect(job.execution_count).toBe(count);
    expect([job.completed_at, job.last_error, job.cron]).toEqual([undefined, undefined, undefined]);
  });
});

describe("jobs.getHistory", () => {
  const error = { code: "TIMEOUT", message: "no answer", retryable: true };
  const run = (number: number, more: object = {}) => ({
    run: number,
    status: "completed",
    scheduled_at: 1,
    due_at: 1,
    started_at: 10,
    finished_at: 15,
    attempts: [],
    result: number,
    ...more,
  });

  test("counts the runs that ended and shows the latest", async () => {
    await using api = await fakeApi([
      {
        body: {
          runs: [run(5, { status: "scheduled" }), run(4), run(3, { status: "failed", error, result: undefined })],
          next_cursor: "c",
        },
      },
      { body: { runs: [run(2, { status: "failed", error, started_at: undefined }), run(1)] } },
    ]);
    const shown = { started_at: 10, completed_at: 15, duration_ms: 5 };
    expect(await api.client.jobs.getHistory(jobId, { limit: 3 })).toEqual({
      job_id: jobId,
      total_executions: 4,
      successful_executions: 2,
      failed_executions: 2,
      complete: true,
      executions: [
        { number: 4, ...shown, status: "completed", result: 4 },
        { number: 3, ...shown, status: "failed", error: "TIMEOUT: no answer" },
        {
          number: 2,
          started_at: 1,
          completed_at: 15,
          duration_ms: 14,
          status: "failed",
          error: "TIMEOUT: no answer",
          result: 2,
        },
      ],
    });
    expect(api.seen).toHaveLength(2);
  });

  test("reads a thousand runs at most, and says that there are more", async () => {
    const full: Script = { body: { runs: Array.from({ length: 100 }, (_, i) => run(i)), next_cursor: "c" } };
    await using api = await fakeApi([full]);
    const history = await api.client.jobs.getHistory(jobId);
    expect(history).toMatchObject({ total_executions: 1000, complete: false });
    expect(history.executions).toHaveLength(100);
  });

  test.each([0, 1001, 1.5])("with a limit of %d is refused", async (limit) => {
    await using api = await fakeApi([{ body: {} }]);
    expect(await rejection(api.client.jobs.getHistory(jobId, { limit }))).toMatchObject({
      errors: [{ pointer: "/limit" }],
    });
    expect(api.seen).toEqual([]);
  });
});

describe("jobs.getStats", () => {
  const stats = {
    product_tag: "p",
    env: "prd",
    from: 0,
    to: 1,
    counts: { scheduled: 9, completed: 6, failed: 2, cancelled: 1 },
    success_rate: 0.75,
    completed_first_try: 5,
    completed_after_retry: 1,
    mean_attempts: 1.5,
  };

  test("returns our statistics under Ductape's names", async () => {
    await using api = await fakeApi([{ body: stats }]);
    expect(await api.client.jobs.getStats({ product: "p", env: "prd", from: 5 })).toEqual({
      ...stats,
      total: 9,
      scheduled: 9,
      completed: 6,
      failed: 2,
      cancelled: 1,
      avg_retry_count: 0.5,
    });
    expect(api.seen[0]?.path).toBe("/v1/stats?env=prd&from=5&product_tag=p");
  });

  test("has no average where nothing ended, and needs an env", async () => {
    await using api = await fakeApi([{ body: { ...stats, mean_attempts: null } }]);
    expect(await api.client.jobs.getStats({ product: "p", env: "prd" })).toMatchObject({ avg_retry_count: null });
    expect(await rejection(api.client.jobs.getStats({ product: "p" }))).toMatchObject({
      errors: [{ pointer: "/env" }],
    });
  });
});

describe("jobs.reschedule", () => {
  test("sends a series as written, flat or not", async () => {
    await using api = await fakeApi([{ body: aJob() }]);
    const flat = { cron: "0 10 * * *", tz: "America/New_York", limit: 5, endDate: "2030-12-31" };
    await api.client.jobs.reschedule(jobId, flat);
    await api.client.jobs.reschedule(jobId, { every: 7_200_000 });
    await api.client.jobs.reschedule(jobId, { repeat: { every: 1000 }, start_at: undefined });
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([
      flat,
      { every: 7_200_000 },
      { repeat: { every: 1000 } },
    ]);
  });
});

test("a receipt has no names of Ductape's", async () => {
  await using api = await fakeApi([{ body: aReceipt() }]);
  const receipt = await api.client.processor.job.dispatch({ event: "go", input: {} });
  expect(Object.getOwnPropertyNames(receipt)).toEqual(Object.keys(aReceipt()));
});
