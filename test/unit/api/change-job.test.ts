import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { Job, Repeat } from "../../../lambdas/core/job/job.ts";
import { type SharedKey, uniqueKeyOf } from "../../../lambdas/core/job/shared-key.ts";
import { afterClaim } from "../../../lambdas/core/job/transitions.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon, stepOf } from "../../support/builders.ts";

const hour = 3_600_000;
const hourly: Repeat = { every: hour, anchor: noon, overlap: "skip" };
const waits = (overrides: Partial<Job> = {}) => aJob({ status: "scheduled", due_at: noon + hour, ...overrides });
const series = (overrides: Partial<Job> = {}) => waits({ repeat: hourly, run: 3, ...overrides });
const failed = () => aJob({ status: "failed", finished_at: noon, attempt: 4 });
const done = () => aJob({ status: "completed", finished_at: noon });
const running = () => afterClaim(aJob(), { claimId: "c", now: noon, leaseMarginMs: 1000 });

/** A run with steps that may have to be undone. */
const undoing = (overrides: Partial<Job> = {}): Job => ({ ...running(), type: "feature", undoes: true, ...overrides });
const ending = (asked_at: number) =>
  undoing({ ending: { cause: "cancelled", since: noon - hour, asked_at, steps: 3, undone: 1, failed: 0 } });

function world(job: Job, ...others: Job[]) {
  const api = fakeApi({ jobs: [job, ...others] });
  return {
    ...api,
    post: (verb: string, body?: unknown, more = {}) =>
      api.ask({ method: "POST", path: `/v1/jobs/${job.id}/${verb}`, ...(body !== undefined && { body }), ...more }),
    remove: (more = {}) => api.ask({ method: "DELETE", path: `/v1/jobs/${job.id}`, ...more }),
  };
}

test("a retried job says up to which attempt it is tried, wherever it says which one that is", async () => {
  const job = { ...failed(), product: "my-product", env: "prd", event: "create_order", retries: 3 };
  const w = world(job);
  const path = `/v1/jobs/${job.id}`;
  expect((await w.ask({ path })).body).not.toHaveProperty("most_attempts");
  const retried = { attempt: 5, most_attempts: 8 };
  expect((await w.post("retry", { delay_ms: 5000 })).body).toMatchObject(retried);
  const { body } = await w.ask({ path: "/v1/jobs", query: { product_tag: "my-product", env: "prd" } });
  expect(body).toMatchObject({ jobs: [retried] });
  const { says } = (await w.ask({ path: `${path}/explain` })).body;
  expect(says.join(" ")).toContain("for attempt 5 of 8");
});

describe("a change of a job answers 200 with the job after it:", () => {
  it.each<[string, Job, unknown, Record<string, unknown>]>([
    ["cancel", waits(), undefined, { status: "cancelled", reason: "cancelled by request", finished_at: noon }],
    ["cancel", running(), { reason: "returned" }, { status: "cancelled", reason: "returned" }],
    ["cancel", series(), {}, { status: "cancelled" }],
    ["cancel", undoing(), { reason: "x" }, { status: "running", ending: { cause: "cancelled", since: noon } }],
    ["cancel", undoing(), { force: true }, { status: "cancelled" }],
    ["cancel", ending(noon - 30_000), undefined, { status: "running", ending: { since: noon - hour, undone: 1 } }],
    [
      "cancel",
      ending(noon - 60_000),
      undefined,
      { status: "cancelled", finished_at: noon, rolled_back: { steps: 3, failed: 2 } },
    ],
    ["pause", series(), undefined, { status: "paused" }],
    ["resume", series({ status: "paused" }), undefined, { status: "scheduled", due_at: noon + hour }],
    ["run-now", waits(), {}, { status: "queued", due_at: noon }],
    ["skip-next", series(), undefined, { status: "scheduled", due_at: noon + 2 * hour, run: 3 }],
    ["retry", failed(), undefined, { status: "queued", due_at: noon, attempt: 5 }],
    ["retry", failed(), { delay_ms: 5000 }, { status: "scheduled", due_at: noon + 5000 }],
    ["retry", failed(), { start_at: noon + hour }, { status: "scheduled", due_at: noon + hour }],
    ["reschedule", waits(), { start_at: 0 }, { status: "queued", due_at: noon, scheduled_at: noon }],
    ["reschedule", waits(), { start_at: "2030-01-02T00:00:00Z" }, { due_at: noon + 12 * hour, recurring: false }],
    ["reschedule", series(), { start_at: noon + 90 * 60_000 }, { due_at: noon + 90 * 60_000, run: 3, repeat: hourly }],
    [
      "reschedule",
      series(),
      { repeat: { cron: "0 9 * * *" } },
      { due_at: noon + 21 * hour, repeat: { cron: "0 9 * * *", anchor: noon, overlap: "skip" } },
    ],
    [
      "reschedule",
      series(),
      { repeat: { every: 60_000 }, start_at: noon + hour },
      { due_at: noon + hour, repeat: { every: 60_000, anchor: noon + hour, overlap: "skip" } },
    ],
  ])("%s", async (verb, job, body, expected) => {
    const { post, jobs } = world(job);
    const answer = await post(verb, body);
    expect(answer).toMatchObject({ status: 200, body: { job_id: job.id, ...expected } });
    expect((await jobs.get(job.id))?.due_at).toBe(answer.body.due_at);
  });

  it("what is due now is dispatched", async () => {
    const { post, queue } = world(waits());
    await post("run-now");
    expect(queue.sent).toMatchObject([{ message: { due_at: noon }, delaySeconds: 0 }]);
  });
});

