import { describe, expect, test } from "@jest/globals";
import { newApiKey } from "../../../../lambdas/core/access/api-key.ts";
import { allScopes } from "../../../../lambdas/core/access/scopes.ts";
import { isWaiting, type Job } from "../../../../lambdas/core/job/job.ts";
import { hasMark, operationLimits } from "../../../../lambdas/core/job/operation.ts";
import { OperationRequest } from "../../../../lambdas/core/requests/operation-request.ts";
import { noon } from "../../../support/builders.ts";
import { type Asked, failedJob, idOf, operating, place, scheduledJob } from "../../../support/operating.ts";

const many = (count: number, make: (n: number) => Job) => Array.from({ length: count }, (_, n) => make(n));
const failed = { ...place, status: "failed" };

describe("a request", () => {
  const faults = (asked: object) =>
    OperationRequest.safeParse({ reason: "a test", action: "retry", filter: failed, ...asked }).error?.issues.map(
      ({ path }) => path.join("/"),
    );

  test("needs a condition, a reason, and what its action needs", () => {
    expect(faults({})).toBeUndefined();
    expect(faults({ filter: {} })).toEqual(["filter/product_tag"]);
    expect(faults({ filter: place })).toEqual(["filter"]);
    expect(faults({ filter: place, job_ids: [idOf(1)] })).toBeUndefined();
    expect(faults({ reason: undefined })).toEqual(["reason"]);
    expect(faults({ action: "count", reason: undefined })).toBeUndefined();
    expect(faults({ filter: { ...place, status: "completed" } })).toEqual(["filter/status"]);
    expect(faults({ action: "reschedule", filter: { ...place, label: "a" } })).toEqual(["start_at"]);
    expect(faults({ start_at: 0 })).toEqual(["start_at"]);
    expect(faults({ action: "cancel", filter: { ...place, label: "a" }, canary: {} })).toEqual(["canary"]);
    expect(faults({ canary: { count: 11 } })).toEqual(["canary/count"]);
    expect(faults({ rate_per_second: 201 })).toEqual(["rate_per_second"]);
  });
});

