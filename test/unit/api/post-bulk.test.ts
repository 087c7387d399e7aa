import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon, stepOf } from "../../support/builders.ts";
import { throttled } from "../../support/fakes/failures.ts";

const hour = 3_600_000;
const job = (overrides: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...overrides });
const waits = (overrides: Partial<Job> = {}) => job({ status: "scheduled", due_at: noon + hour, ...overrides });
const ended = (status: Job["status"], overrides: Partial<Job> = {}) =>
  job({ status, finished_at: noon - hour, ...overrides });
const series = (overrides: Partial<Job> = {}) =>
  waits({ repeat: { every: hour, anchor: noon, overlap: "skip" }, ...overrides });
const many = (count: number, make: () => Job) => Array.from({ length: count }, make);

function world(jobs: Job[]) {
  const api = fakeApi({ jobs });
  const bulk = (body: unknown, more = {}) => api.ask({ method: "POST", path: "/v1/jobs/bulk", body, ...more });
  return {
    ...api,
    bulk,
    /** Every page, as the SDK asks for them. */
    async all(body: object) {
      const pages = [];
      for (let cursor: string | undefined; pages.length === 0 || cursor; ) {
        const page = await bulk({ ...body, ...(cursor && { cursor }) });
        expect(page.status).toBe(200);
        pages.push(page.body);
        cursor = page.body.next_cursor;
        if (pages.length > 20) throw new Error("it goes on for ever");
      }
      return pages;
    },
    statuses: () => api.jobs.all().map(({ status }) => status),
  };
}
const filter = { product_tag: "my-product" };
const ok = (matched: number) => ({ matched, succeeded: matched, failed: 0, errors: [] });