describe("a dry run", () => {
  const dry = { query: { dry_run: "true" } };

  it.each<[string, Job, unknown, Record<string, unknown>]>([
    ["cancel", waits(), { reason: "returned" }, { status: "cancelled", reason: "returned" }],
    ["pause", series(), undefined, { status: "paused" }],
    ["resume", series({ status: "paused" }), undefined, { status: "scheduled", due_at: noon + hour }],
    ["run-now", waits(), undefined, { status: "queued", due_at: noon }],
    ["skip-next", series(), undefined, { due_at: noon + 2 * hour }],
    ["retry", failed(), undefined, { status: "queued", attempt: 5 }],
    ["reschedule", waits(), { start_at: noon + 2 * hour }, { due_at: noon + 2 * hour }],
    ["cancel", aJob({ status: "cancelled", finished_at: noon }), undefined, { status: "cancelled" }],
  ])("of %s answers with the job as it would be, and changes nothing", async (verb, job, body, expected) => {
    const { post, jobs, queue, scheduler } = world(job);
    expect(await post(verb, body, dry)).toMatchObject({ status: 200, body: { job_id: job.id, ...expected } });
    expect(await jobs.get(job.id)).toEqual(job);
    expect([queue.sent, [...scheduler.schedules.keys()]]).toEqual([[], []]);
  });

  it.each<[string, Job]>([
    ["cancel", done()],
    ["pause", waits()],
    ["retry", done()],
    ["run-now", done()],
    ["reschedule", done()],
  ])("of %s is refused as the change would be", async (verb, job) => {
    const { post } = world(job);
    const body = verb === "reschedule" ? { start_at: 0 } : undefined;
    const refused = await post(verb, body, dry);
    expect(refused).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
    expect(refused).toEqual({ ...(await post(verb, body)), headers: expect.anything() });
  });

  it("of a retry names another open job of the unique key", async () => {
    const unique = { key: "user-42" };
    const [job, other] = [{ ...failed(), unique }, waits({ unique })];
    const { post, sharedKeys } = world(job, other);
    const key = uniqueKeyOf(job) as SharedKey;
    await sharedKeys.move(key, undefined, { job_id: other.id, token: "t" });
    expect(await post("retry", undefined, dry)).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
    expect(await sharedKeys.get(key)).toMatchObject({ job_id: other.id });
  });

  it("of a deletion deletes nothing", async () => {
    const { remove, jobs } = world(done());
    expect((await remove(dry)).status).toBe(204);
    expect(jobs.all()).toHaveLength(1);
    expect((await world(waits()).remove(dry)).status).toBe(409);
  });

  it("takes true or false, and nothing else", async () => {
    const { post, jobs } = world(waits());
    expect(await post("cancel", undefined, { query: { dry_run: "yes" } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/query/dry_run" }] },
    });
    expect(jobs.all()[0]?.status).toBe("scheduled");
    expect(await post("cancel", undefined, { query: { dry_run: "false" } })).toMatchObject({ status: 200 });
    expect(jobs.all()[0]?.status).toBe("cancelled");
  });
});

describe("the body of a change", () => {
  it.each<[string, unknown, string]>([
    ["cancel", { reason: "x".repeat(201) }, "/reason"],
    ["cancel", { raeson: "x" }, "/raeson"],
    ["cancel", null, ""],
    ["pause", { reason: "x" }, "/reason"],
    ["skip-next", { count: 2 }, "/count"],
    ["reschedule", {}, ""],
    ["reschedule", undefined, ""],
    ["reschedule", { start_at: "tomorrow" }, "/start_at"],
    ["reschedule", { start_at: noon + 6 * 366 * 24 * hour }, "/start_at"],
    ["reschedule", { repeat: { cron: "61 * * * *" } }, "/repeat/cron"],
    ["reschedule", { repeat: { every: 10 } }, "/repeat/every"],
    ["reschedule", { repeat: { every: 1000, tz: "UTC" } }, "/repeat/tz"],
    ["retry", { delay_ms: -1 }, "/delay_ms"],
    ["retry", { delay_ms: 1, start_at: 0 }, ""],
    ["retry", { start_at: noon + 6 * 366 * 24 * hour }, "/start_at"],
  ])("of %s that says %j is refused", async (verb, body, pointer) => {
    const job = series();
    const { post, jobs } = world(job);
    const answer = await post(verb, body);
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST", errors: [{ pointer }] } });
    expect(await jobs.get(job.id)).toEqual(job);
  });

  it("needs a media type only if there is one", async () => {
    const { post } = world(series());
    const headers = { "content-type": "text/plain" };
    expect((await post("pause", undefined, { headers })).status).toBe(200);
    expect((await post("pause", "", { headers })).status).toBe(200);
    expect((await post("pause", "{}", { headers })).status).toBe(415);
    expect((await post("pause", "{")).status).toBe(400);
  });
});

describe("the rules of a job's states", () => {
  it.each<[string, Job, string]>([
    ["cancel", done(), "completed"],
    ["pause", waits(), "scheduled"],
    ["resume", failed(), "failed"],
    ["reschedule", running(), "running"],
    ["retry", done(), "completed"],
    ["run-now", running(), "running"],
    ["skip-next", waits(), "scheduled"],
    ["skip-next", series({ status: "paused" }), "paused"],
  ])("refuse %s with 409, the job and its status", async (verb, job, status) => {
    const { post, jobs } = world(job);
    const answer = await post(verb, verb === "reschedule" ? { start_at: 0 } : undefined);
    expect(answer).toMatchObject({
      status: 409,
      headers: { "content-type": "application/problem+json" },
      body: { code: "STATE_CONFLICT", job_id: job.id, job_status: status },
    });
    expect(await jobs.get(job.id)).toEqual(job);
  });

  it("do not let a step of a cancelled feature be retried", async () => {
    const feature = aJob({ type: "feature", status: "cancelled", finished_at: noon });
    const step = { ...failed(), ...stepOf(feature) };
    const { post, jobs, queue } = world(step, feature);
    expect(await post("retry")).toMatchObject({
      status: 409,
      body: {
        code: "STATE_CONFLICT",
        job_id: step.id,
        job_status: "failed",
        detail: expect.stringContaining(`feature ${feature.id}`),
      },
    });
    expect(await jobs.get(step.id)).toEqual(step);
    expect(queue.sent).toEqual([]);
  });

  it("do not let a step be retried if an outer feature was cancelled", async () => {
    const outer = aJob({ type: "feature", status: "cancelled", finished_at: noon });
    const inner = aJob({ type: "feature", status: "running", ...stepOf(outer) });
    const step = { ...failed(), ...stepOf(inner) };
    const { post, jobs } = world(step, inner, outer);
    expect(await post("retry")).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(`feature ${outer.id}`) },
    });
    expect(await jobs.get(step.id)).toEqual(step);
  });

  it("let a step be retried if its feature has failed or is gone", async () => {
    const feature = aJob({ type: "feature", status: "failed", finished_at: noon });
    for (const stored of [[feature], []]) {
      const { post } = world({ ...failed(), ...stepOf(feature) }, ...stored);
      expect(await post("retry")).toMatchObject({ status: 200, body: { status: "queued", attempt: 5 } });
    }
  });

  it("do not let a job be moved to where it expires", async () => {
    const { post } = world(waits({ expires_at: noon + 2 * hour }));
    expect((await post("reschedule", { start_at: noon + 2 * hour })).status).toBe(409);
    expect((await post("reschedule", { start_at: noon + 2 * hour - 1 })).status).toBe(200);
  });
});

