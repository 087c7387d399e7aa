import { isDeepStrictEqual } from "node:util";
import { type Job, JobFailedError } from "../../../sdk/src/index.ts";
import { aJob, aReceipt, fakeApi, jobId, rejection, type Script } from "./fake-api.ts";

describe("a list that is awaited", () => {
  const pages: Script[] = [
    { body: { jobs: [aJob({ run: 1 }), aJob({ run: 2 })], next_cursor: "c" } },
    { body: { jobs: [aJob({ run: 3 })] } },
  ];

  test("is its first page", async () => {
    await using api = await fakeApi(pages);
    const page = await api.client.jobs.list({ status: "failed" });
    expect(page).toEqual({ jobs: [aJob({ run: 1 }), aJob({ run: 2 })], next_cursor: "c" });
    expect(api.seen.map(({ path }) => path)).toEqual(["/v1/jobs?status=failed"]);
  });

  test("is still the list, so that a function may answer it", async () => {
    await using api = await fakeApi([...pages.slice(0, 1), ...pages]);
    const list = async () => api.client.jobs.list();
    const runs: number[] = [];
    for await (const { run } of await list()) runs.push(run);
    expect(runs).toEqual([1, 2, 3]);
    const page = await list();
    expect(await page.page("c")).toMatchObject({ jobs: [{ run: 3 }] });
    expect(JSON.parse(JSON.stringify(page))).toEqual({ jobs: [aJob({ run: 3 })] });
  });

  test("rejects when it is awaited and not before, with nothing requested", async () => {
    await using api = await fakeApi([{ status: 403 }]);
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const lists = [api.client.jobs.list(), api.client.jobs.list({ offset: -1 }), api.client.jobs.runs("")];
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect([unhandled, api.seen]).toEqual([[], []]);
    const errors = await Promise.all(lists.map((list) => rejection((async () => await list)())));
    expect(errors).toMatchObject([
      { name: "PermissionError" },
      { errors: [{ pointer: "/offset" }] },
      { code: "INVALID_REQUEST" },
    ]);
    let ended = false;
    const caught = await api.client.jobs
      .list()
      .finally(() => {
        ended = true;
      })
      .catch(({ name }: Error) => name);
    expect([caught, ended]).toEqual(["PermissionError", true]);
    expect(await api.client.jobs.list().catch(({ name }: Error) => name)).toBe("PermissionError");
  });
});

describe("a list with an offset", () => {
  /** The cursor of a page is how many jobs come before it. */
  const numbered =
    (total: number): Script =>
    ({ path }) => {
      const query = new URL(path, "http://x").searchParams;
      const from = Number(query.get("cursor") ?? 0);
      const to = Math.min(total, from + Number(query.get("limit") ?? 20));
      const jobs = Array.from({ length: to - from }, (_, i) => aJob({ run: from + i + 1 }));
      return { body: { jobs, ...(to < total && { next_cursor: String(to) }) } };
    };

  test("skips that many by reading them in large pages", async () => {
    await using api = await fakeApi([numbered(1000)]);
    const { jobs } = await api.client.jobs.list({ offset: 250, limit: 2 });
    expect(jobs.map(({ run }) => run)).toEqual([251, 252]);
    const asked = api.seen.map(({ path }) => Object.fromEntries(new URL(path, api.url).searchParams));
    expect(asked).toEqual([
      { limit: "100" },
      { limit: "100", cursor: "100" },
      { limit: "50", cursor: "200" },
      { limit: "2", cursor: "250" },
    ]);
  });

  test("goes on from there, also over short pages", async () => {
    await using api = await fakeApi([
      { body: { jobs: [aJob({ run: 1 })], next_cursor: "a" } },
      { body: { jobs: [], next_cursor: "b" } },
      { body: { jobs: [aJob({ run: 2 })], next_cursor: "c" } },
      { body: { jobs: [aJob({ run: 3 })], next_cursor: "d" } },
      { body: { jobs: [aJob({ run: 4 })] } },
    ]);
    const runs: number[] = [];
    for await (const { run } of api.client.jobs.list({ offset: 2 })) runs.push(run);
    expect(runs).toEqual([3, 4]);
  });

  test.each([3, 4, 10_000])("of %d in a list of three is empty", async (offset) => {
    await using api = await fakeApi([numbered(3)]);
    expect(await api.client.jobs.list({ offset })).toEqual({ jobs: [] });
    expect(api.seen).toHaveLength(1);
  });

  test.each([-1, 0.5, 10_001, Number.NaN])("of %d is refused", async (offset) => {
    await using api = await fakeApi([numbered(3)]);
    expect(await rejection(api.client.jobs.list({ offset }).page())).toMatchObject({
      errors: [{ pointer: "/offset" }],
    });
    expect(api.seen).toEqual([]);
  });
});

describe("a filter in Ductape's words", () => {
  test.each([
    ["actions", "action"],
    ["features", "feature"],
    ["notifications", "notification"],
    ["storage", "storage"],
    ["databases", "database_action"],
    ["functions", "function"],
    ["workflows", "feature"],
  ] as const)("namespace %s is type %s", async (namespace, type) => {
    await using api = await fakeApi([{ body: { jobs: [] } }]);
    await api.client.jobs.list({ product: "p", namespace, recurring: false });
    expect(api.seen[0]?.path).toBe(`/v1/jobs?recurring=false&product_tag=p&type=${type}`);
  });

  test.each([
    [{ product: "a", product_tag: "b" }, "/product"],
    [{ product: "a", namespace: "graphs" }, "/namespace"],
    [{ product: "a", namespace: "toString" }, "/namespace"],
    [{ product: "a", namespace: "actions", type: "action" }, "/namespace"],
    [{}, "/product_tag"],
  ])("%j is refused", async (filter, pointer) => {
    await using api = await fakeApi([{ body: {} }]);
    expect(await rejection(api.client.jobs.cancelMany(filter as object))).toMatchObject({
      code: "INVALID_REQUEST",
      errors: [{ pointer }],
    });
    expect(api.seen).toEqual([]);
  });

  test("counts what a bulk change has changed", async () => {
    await using api = await fakeApi([
      { body: { matched: 3, succeeded: 2, failed: 1, errors: [], next_cursor: "c" } },
      { body: { matched: 1, succeeded: 1, failed: 0, errors: [] } },
    ]);
    expect(await api.client.jobs.cancelMany({ product: "p" })).toMatchObject({ count: 3, succeeded: 3, matched: 4 });
  });
});

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

  test("has them wherever the client answers one", async () => {
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

  test("shows them neither in JSON nor in a comparison or a copy", async () => {
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

  test("counts the runs that ended, and shows the latest of them", async () => {
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

  test("answers our statistics and Ductape's names of them, and nothing that is not known", async () => {
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
  test("sends a series as it was written, flat or not", async () => {
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

test("a receipt is left as it is", async () => {
  await using api = await fakeApi([{ body: aReceipt() }]);
  const receipt = await api.client.processor.job.dispatch({ event: "go", input: {} });
  expect(Object.getOwnPropertyNames(receipt)).toEqual(Object.keys(aReceipt()));
});
