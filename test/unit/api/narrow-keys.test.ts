import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { allScopes, type Scopes, type Verb } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const order = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { item: "tea" } },
  start_at: 0,
};
const only = (...verbs: Verb[]): Scopes => ({ ...allScopes, verbs });
const writer = only("jobs:write");

describe("a key that may only write", () => {
  it.each([
    ["?wait=5", { query: { wait: "5" } }],
    ["Prefer: wait=5", { headers: { prefer: "wait=5" } }],
  ])("gets the receipt at once with %s, and no result", async (_what, asked) => {
    const world = fakeApi();
    const { status, headers, body } = await world.ask({
      method: "POST",
      path: "/v1/jobs",
      body: order,
      scopes: writer,
      ...asked,
    });
    expect([status, body.status]).toEqual([202, "queued"]);
    expect(headers).not.toHaveProperty("preference-applied");
  });

  it("gets no result of a job that has finished by repeating its Idempotency-Key", async () => {
    const world = fakeApi();
    const ask = (scopes: Scopes) =>
      world.ask({
        method: "POST",
        path: "/v1/jobs",
        query: { wait: "5" },
        headers: { "idempotency-key": "k" },
        body: order,
        scopes,
      });
    await ask(writer);
    for (const { message } of world.queue.sent.splice(0)) {
      await runJob(world, async () => ({ secret: "tea" }), message, { random: () => 0 });
    }
    const { status, body } = await ask(writer);
    expect(status).toBe(202);
    expect(JSON.stringify(body)).not.toContain("tea");
    expect(await ask(only("jobs:read", "jobs:write"))).toMatchObject({
      status: 200,
      body: { result: { secret: "tea" } },
    });
  });
});

describe("a change by a key that may only write", () => {
  const tenant = { product: "my-product", env: "prd", event: "create_order" };
  const error = { code: "PROVIDER_ERROR", message: "it said canary", retryable: false } as const;
  const attempt = { attempt: 1, due_at: noon, started_at: noon, ended_at: noon, outcome: "failed", error } as const;
  const failed = () =>
    aJob({ ...tenant, status: "failed", finished_at: noon, attempts: [attempt], error, labels: ["canary"] });
  const reported = () =>
    aJob({ ...tenant, type: "function", labels: ["canary"], progress: { inline: { last: "canary" } } });

  it.each([
    ["retry", failed()],
    ["cancel", reported()],
  ])("%s shows that it was made, and nothing that the job has", async (verb, job) => {
    for (const query of [{ dry_run: "true" }, {}] as Record<string, string>[]) {
      const { ask } = fakeApi({ jobs: [job] });
      const asked = { method: "POST", path: `/v1/jobs/${job.id}/${verb}`, query };
      const { status, body } = await ask({ ...asked, scopes: writer });
      expect([status, body.job_id, body.status]).toEqual([200, job.id, verb === "retry" ? "queued" : "cancelled"]);
      expect(JSON.stringify(body)).not.toContain("canary");
      const other = fakeApi({ jobs: [job] });
      const { body: seen } = await other.ask({ ...asked, scopes: only("jobs:read", "jobs:write") });
      expect(JSON.stringify(seen)).toContain("canary");
    }
  });
});

describe("a task_token", () => {
  const answered = { ...order, task_token: "token" };
  const forbidden = { code: "FORBIDDEN", errors: [{ pointer: "/task_token" }] };

  it("needs a key with jobs:admin that reaches its product and env", async () => {
    const { ask, jobs } = fakeApi();
    const post = (scopes: Scopes) => ask({ method: "POST", path: "/v1/jobs", body: answered, scopes });
    expect(await post(only("jobs:read", "jobs:write"))).toMatchObject({ status: 403, body: forbidden });
    expect(await post({ ...allScopes, envs: ["dev"] })).toMatchObject({ status: 403 });
    expect(jobs.all()).toEqual([]);
    expect(await post(only("jobs:admin"))).toMatchObject({ status: 202 });
    expect(jobs.all()).toMatchObject([{ task_tokens: ["token"] }]);
  });

  it("is refused in a batch for its own request alone", async () => {
    const { ask } = fakeApi();
    const batch = await ask({
      method: "POST",
      path: "/v1/jobs/batch",
      body: { jobs: [answered, order] },
      scopes: writer,
    });
    expect(batch.body.results).toMatchObject([
      { status: 403, error: { code: "FORBIDDEN", errors: [{ pointer: "/jobs/0/task_token" }] } },
      { status: 202 },
    ]);
    const explained = await ask({ method: "POST", path: "/v1/explain", body: answered, scopes: writer });
    expect(explained).toMatchObject({ status: 403, body: forbidden });
  });

  it("is not added to a job that exists by repeating its Idempotency-Key", async () => {
    const { ask, jobs } = fakeApi();
    const headers = { "idempotency-key": "k" };
    await ask({ method: "POST", path: "/v1/jobs", headers, body: order, scopes: writer });
    expect(await ask({ method: "POST", path: "/v1/jobs", headers, body: answered, scopes: writer })).toMatchObject({
      status: 403,
    });
    expect(jobs.all()).toMatchObject([{ status: "queued" }]);
    expect(jobs.all()[0]).not.toHaveProperty("task_tokens");
  });
});
