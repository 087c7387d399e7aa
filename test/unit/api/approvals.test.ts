import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { type Catalog, makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { approvalIdOf, decisionAddress } from "../../../lambdas/core/job/approval.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { anApproval } from "../../support/conformance/approvals.ts";

const hour = 3_600_000;
const tenant = { product: "my-product", env: "dev" };

const approvalOf = (job: Job, more = {}) =>
  anApproval(1, {
    ...{ id: approvalIdOf(job, "main.decision"), product: job.product, env: job.env, job_id: job.id },
    ...{ run: job.run, attempt: job.attempt, opened_at: noon, until: noon + hour },
    ...more,
  });

function world({ count = 1, env = "dev", catalog }: { count?: number; env?: string; catalog?: Catalog } = {}) {
  const jobs = Array.from({ length: count }, (_, i) =>
    aJob({
      ...tenant,
      env,
      event: "refund",
      type: "feature",
      status: "running",
      id: `job_${String(i).padStart(32, "0")}`,
    }),
  );
  const api = fakeApi({ jobs, ...(catalog && { catalog }) });
  for (const job of jobs) void api.approvals.open(approvalOf(job));
  const [job] = jobs as [Job];
  const id = approvalIdOf(job, "main.decision");
  const list = (query = {}, scopes: Scopes = allScopes) => api.ask({ path: "/v1/approvals", query, scopes });
  const decide = (body: unknown, more: object = {}) =>
    api.ask({ method: "POST", path: `/v1/approvals/${id}`, body, ...more });
  const decision = () => api.signals.first(decisionAddress(job, id), 0, () => true);
  return { ...api, all: jobs, job, id, list, decide, decision };
}

describe("GET /v1/approvals", () => {
  it("lists what is open", async () => {
    const { list, id, job } = world();
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body).toEqual({
      approvals: [
        {
          ...{ id, product_tag: "my-product", env: "dev", job_id: job.id, run: 1, step: "main.decision" },
          ...{ title: "Refund 42?", choices: ["approve", "reject"], asked: ["boss@example.com"] },
          show: [{ label: "Order", value: "A-1" }, { value: "" }],
          ...{ opened_at: noon, until: noon + hour },
        },
      ],
    });
  });

  it("shows values of inputs to keys with jobs:input only", async () => {
    const { list } = world();
    const { body } = await list({}, { ...allScopes, verbs: ["jobs:read"] });
    expect(body.approvals).toHaveLength(1);
    expect(JSON.stringify(body)).not.toContain("A-1");
  });

  it("lists page after page, in the order of the runs", async () => {
    const { list, all } = world({ count: 5 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await list({ limit: "2", ...(cursor && { cursor }) });
      seen.push(...body.approvals.map(({ job_id }: { job_id: string }) => job_id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  it.each<[string, Partial<Job>]>([
    ["a run that was cancelled", { status: "cancelled", finished_at: noon }],
    ["a run that has moved on", { run: 2 }],
    ["an attempt that was retried", { attempt: 2 }],
  ])("leaves out %s", async (_, change) => {
    const { list, jobs, job } = world();
    await jobs.replace({ ...job, ...change, version: job.version + 1 });
    expect((await list()).body).toEqual({ approvals: [] });
  });

  it("leaves out what is over, and jobs that were deleted", async () => {
    const { list, clock, jobs, job } = world();
    await clock.advance(hour);
    expect((await list()).body).toEqual({ approvals: [] });
    await jobs.remove(job);
    expect((await list()).body).toEqual({ approvals: [] });
  });

  it("lists nothing of other tenants", async () => {
    const { list } = world({ env: "prd" });
    expect((await list({}, { ...allScopes, envs: ["dev"] })).body).toEqual({ approvals: [] });
    expect((await list({ env: "dev" })).body).toEqual({ approvals: [] });
    expect((await list({ env: "prd", product_tag: "my-product" })).body.approvals).toHaveLength(1);
  });

  it("refuses a cursor of another list", async () => {
    const { list } = world({ count: 3 });
    const { body } = await list({ limit: "1" });
    expect((await list({ cursor: body.next_cursor, env: "dev" })).status).toBe(400);
  });
});

describe("POST /v1/approvals/{id}", () => {
  it("decides as the key, and wakes the run", async () => {
    const { decide, id, job, queue, decision } = world();
    const { status, body } = await decide({ choice: "approve", note: "ok" }, { keyId: "key_1" });
    expect(status).toBe(200);
    expect(body).toEqual({ id, job_id: job.id, choice: "approve", by: "key_1", at: noon, note: "ok" });
    expect(queue.sent).toMatchObject([{ type: "feature", message: { job_id: job.id } }]);
    expect(await decision()).toMatchObject({ payload: { by: "key_1" } });
  });

  it("answers the same when it is repeated, and 409 with what was decided to everyone else", async () => {
    const { decide } = world();
    const first = await decide({ choice: "approve" }, { keyId: "key_1" });
    expect(await decide({ choice: "approve" }, { keyId: "key_1" })).toMatchObject({ status: 200, body: first.body });
    for (const [choice, keyId] of [
      ["reject", "key_1"],
      ["approve", "key_2"],
    ])
      expect(await decide({ choice }, { keyId })).toMatchObject({
        status: 409,
        body: { code: "STATE_CONFLICT", detail: "The approval was decided: approve, by key_1." },
      });
  });

  it("lets one of two at once decide", async () => {
    const { decide } = world();
    const both = await Promise.all([
      decide({ choice: "approve" }, { keyId: "key_1" }),
      decide({ choice: "reject" }, { keyId: "key_2" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it("decides nothing with dry_run, and says what would be refused", async () => {
    const { decide, decision, clock } = world();
    const query = { dry_run: "true" };
    expect(await decide({ choice: "approve" }, { query })).toMatchObject({ status: 200, body: { choice: "approve" } });
    expect((await decide({ choice: "no" }, { query })).status).toBe(400);
    expect(await decision()).toBeUndefined();
    await clock.advance(hour);
    expect((await decide({ choice: "approve" }, { query })).status).toBe(409);
  });

  it.each<[string, unknown, string, RegExp]>([
    ["a choice that is not offered", { choice: "aprove" }, "/choice", /approve, reject\. Did you mean "approve"/],
    ["no choice", {}, "/choice", /./],
    ["a note that is too long", { choice: "approve", note: "x".repeat(501) }, "/note", /500/],
    ["another field", { choice: "approve", by: "me" }, "/by", /./],
  ])("refuses %s", async (_, body, pointer, detail) => {
    const { decide, decision } = world();
    const answer = await decide(body);
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    expect(answer.body.errors).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
    expect(await decision()).toBeUndefined();
  });

  it("finds nothing for another id, another tenant's key, or a job without this approval", async () => {
    const { ask, decide, id } = world();
    const narrow = { scopes: { ...allScopes, envs: ["prd"] } };
    expect(await decide({ choice: "approve" }, narrow)).toMatchObject({
      status: 404,
      body: { code: "APPROVAL_NOT_FOUND" },
    });
    for (const other of ["apr_1", `apr_${"f".repeat(32)}_${"0".repeat(16)}`])
      expect(await ask({ method: "POST", path: `/v1/approvals/${other}`, body: { choice: "approve" } })).toMatchObject({
        status: 404,
      });
    const guessed = `${id.slice(0, -16)}${"0".repeat(16)}`;
    expect(await ask({ method: "POST", path: `/v1/approvals/${guessed}`, body: { choice: "approve" } })).toMatchObject({
      status: 409,
    });
  });

  it("says why nothing can be decided any more", async () => {
    const { decide, jobs, job } = world();
    await jobs.replace({ ...job, status: "failed", finished_at: noon, version: job.version + 1 });
    expect(await decide({ choice: "approve" })).toMatchObject({
      status: 409,
      body: { job_id: job.id, job_status: "failed", detail: expect.stringContaining("failed") },
    });
  });
});

describe("a signal", () => {
  const product = {
    ...{ tag: "my-product", name: "Mine", envs: ["dev", "prd"] },
    // Code that declares no signals takes any.
    features: { refund: { code: "../features/refund.ts" } },
    jobs: { refund: { type: "feature", feature: "refund" } },
  };
  const catalog = makeCatalog([product] as never, registry);

  it.each([
    ["decides", { choice: "pay twice", by: "boss@example.com" }],
    ["breaks", null],
  ])("never %s an approval, whatever it is called", async (_what, payload) => {
    const { ask, id, job, decide, decision } = world({ catalog });
    const body = { product_tag: "my-product", env: "dev", job_id: job.id, payload };
    const send = (signal: string) => ask({ method: "POST", path: "/v1/signals", body: { ...body, signal } });
    expect((await send("approved by phone")).status).toBe(202);
    expect(await send(decisionAddress(job, id).signal)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/signal", detail: expect.stringContaining("POST /v1/approvals") }] },
    });
    expect(await decision()).toBeUndefined();
    expect((await decide({ choice: "approve" })).status).toBe(200);
  });
});