describe("an operation", () => {
  test("changes each job that it has found once, no faster than its rate, and plans the runs no denser", async () => {
    const w = operating([...many(23, failedJob), ...many(5, (n) => scheduledJob(100 + n))]);
    const { id } = await w.begin({ action: "retry", filter: failed, rate_per_second: 2 });
    const began = w.services.clock.now();
    const done = await w.run(id);
    expect(done).toMatchObject({ state: "done", counts: { changed: 23, unchanged: 0, failed: 0 } });
    expect(w.services.clock.now() - began).toBeGreaterThanOrEqual(10_000);
    const retried = w.services.jobs.all().filter((job) => hasMark(job, done));
    expect(retried).toHaveLength(23);
    expect(retried.every((job) => isWaiting(job) && job.version === 3)).toBe(true);
    expect(retried[0]?.by).toMatchObject({ actor: "k:", change: "retry", operation: id });
    const times = retried.map(({ due_at }) => due_at).sort((one, other) => one - other);
    expect(Math.min(...times.slice(1).map((at, i) => at - (times[i] ?? 0)))).toBeGreaterThanOrEqual(500);
    expect(await w.services.operations.open()).toEqual([]);
  });

  test("leaves what does not match any more, and says why", async () => {
    const w = operating(many(12, failedJob));
    const { id } = await w.begin({ action: "retry", filter: failed, rate_per_second: 200 });
    await w.run(id, 1);
    const [again] = (await w.get(id)).sample;
    const job = w.services.jobs.all().find((one) => one.id === again) as Job;
    // It was retried by hand meanwhile, and has failed again.
    await w.services.jobs.replace({ ...job, attempt: 2, version: job.version + 1, finished_at: noon + 1000 });
    const done = await w.run(id);
    expect(done).toMatchObject({ state: "done", counts: { changed: 11, unchanged: 1, failed: 0 } });
    expect(await w.services.operations.page(id, done.last_page ?? 0)).toEqual({
      jobs: [expect.objectContaining({ job_id: again, outcome: "unchanged", code: "STATE_CONFLICT" })],
    });
  });

  test("finds a job that moves while it collects once, and none of another product, env or event", async () => {
    const w = operating([
      ...many(40, scheduledJob),
      scheduledJob(200, { env: "dev" }),
      scheduledJob(201, { event: "other" }),
      scheduledJob(202, { product: "other" }),
    ]);
    const { jobs } = w.services;
    const page = jobs.page;
    let reads = 0;
    // Whatever was read moves behind what will be read.
    jobs.page = async (query, after) => {
      const found = await page({ ...query, limit: 3 }, after);
      for (const { id } of found.jobs) {
        const job = jobs.peek(id) as Job;
        const due_at = job.due_at + 1000;
        if (++reads <= 60) await jobs.replace({ ...job, due_at, scheduled_at: due_at, version: job.version + 1 });
      }
      return found;
    };
    const filter = { ...place, event: "create_order", status: "scheduled" };
    const { id } = await w.begin({ action: "count", filter });
    const done = await w.run(id);
    expect(done.state).toBe("done");
    expect(done.list.reduce((sum, { count }) => sum + count, 0)).toBe(40);
    expect(done.counts.changed).toBe(0);
  });

  test("changes nothing where it finds another number of jobs than it was to, or is dry", async () => {
    const w = operating(many(7, failedJob));
    const { id } = await w.begin({ action: "retry", filter: failed, expect: 8 });
    expect(await w.run(id)).toMatchObject({ state: "refused", why: "OTHER_NUMBER" });
    const { id: dry } = await w.begin({ action: "retry", filter: failed, dry_run: true });
    expect(await w.run(dry)).toMatchObject({ state: "done", sample: expect.any(Array), pos: 0 });
    expect(w.services.jobs.all().every(({ status }) => status === "failed")).toBe(true);
    expect(await w.services.operations.open()).toEqual([]);
  });

  test.each<[string, Asked, Partial<Job>]>([
    [
      "cancel",
      { action: "cancel", filter: { ...place, status: "scheduled" } },
      { status: "cancelled", reason: "a test" },
    ],
    ["run-now", { action: "run-now", filter: { ...place, status: "scheduled" } }, { type: "action" }],
    [
      "reschedule",
      {
        action: "reschedule",
        filter: { ...place, status: "scheduled" },
        start_at: noon + 7_200_000,
        rate_per_second: 1,
      },
      { status: "scheduled" },
    ],
  ])("can %s", async (name, asked, after) => {
    const w = operating(many(6, scheduledJob));
    const { id } = await w.begin(asked);
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 6, unchanged: 0, failed: 0 } });
    for (const job of w.services.jobs.all()) expect(job).toMatchObject(after);
    const due = w.services.jobs
      .all()
      .map(({ due_at }) => due_at)
      .sort((a, b) => a - b);
    if (name === "reschedule") expect(due).toEqual([0, 1, 2, 3, 4, 5].map((n) => noon + 7_200_000 + n * 1000));
    if (name === "run-now") expect(Math.max(...due)).toBeLessThan(noon + 10_000);
  });

  test("deletes, and counts what is gone", async () => {
    const w = operating(many(9, failedJob));
    const { id } = await w.begin({ action: "delete", filter: failed });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 9, unchanged: 0, failed: 0 } });
    expect(w.services.jobs.all()).toEqual([]);
  });

  test("works on the jobs that are named, as far as they are in reach", async () => {
    const w = operating([...many(5, failedJob), failedJob(9, { env: "dev" })]);
    const job_ids = [idOf(1), idOf(1), idOf(3), idOf(9), idOf(77)];
    const { id } = await w.begin({ action: "retry", filter: place, job_ids });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 2, unchanged: 0, failed: 0 } });
  });

  test("stops within 5 s of its rate", async () => {
    const w = operating(many(100, failedJob));
    const { id } = await w.begin({ action: "retry", filter: failed, rate_per_second: 4 });
    await w.run(id, 3);
    const before = (await w.get(id)).counts.changed;
    expect(before).toBeGreaterThan(0);
    await w.steer(id, { do: "stop" });
    const stopped = await w.run(id);
    expect(stopped).toMatchObject({ state: "stopped" });
    expect(stopped.counts.changed - before).toBeLessThanOrEqual(20);
    expect(w.services.jobs.all().filter((job) => hasMark(job, stopped))).toHaveLength(stopped.counts.changed);
    await expect(w.steer(id, { do: "continue", actor: "k:" })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("waits while it is paused, whatever comes, and goes on at another rate", async () => {
    const w = operating(many(60, failedJob));
    const { id } = await w.begin({ action: "retry", filter: failed, rate_per_second: 4 });
    await w.run(id, 2);
    await w.steer(id, { do: "pause" });
    const held = await w.run(id);
    await w.services.clock.advance(600_000);
    await w.reconcile();
    expect(w.services.turns.sent).toEqual([]);
    expect(await w.get(id)).toEqual(held);
    await w.steer(id, { do: "rate", rate_per_second: 200 });
    await w.steer(id, { do: "continue", actor: "k:" });
    expect(await w.run(id)).toMatchObject({ state: "done", counts: { changed: 60 } });
  });

  test("is found again by its idempotency key, and only five of a product are open", async () => {
    const w = operating(many(3, failedJob));
    const asked = { action: "retry", filter: failed, idempotency_key: "once" };
    const first = await w.begin(asked);
    expect((await w.begin(asked)).id).toBe(first.id);
    await expect(w.begin({ ...asked, rate_per_second: 3 })).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
    // A key that reaches less than the operation has another one in mind, and is shown nothing of it.
    const { env: _env, ...filter } = failed;
    const ofAll = { ...asked, filter, idempotency_key: "all" };
    await w.begin({ ...ofAll, dry_run: true });
    const dev = { ...allScopes, envs: ["dev"] };
    await expect(w.begin({ ...ofAll, dry_run: true }, undefined, dev)).rejects.toMatchObject({
      code: "IDEMPOTENCY_MISMATCH",
    });
    for (let n = 2; n < operationLimits.open; n++) await w.begin({ action: "retry", filter: failed });
    await expect(w.begin({ action: "retry", filter: failed })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    await w.run(first.id);
    expect(await w.services.operations.open()).toEqual([]);
  });
});

describe("a canary", () => {
  const canary = { count: 3, for: "10m", max_failures: 0 };
  const begun = async () => {
    const w = operating(many(30, failedJob));
    const { id } = await w.begin({ action: "retry", filter: failed, canary, rate_per_second: 50 });
    await w.run(id, 2);
    const changed = w.services.jobs.all().filter(isWaiting);
    expect(changed).toHaveLength(3);
    const end = async (status: "completed" | "failed") => {
      const now = w.services.clock.now();
      for (const job of changed) {
        const attempt = { attempt: job.attempt, due_at: now, started_at: now, ended_at: now, outcome: status };
        await w.services.jobs.replace({
          ...job,
          status,
          finished_at: now,
          version: job.version + 1,
          attempts: [attempt],
        });
      }
    };
    return { ...w, id, end };
  };

  test("lets the others go once its jobs have ended well", async () => {
    const w = await begun();
    await w.run(w.id, 3);
    expect(await w.get(w.id)).toMatchObject({ state: "canary", counts: { changed: 3 } });
    await w.end("completed");
    expect(await w.run(w.id)).toMatchObject({ state: "done", counts: { changed: 30, unchanged: 0, failed: 0 } });
  });

  test("halts where they fail", async () => {
    const w = await begun();
    await w.end("failed");
    expect(await w.run(w.id)).toMatchObject({ state: "halted", why: "CANARY_FAILED", counts: { changed: 3 } });
    expect(w.services.jobs.all().filter(({ status }) => status === "failed")).toHaveLength(30);
  });

  test("asks where they have not ended in time, and goes on where a caller says so", async () => {
    const w = await begun();
    expect(await w.run(w.id)).toMatchObject({ state: "canary", paused: { why: "CANARY_UNDECIDED" } });
    expect(w.services.clock.now() - noon).toBeGreaterThanOrEqual(600_000);
    await w.steer(w.id, { do: "continue", actor: "k:" });
    expect(await w.run(w.id)).toMatchObject({ state: "done", counts: { changed: 30 } });
  });
});

describe("the reach of the caller", () => {
  const begun = async (scopes = { ...allScopes }) => {
    const w = operating(many(40, failedJob));
    const { record } = newApiKey({ name: "ops", scopes, created_at: noon });
    await w.services.apiKeys.create(record);
    const { id } = await w.begin({ action: "retry", filter: failed, rate_per_second: 2 }, { actor: `k:${record.id}` });
    await w.run(id, 2);
    expect((await w.get(id)).counts.changed).toBe(10);
    return { ...w, id, key: record };
  };

  test("ends the operation once its key is revoked, and counts what is done", async () => {
    const w = await begun();
    await w.services.apiKeys.revoke(w.key.id, noon);
    expect(await w.run(w.id)).toMatchObject({ state: "halted", why: "KEY_REVOKED", counts: { changed: 10 } });
  });

  test("lets another caller go on once its key has expired", async () => {
    const w = await begun();
    const { get } = w.services.apiKeys;
    w.services.apiKeys.get = async (id) => ({ ...((await get(id)) as typeof w.key), expires_at: noon });
    expect(await w.run(w.id)).toMatchObject({ state: "running", paused: { why: "KEY_EXPIRED" } });
    await w.steer(w.id, { do: "continue", actor: "k:" });
    expect(await w.run(w.id)).toMatchObject({ state: "done", counts: { changed: 40 }, actor: "k:" });
  });

  test("ends it where the key may do less, or the product is gone", async () => {
    const w = await begun();
    const { get } = w.services.apiKeys;
    w.services.apiKeys.get = async (id) => ({
      ...((await get(id)) as typeof w.key),
      scopes: { ...allScopes, envs: ["dev"] },
    });
    expect(await w.run(w.id)).toMatchObject({ state: "halted", why: "SCOPE_NARROWED" });
    const other = await begun();
    other.services.catalog = { ...other.services.catalog, products: [] };
    expect(await other.run(other.id)).toMatchObject({ state: "halted", why: "PRODUCT_GONE" });
  });

  test("ends it where its list is not kept any more", async () => {
    const w = await begun();
    w.services.blobs.get = async () => undefined;
    expect(await w.run(w.id)).toMatchObject({ state: "halted", why: "LIST_GONE" });
  });
});
