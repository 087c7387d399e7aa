import { jobMessageOf } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { sharingCatalog as catalog } from "../../support/catalog/sharing.ts";

const order = (event: string, more: object = {}) => ({
  env: "prd",
  product_tag: "shared",
  event,
  input: { body: { user: "a" } },
  ...more,
});

function world() {
  const api = fakeApi({ catalog });
  const post = (body: unknown, more = {}) => api.ask({ method: "POST", path: "/v1/jobs", body, ...more });
  const claim = async (id: string) => {
    const job = api.jobs.peek(id);
    if (!job) throw new Error("gone");
    await api.jobs.claim(jobMessageOf(job), { claimId: "c", now: api.clock.now(), leaseMarginMs: 20_000 });
  };
  return { ...api, post, claim };
}

it("a debounced request gets the job that it was added to", async () => {
  const { post, ask, clock } = world();
  const first = await post(order("index"));
  expect(first).toMatchObject({ status: 202, body: { status: "scheduled", scheduled_at: noon + 30_000 } });
  expect(first.body).not.toHaveProperty("debounced");
  await clock.advance(1000);
  const second = await post(order("index"), { headers: { "idempotency-key": "k" } });
  const receipt = { job_id: first.body.job_id, debounced: true, scheduled_at: noon + 31_000 };
  expect(second).toMatchObject({ status: 202, body: receipt });
  expect(await post(order("index"), { headers: { "idempotency-key": "k" } })).toMatchObject({ body: receipt });
  const shown = await ask({ path: `/v1/jobs/${first.body.job_id}` });
  expect(shown.body.debounce).toEqual({ key: "a", until: noon + 120_000, requests: 2 });
  expect(shown.body).not.toHaveProperty("idempotency_ids");
});

it("a unique request gets the open job, or the one that replaced it", async () => {
  const { post, ask, claim } = world();
  const { body: first } = await post(order("sync"));
  expect((await post(order("sync"))).body).toMatchObject({ job_id: first.job_id, skipped: true });
  expect((await ask({ path: `/v1/jobs/${first.job_id}` })).body.unique).toEqual({ key: "a" });

  const { body: waiting } = await post(order("renew"));
  const { body: running } = await post(order("renew"));
  expect(running).toMatchObject({ replaced: waiting.job_id });
  await claim(running.job_id);
  expect(await post(order("renew"))).toMatchObject({
    status: 409,
    body: { code: "STATE_CONFLICT", job_id: running.job_id, job_status: "running" },
  });
});

it("each item of a batch with shared keys has its outcome", async () => {
  const { ask } = world();
  const jobs = [order("index"), order("index"), order("index", { input: { body: {} } }), order("sync"), order("sync")];
  const { body } = await ask({ method: "POST", path: "/v1/jobs/batch", body: { jobs } });
  expect(body).toMatchObject({ accepted: 4, rejected: 1 });
  expect(body.results).toMatchObject([
    { job: { status: "scheduled" } },
    { job: { debounced: true } },
    { status: 400, error: { errors: [{ pointer: "/jobs/2/input/body/user" }] } },
    { job: { status: "queued" } },
    { job: { skipped: true } },
  ]);
});

it("explain shows a shared key and its times, and makes nothing", async () => {
  const { ask, jobs, sharedKeys } = world();
  const explain = (body: unknown) => ask({ method: "POST", path: "/v1/explain", body });
  const debounce = { key: "x".repeat(100), delay: "20m", max_wait: 3_600_000 };
  const { body } = await explain(order("plain", { debounce }));
  expect(body.job).toMatchObject({
    due_at: noon + 1_200_000,
    debounce: { key: expect.stringMatching(/^sha256-/), delay: 1_200_000, max_wait: 3_600_000 },
  });
  expect(body.route.via).toBe("scheduler");
  const { body: unique } = await explain(order("restart"));
  expect(unique.job.unique).toEqual({ key: "a", on_conflict: "cancel_running" });
  const plain = (await explain(order("plain"))).body.estimated_cost.usd_per_million;
  expect(unique.estimated_cost.usd_per_million).toBeCloseTo(plain + 2 * 0.125 + 0.625, 1);
  expect(await explain(order("index", { start_at: noon + 60_000 }))).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: "/start_at" }] },
  });
  expect(jobs.all()).toEqual([]);
  expect(sharedKeys.holders.size).toBe(0);
});

it("a retry is refused while another job with the unique key is open", async () => {
  const { post, ask, jobs, clock } = world();
  const { body: failed } = await post(order("sync"));
  const job = jobs.peek(failed.job_id);
  if (!job) throw new Error("gone");
  await jobs.replace({
    ...job,
    status: "failed",
    finished_at: clock.now(),
    version: job.version + 1,
    error: { code: "TIMEOUT", message: "late", retryable: true },
  });
  const { body: later } = await post(order("sync"));
  const path = `/v1/jobs/${failed.job_id}/retry`;
  expect(await ask({ method: "POST", path })).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
  const bulk = { action: "retry", filter: { product_tag: "shared" } };
  const { body } = await ask({ method: "POST", path: "/v1/jobs/bulk", body: bulk });
  expect(body).toMatchObject({ failed: 1, errors: [{ job_id: failed.job_id, code: "STATE_CONFLICT" }] });
  await ask({ method: "POST", path: `/v1/jobs/${later.job_id}/cancel` });
  expect(await ask({ method: "POST", path })).toMatchObject({ status: 200, body: { status: "queued" } });
});