describe("POST /v1/jobs/bulk", () => {
  it.each<[string, Job[], string[]]>([
    [
      "cancel",
      [waits(), job(), series({ status: "paused" }), ended("failed")],
      ["cancelled", "cancelled", "cancelled"],
    ],
    ["pause", [series(), series({ status: "paused" }), ended("failed")], ["paused"]],
    ["resume", [series({ status: "paused" }), series(), ended("failed")], ["scheduled"]],
    ["retry", [ended("failed"), ended("completed"), waits()], ["queued"]],
    ["delete", [ended("failed"), ended("completed"), ended("cancelled"), waits()], []],
  ])("%s changes the jobs that it can change and no others", async (action, jobs, after) => {
    const { bulk, jobs: store } = world(jobs);
    const found = action === "delete" ? 3 : after.length;
    expect(await bulk({ action, filter })).toMatchObject({ status: 200, body: ok(found) });
    const now = new Map(store.all().map((one) => [one.id, one]));
    expect(jobs.slice(0, found).flatMap(({ id }) => now.get(id)?.status ?? [])).toEqual(after);
    for (const other of jobs.slice(found)) expect(now.get(other.id)).toEqual(other);
  });

  it.each<[string, Job[], number]>([
    ["cancel", [waits(), job(), ended("failed")], 2],
    ["pause", [series(), waits()], 1],
    ["resume", [series({ status: "paused" }), series()], 1],
    ["retry", [ended("failed"), ended("completed")], 1],
    ["delete", [ended("failed"), ended("completed"), waits()], 2],
  ])("a dry run of %s lists what would change, and changes nothing", async (action, jobs, count) => {
    const { bulk, jobs: store, queue } = world(jobs);
    const { status, body } = await bulk({ action, filter }, { query: { dry_run: "true" } });
    expect({ status, succeeded: body.succeeded }).toEqual({ status: 200, succeeded: count });
    const would = jobs.slice(0, count).map(({ id }) => id);
    expect(body.would_change.map((one: { job_id: string }) => one.job_id).sort()).toEqual(would.sort());
    for (const before of jobs) expect(await store.get(before.id)).toEqual(before);
    expect(queue.sent).toEqual([]);
    // What it said comes true.
    expect(await bulk({ action, filter })).toMatchObject({ body: { succeeded: count, failed: body.failed } });
  });

  it("retries no step of a feature that was cancelled, and says so", async () => {
    const feature = job({ type: "feature", status: "cancelled", finished_at: noon });
    const step = { ...ended("failed"), ...stepOf(feature) };
    const { bulk, jobs } = world([step, ended("failed"), feature]);
    expect(await bulk({ action: "retry", filter })).toMatchObject({
      body: { matched: 2, succeeded: 1, failed: 1, errors: [{ job_id: step.id, code: "STATE_CONFLICT" }] },
    });
    expect(await jobs.get(step.id)).toEqual(step);
  });

  it("gives each job that it cancels its reason", async () => {
    const { bulk, jobs } = world(many(2, waits));
    await bulk({ action: "cancel", filter, reason: "closed" });
    expect(jobs.all()).toMatchObject([{ reason: "closed" }, { reason: "closed" }]);
  });

  it("keeps to its filter", async () => {
    const labelled = waits({ labels: ["a"] });
    const late = waits({ due_at: noon + 5 * hour });
    const dev = waits({ env: "dev" });
    const { bulk, jobs } = world([labelled, late, dev, waits({ event: "other" })]);
    const cancel = (more: object) => bulk({ action: "cancel", filter: { ...filter, ...more } });
    expect((await cancel({ label: "a" })).body).toEqual(ok(1));
    expect((await cancel({ from: noon + 5 * hour, to: "2030-01-02T00:00:00Z" })).body).toEqual(ok(1));
    expect((await cancel({ env: "dev", type: "action", status: ["scheduled", "queued"] })).body).toEqual(ok(1));
    expect((await cancel({ type: ["feature", "storage"] })).body).toEqual(ok(0));
    expect(jobs.all().filter(({ status }) => status === "cancelled")).toHaveLength(3);
  });

  it("keeps to series or to one-time jobs", async () => {
    const { bulk, statuses } = world([series(), waits()]);
    const cancel = (recurring: boolean) => bulk({ action: "cancel", filter: { ...filter, recurring } });
    expect((await cancel(true)).body).toEqual(ok(1));
    expect(statuses()).toEqual(["cancelled", "scheduled"]);
    expect((await cancel(false)).body).toEqual(ok(1));
    expect(statuses()).toEqual(["cancelled", "cancelled"]);
    expect(await bulk({ action: "cancel", filter: { ...filter, recurring: "true" } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/filter/recurring" }] },
    });
  });

  it("works through any number of jobs, a page a request", async () => {
    const { all, statuses } = world(many(250, waits));
    expect(await all({ action: "cancel", filter })).toMatchObject([ok(100), ok(100), ok(50)]);
    expect(new Set(statuses())).toEqual(new Set(["cancelled"]));
  });

  it("pages by its limit, also where the change moves jobs in the list", async () => {
    const w = world(many(5, series));
    expect((await w.all({ action: "pause", filter, limit: 2 })).map(({ matched }) => matched)).toEqual([2, 2, 1]);
    expect(w.statuses()).toEqual(many(5, series).map(() => "paused"));
    expect((await w.all({ action: "resume", filter, limit: 2 })).map(({ matched }) => matched)).toEqual([2, 2, 1]);
    expect(w.statuses()).toEqual(many(5, series).map(() => "scheduled"));
  });

  it("retries no job again that fails meanwhile", async () => {
    const w = world(many(3, () => ended("failed")));
    const first = await w.bulk({ action: "retry", filter, limit: 2 });
    await w.clock.advance(1000);
    for (const one of w.jobs.all()) {
      if (one.status !== "queued") continue;
      await w.jobs.replace({ ...one, status: "failed", finished_at: noon + 500, version: one.version + 1 });
    }
    const second = await w.bulk({ action: "retry", filter, limit: 2, cursor: first.body.next_cursor });
    expect(second.body).toEqual(ok(1));
  });

  it("says why it did not change a job, and goes on", async () => {
    const [one, other, broken] = [waits(), series(), series()];
    const { bulk, jobs, log } = world([one, other, broken]);
    const { get } = jobs;
    jobs.get = async (id) => {
      if (id === broken.id) throw new Error("s3cret");
      return get(id);
    };
    const { status, body } = await bulk({ action: "pause", filter });
    expect(status).toBe(200);
    expect(body).toMatchObject({ matched: 3, succeeded: 1, failed: 2 });
    expect(body.errors).toHaveLength(2);
    expect(body.errors).toContainEqual({
      job_id: one.id,
      code: "STATE_CONFLICT",
      detail: expect.stringContaining("only recurring jobs can be paused"),
    });
    expect(body.errors).toContainEqual({ job_id: broken.id, code: "INTERNAL", detail: expect.any(String) });
    expect(log.lines).toMatchObject([
      { level: "error", fields: { job_id: broken.id, product: broken.product, request_id: "req-1" } },
      { level: "debug", message: "request answered" },
    ]);
    expect(JSON.stringify([body, log.lines])).not.toContain("s3cret");
  });

  it("says of a job that AWS refuses for now that another try may help", async () => {
    const one = series();
    const { bulk, jobs } = world([one]);
    jobs.replace = async () => Promise.reject(throttled("s3cret"));
    const { body } = await bulk({ action: "pause", filter });
    expect(body.errors).toEqual([
      { job_id: one.id, code: "UNAVAILABLE", detail: expect.stringContaining("Try again") },
    ]);
  });

  it.each<[string, object, string]>([
    ["no product", { action: "cancel", filter: {} }, "/filter/product_tag"],
    ["no filter", { action: "cancel" }, "/filter"],
    ["an unknown action", { action: "stop", filter }, "/action"],
    ["an unknown filter", { action: "cancel", filter: { ...filter, evnt: "x" } }, "/filter/evnt"],
    ["a status it cannot change", { action: "retry", filter: { ...filter, status: "completed" } }, "/filter/status"],
    ["a reason for nothing", { action: "retry", filter, reason: "x" }, "/reason"],
    ["a limit above 100", { action: "retry", filter, limit: 101 }, "/limit"],
    ["a time span without time", { action: "retry", filter: { ...filter, from: 2, to: 1 } }, "/filter/to"],
    ["another's cursor", { action: "retry", filter, cursor: "x" }, "/cursor"],
  ])("refuses %s", async (_what, body, pointer) => {
    const answer = await world([]).bulk(body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("names the statuses and types that there are", async () => {
    const answer = await world([]).bulk({ action: "cancel", filter: { ...filter, status: "zzz", type: ["mail"] } });
    expect(answer.body.errors).toEqual([
      { pointer: "/filter/status", detail: expect.stringContaining("one or more of scheduled, queued, running") },
      { pointer: "/filter/type", detail: expect.stringContaining("one or more of action, notification") },
    ]);
  });

  it.each([
    [{ product_tag: "my-produkt" }, "PRODUCT_NOT_FOUND"],
    [{ ...filter, env: "prod" }, "ENV_NOT_FOUND"],
  ])("has no action %j", async (unknown, code) => {
    expect(await world([]).bulk({ action: "cancel", filter: unknown })).toMatchObject({ status: 404, body: { code } });
  });

  it("needs jobs:admin, and changes only jobs within the key's reach", async () => {
    const { bulk, statuses } = world([waits({ env: "dev" }), waits()]);
    const body = { action: "cancel", filter };
    expect((await bulk(body, { scopes: { ...allScopes, verbs: ["jobs:write"] } })).status).toBe(403);
    expect((await bulk(body, { scopes: { ...allScopes, products: ["shop"] } })).status).toBe(403);
    expect((await bulk(body, { scopes: { ...allScopes, envs: ["dev"] } })).body).toEqual(ok(1));
    expect(statuses()).toEqual(["cancelled", "scheduled"]);
  });
});