describe("DELETE /v1/jobs/{id}", () => {
  it("answers 204 without a body, and the job is gone", async () => {
    const { remove, jobs } = world(done());
    const answer = await remove();
    expect(answer).toMatchObject({ status: 204, body: null });
    expect(answer.headers).not.toHaveProperty("content-type");
    expect(jobs.all()).toEqual([]);
    expect(await remove()).toMatchObject({ status: 404, body: { code: "JOB_NOT_FOUND" } });
  });

  it("refuses a job that has not finished", async () => {
    const { remove, jobs } = world(waits());
    expect(await remove()).toMatchObject({ status: 409, body: { job_status: "scheduled" } });
    expect(jobs.all()).toHaveLength(1);
  });
});

describe("a change of a job", () => {
  const verbs = ["cancel", "pause", "resume", "reschedule", "retry", "run-now"];

  it.each(verbs)("that does not exist: %s answers 404", async (verb) => {
    const { ask } = world(done());
    for (const id of [aJob().id, "x"]) {
      expect(await ask({ method: "POST", path: `/v1/jobs/${id}/${verb}`, body: {} })).toMatchObject({ status: 404 });
    }
  });

  it.each(verbs)("by a key that may not: %s answers 403, and out of its reach 404", async (verb) => {
    const job = series();
    const { post, remove, jobs } = world(job);
    for (const [scopes, status, code] of [
      [{ ...allScopes, envs: ["dev"] }, 404, "JOB_NOT_FOUND"],
      [{ ...allScopes, verbs: ["jobs:read" as const] }, 403, "FORBIDDEN"],
    ] as const) {
      expect(await post(verb, {}, { scopes: { ...scopes } })).toMatchObject({ status, body: { code } });
      expect((await remove({ scopes: { ...scopes } })).status).toBe(status);
    }
    expect(await jobs.get(job.id)).toEqual(job);
  });
});
