import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { JobCancelledError, JobFailedError, NotFoundError, TimeoutError } from "../../../sdk/src/errors.ts";
import { aJob, anOrder, apiKey, aReceipt, completedJob, fakeApi, jobId, rejection, until } from "./fake-api.ts";

describe("schedule", () => {
  test("resolves with the result of a job that finishes while the API waits", async () => {
    await using api = await fakeApi([{ body: completedJob({ status: 201, body: { order: 7 } }) }]);
    const result = await api.client.processor.job.schedule(anOrder());
    expect(result).toEqual({ status: 201, body: { order: 7 } });
    expect(api.seen).toHaveLength(1);
    const [{ method, path, headers, body }] = api.seen as [(typeof api.seen)[0]];
    expect([method, path]).toEqual(["POST", "/v1/jobs"]);
    expect(headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      prefer: "wait=25",
      "content-type": "application/json",
      "idempotency-key": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.parse(body)).toEqual(anOrder());
  });

  test("sends requests that wait for 25 seconds each until the job has finished", async () => {
    const held = (body: unknown) => () => {
      api.runtime.advance(25_000);
      return { body };
    };
    await using api = await fakeApi([
      { status: 202, body: aReceipt() },
      held(aJob({ status: "running" })),
      held(aJob({ status: "running" })),
      held(completedJob("done")),
    ]);
    expect(await api.client.processor.job.schedule(anOrder())).toBe("done");
    expect(api.seen.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array(3).fill(`GET /v1/jobs/${jobId}?wait=25`),
    );
    expect(api.runtime.slept).toEqual([]);
  });

  test("pauses between requests if the API answers at once", async () => {
    await using api = await fakeApi([
      { status: 202, body: aReceipt() },
      { body: aJob() },
      { body: aJob({ status: "running" }) },
      { body: completedJob(1) },
    ]);
    await api.client.processor.job.schedule(anOrder());
    expect(api.runtime.slept).toEqual([1000, 1000]);
  });

  test("holds a request open only near the job's time", async () => {
    const dueAt = Date.UTC(2030, 0, 1) + 130_000;
    const waiting = aJob({ status: "scheduled", scheduled_at: dueAt, due_at: dueAt });
    await using api = await fakeApi([
      { status: 202, body: aReceipt({ status: "scheduled", scheduled_at: dueAt }) },
      { body: waiting },
      { body: waiting },
      { body: completedJob("in time") },
    ]);
    expect(await api.client.processor.job.schedule(anOrder({ start_at: dueAt }))).toBe("in time");
    expect(api.runtime.slept).toEqual([60_000, 50_000]);
    expect(api.seen.slice(1).map(({ path }) => path)).toEqual([
      `/v1/jobs/${jobId}`,
      `/v1/jobs/${jobId}`,
      `/v1/jobs/${jobId}?wait=25`,
    ]);
  });

  test("asks less and less often while a due job does not start", async () => {
    const queued = aJob({ status: "queued" });
    // The API ends a wait for such a job after 10 s.
    const held = () => {
      api.runtime.advance(10_000);
      return { body: queued };
    };
    await using api = await fakeApi([
      { body: aReceipt() },
      held,
      held,
      held,
      held,
      held,
      { body: completedJob("done") },
    ]);
    expect(await api.client.processor.job.schedule(anOrder())).toBe("done");
    expect(api.runtime.slept).toEqual([1000, 2000, 4000, 8000, 10_000]);
  });

  test("asks less and less often while the job is paused", async () => {
    const paused = { body: aJob({ status: "paused" }) };
    await using api = await fakeApi([
      { body: aReceipt() },
      ...Array(8).fill(paused),
      { body: aJob({ status: "running" }) },
      { body: completedJob("done") },
    ]);
    expect(await api.client.processor.job.schedule(anOrder())).toBe("done");
    expect(api.runtime.slept).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 1000]);
  });

  test("asks without waiting while too many requests of the key wait", async () => {
    const running = { body: aJob({ status: "running" }) };
    await using api = await fakeApi(
      [
        { status: 202, body: aReceipt() },
        { status: 429, headers: { "retry-after": "5" } },
        { status: 429, headers: { "retry-after": "5" } },
        running,
        { body: completedJob("done") },
      ],
      { maxRetries: 1 },
    );
    expect(await api.client.processor.job.schedule(anOrder())).toBe("done");
    const get = `/v1/jobs/${jobId}`;
    expect(api.seen.slice(1).map(({ path }) => path)).toEqual([
      `${get}?wait=25`,
      `${get}?wait=25`,
      get,
      `${get}?wait=25`,
    ]);
  });

  test("waits by the API's clock, even if this machine's differs", async () => {
    const start = Date.UTC(2030, 0, 1);
    const dueAt = start + 1_800_000;
    const waiting = aJob({ status: "scheduled", scheduled_at: dueAt, due_at: dueAt });
    // The API's clock is an hour behind this machine's, by which the job is overdue.
    const hour = 3_600_000;
    const byItsClock = (body: unknown) => () => {
      const now = api.runtime.now() - hour;
      return { headers: { date: new Date(now).toUTCString() }, body: now >= dueAt ? completedJob("in time") : body };
    };
    await using api = await fakeApi([
      byItsClock(aReceipt({ status: "scheduled", scheduled_at: dueAt })),
      byItsClock(waiting),
    ]);
    api.runtime.advance(hour);
    expect(await api.client.processor.job.schedule(anOrder({ start_at: dueAt }))).toBe("in time");
    expect(api.seen.length).toBeLessThan(40);
  });

  test("pauses longer and longer for a due job if the API sends no time", async () => {
    const dueAt = Date.UTC(2030, 0, 1) + 1_800_000;
    const waiting = aJob({ status: "scheduled", scheduled_at: dueAt, due_at: dueAt });
    const answer = (body: unknown) => () => ({
      headers: { date: "" },
      body: api.runtime.now() >= dueAt + 3_600_000 ? completedJob("late") : body,
    });
    await using api = await fakeApi([answer(aReceipt({ status: "scheduled", scheduled_at: dueAt })), answer(waiting)]);
    api.runtime.advance(3_600_000);
    expect(await api.client.processor.job.schedule(anOrder({ start_at: dueAt }))).toBe("late");
    expect(api.seen.length).toBeLessThan(60);
  });

  test("asks the API to wait less than its request may take", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }, { body: completedJob(1) }], {
      requestTimeout: 5000,
    });
    await api.client.processor.job.schedule(anOrder());
    expect(api.seen[0]?.headers.prefer).toBe("wait=4");
    expect(api.seen[1]?.path).toBe(`/v1/jobs/${jobId}?wait=4`);
    await api.client.jobs.get(jobId, { wait: 25 });
    expect(api.seen[2]?.path).toBe(`/v1/jobs/${jobId}?wait=4`);
  });

  test.each([undefined, null, "data"])("says what is missing if the data is %j", async (data) => {
    await using api = await fakeApi([]);
    for (const call of [api.client.processor.job.schedule, api.client.processor.job.dispatch]) {
      const error = await rejection(call(data as never));
      expect(error).toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("product_tag") });
    }
    expect(api.seen).toEqual([]);
  });

  test("reads the job if a repeated key's receipt is of a finished one", async () => {
    await using api = await fakeApi([
      { status: 202, body: aReceipt({ status: "completed" }) },
      { body: completedJob("before") },
    ]);
    expect(await api.client.processor.job.schedule(anOrder({ idempotency_key: "k" }))).toBe("before");
  });

  test("downloads a large result without the key", async () => {
    const seen: (string | undefined)[] = [];
    const bucket = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify({ large: true }));
    });
    await new Promise<void>((resolve) => bucket.listen(0, "127.0.0.1", resolve));
    const result_url = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}/results?X-Amz-Signature=s`;
    await using api = await fakeApi([{ body: aJob({ status: "completed", result_url }) }]);
    expect(await api.client.processor.job.schedule(anOrder())).toEqual({ large: true });
    expect(seen).toEqual([undefined]);
    bucket.closeAllConnections();
    bucket.close();
  });

  test("says that a result cannot be downloaded, without its URL", async () => {
    await using api = await fakeApi([
      () => ({ body: aJob({ status: "completed", result_url: `${api.url}/results?X-Amz-Signature=s` }) }),
      { status: 403, body: "<Error/>" },
    ]);
    const error = await rejection(api.client.processor.job.schedule(anOrder()));
    expect(error).toMatchObject({ code: "RESULT_UNAVAILABLE", status: 403, jobId });
    expect(JSON.stringify(error) + String(error)).not.toContain("Signature");
  });

  test("rejects with the error of a failed job", async () => {
    const failed = aJob({
      status: "failed",
      error: { code: "PROVIDER_ERROR", message: "the app answered 422", retryable: false },
    });
    await using api = await fakeApi([{ body: failed }]);
    const error = await rejection(api.client.processor.job.schedule(anOrder()));
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({
      name: "JobFailedError",
      code: "PROVIDER_ERROR",
      message: `Job ${jobId} failed: the app answered 422`,
      jobId,
      retryable: false,
      job: failed,
    });
  });

  test("rejects with the reason of a cancelled job", async () => {
    await using api = await fakeApi([
      { status: 202, body: aReceipt() },
      { body: aJob({ status: "cancelled", reason: "expired" }) },
    ]);
    const error = await rejection(api.client.processor.job.schedule(anOrder()));
    expect(error).toBeInstanceOf(JobCancelledError);
    expect(error).toMatchObject({ code: "JOB_CANCELLED", reason: "expired", jobId });
  });

  test("an error while the job runs names the job", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }, { status: 404 }]);
    const error = await rejection(api.client.processor.job.schedule(anOrder()));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ jobId });
  });
});

describe("schedule with a timeout", () => {
  test("rejects when it ends with the id of the job, which continues", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }, { silent: true }]);
    const call = rejection(api.client.processor.job.schedule(anOrder(), { timeout: 5000 }));
    await until(() => api.seen.length === 2);
    api.runtime.fire(5000);
    const error = await call;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      code: "WAIT_TIMEOUT",
      jobId,
      idempotencyKey: api.seen[0]?.headers["idempotency-key"],
    });
    expect(String(error)).toContain("it continues");
    expect(api.runtime.timers.size).toBe(0);
  });

  test.each([
    [60_000, "wait=25"],
    [5000, "wait=4"],
    [1500, undefined],
  ])("of %d ms asks the API to answer before that: %s", async (timeout, prefer) => {
    await using api = await fakeApi([{ body: completedJob(1) }]);
    await api.client.processor.job.schedule(anOrder(), { timeout });
    expect(api.seen[0]?.headers.prefer).toBe(prefer);
  });

  test("waits no longer than the time that is left", async () => {
    const first = () => {
      api.runtime.advance(25_000);
      return { status: 202, body: aReceipt() };
    };
    await using api = await fakeApi([first, { body: completedJob(1) }]);
    await api.client.processor.job.schedule(anOrder(), { timeout: 28_500 });
    expect(api.seen[1]?.path).toBe(`/v1/jobs/${jobId}?wait=4`);
  });

  test("rejects with the idempotency key if the API has not answered", async () => {
    await using api = await fakeApi([{ silent: true }]);
    const call = rejection(api.client.processor.job.schedule(anOrder({ idempotency_key: "o-7" }), { timeout: 10 }));
    await until(() => api.seen.length === 1);
    api.runtime.fire(10);
    expect(await call).toMatchObject({
      name: "TimeoutError",
      idempotencyKey: "o-7",
      message: expect.stringContaining("did not answer"),
    });
  });

  test.each([Number.NaN, -1])("of %d is refused", async (timeout) => {
    await using api = await fakeApi([{}]);
    expect(await rejection(api.client.processor.job.schedule(anOrder(), { timeout }))).toMatchObject({
      name: "InvalidRequestError",
    });
    expect(api.seen).toEqual([]);
  });
});

describe("schedule with a signal", () => {
  test("rejects with the signal's reason while a request is open", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }, { silent: true }]);
    const controller = new AbortController();
    const call = rejection(api.client.processor.job.schedule(anOrder(), { signal: controller.signal }));
    await until(() => api.seen.length === 2);
    const reason = new Error("the user left");
    controller.abort(reason);
    expect(await call).toBe(reason);
  });

  test("rejects with the signal's reason between two requests", async () => {
    await using api = await fakeApi([{ status: 503 }]);
    const controller = new AbortController();
    api.runtime.sleep = async (_ms, signal) => {
      controller.abort("enough");
      signal?.throwIfAborted();
    };
    expect(await rejection(api.client.processor.job.schedule(anOrder(), { signal: controller.signal }))).toBe("enough");
    expect(api.seen).toHaveLength(1);
  });

  test("sends nothing if the signal has already aborted", async () => {
    await using api = await fakeApi([{}]);
    expect(await rejection(api.client.processor.job.schedule(anOrder(), { signal: AbortSignal.abort("no") }))).toBe(
      "no",
    );
    expect(api.seen).toEqual([]);
  });
});
