import { bringingActor } from "../../../lambdas/core/job/actor.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { jobMessageOf } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const order = { product_tag: "my-product", env: "dev", event: "create_order", input: {}, start_at: noon + 60_000 };
const in_ = { product: "my-product", env: "dev", event: "create_order" };

const keyId = "0f3a9c1d2b4e5f60";

function world(...jobs: Job[]) {
  const { ask, ...api } = fakeApi({ jobs });
  const byKey = (asked: Omit<Parameters<typeof ask>[0], "keyId">) => ask({ ...asked, keyId, keyName: "night shift" });
  const shown = async (id: string) => (await ask({ path: `/v1/jobs/${id}` })).body;
  return { ...api, ask: byKey, shown };
}

test("a job says which key has requested it, by the name that it has", async () => {
  const api = world();
  const { body } = await api.ask({ method: "POST", path: "/v1/jobs", body: order });
  expect((await api.jobs.get(body.job_id))?.made_by).toBe(`k:${keyId}`);
  const { made_by, by } = await api.shown(body.job_id);
  expect([made_by, by]).toEqual([{ kind: "key", id: keyId, name: "night shift" }, undefined]);
});

test("so does each job of a batch", async () => {
  const api = world();
  const asked = { method: "POST", path: "/v1/jobs/batch", body: { jobs: [order] } };
  const { body } = await api.ask(asked);
  expect((await api.shown(body.results[0].job.job_id)).made_by.name).toBe("night shift");
});

test.each([
  ["the key of the deployment", { made_by: "k:deployed" }, { kind: "key", id: "deployed" }],
  ["a key with a name", { made_by: `k:${keyId}`, made_by_name: "ci" }, { kind: "key", id: keyId, name: "ci" }],
  ["an IAM identity", { made_by: "i:AROAEXAMPLE" }, { kind: "identity", id: "AROAEXAMPLE" }],
  ["a service of AWS", { made_by: bringingActor("eventbridge") }, { kind: "service", name: "eventbridge" }],
  ["a schedule", { schedule: { name: "nightly", fingerprint: "f" } }, { kind: "schedule", name: "nightly" }],
  ["an earlier version", {}, undefined],
] as [string, Partial<Job>, unknown][])("a job may be made by %s", async (_, more, expected) => {
  const job = aJob({ ...in_, ...more });
  expect((await world(job).shown(job.id)).made_by).toEqual(expected);
});

test("a step is made by its feature", async () => {
  const feature = aJob({ ...in_, type: "feature" });
  const step = aJob({ ...in_, parent: { message: jobMessageOf(feature), step: "main.one" }, made_by: "k:deployed" });
  expect((await world(feature, step).shown(step.id)).made_by).toEqual({ kind: "parent", id: feature.id });
});

describe("the last change of a job", () => {
  const waiting = () => aJob({ ...in_, status: "scheduled", due_at: noon + 60_000 });
  const series = () => aJob({ ...waiting(), repeat: { every: 60_000, anchor: noon, overlap: "skip" } });
  const failed = () => aJob({ ...in_, status: "failed", finished_at: noon - 1 });

  test.each([
    ["cancel", "cancel", waiting(), undefined],
    ["run-now", "run_now", waiting(), undefined],
    ["reschedule", "reschedule", waiting(), { start_at: noon + 120_000 }],
    ["retry", "retry", failed(), undefined],
    ["pause", "pause", series(), undefined],
    ["skip-next", "skip_next", series(), undefined],
  ] as const)("is that of the caller: %s", async (path, change, job, body) => {
    const api = world(job);
    const asked = { method: "POST", path: `/v1/jobs/${job.id}/${path}`, body };
    const { body: after } = await api.ask(asked);
    expect(after.by).toEqual({ kind: "key", id: keyId, name: "night shift", change, at: noon });
  });

  test("is that of a bulk change too", async () => {
    const job = waiting();
    const api = world(job);
    const body = { action: "cancel", filter: { product_tag: "my-product" } };
    await api.ask({ method: "POST", path: "/v1/jobs/bulk", body });
    expect((await api.shown(job.id)).by).toMatchObject({ id: keyId, change: "cancel" });
  });

  test("stays what it was if there was nothing to do", async () => {
    const job = {
      ...series(),
      status: "paused" as const,
      by: { actor: "schedule", change: "pause", at: noon - 5 } as const,
    };
    const api = world(job);
    await api.ask({ method: "POST", path: `/v1/jobs/${job.id}/pause` });
    expect((await api.shown(job.id)).by).toEqual({ kind: "schedule", change: "pause", at: noon - 5 });
  });

  test("is not written by a dry run, which shows it", async () => {
    const job = waiting();
    const api = world(job);
    const query = { dry_run: "true" };
    const { body } = await api.ask({ method: "POST", path: `/v1/jobs/${job.id}/cancel`, query });
    expect(body.by.change).toBe("cancel");
    expect((await api.jobs.get(job.id))?.by).toBeUndefined();
  });
});
