import { routes } from "../../../lambdas/api/routes.ts";
import { cancel, changeJob } from "../../../lambdas/core/operations/change-job.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob } from "../../support/builders.ts";

const tenant = { product: "my-product", env: "prd" };
const hour = 3_600_000;

function world() {
  const api = fakeApi();
  const job = aJob({ ...tenant, status: "scheduled", due_at: api.clock.now() + hour });
  const known = (path: string, etag: unknown, more: Record<string, string> = {}) =>
    api.ask({ path, headers: { "if-none-match": String(etag), ...more } });
  return { ...api, job, path: `/v1/jobs/${job.id}`, known };
}

test("only the job, and the lists of jobs, approvals and incidents, which pages ask for again and again, have a tag", () => {
  expect(routes.flatMap(({ id, tagged }) => (tagged ? [id] : []))).toEqual([
    "listJobs",
    "getJob",
    "listApprovals",
    "listIncidents",
  ]);
});

describe.each(["/v1/jobs", "the job"])("%s", (which) => {
  const start = async () => {
    const w = world();
    await w.jobs.create(w.job);
    return { ...w, path: which === "the job" ? w.path : which };
  };

  it("gets 304 without a body until something changes", async () => {
    const w = await start();
    const { headers } = await w.ask({ path: w.path });
    const again = await w.known(w.path, headers.etag);
    expect(again).toMatchObject({
      status: 304,
      body: null,
      headers: { etag: headers.etag, "cache-control": "no-store" },
    });
    expect(again.headers).not.toHaveProperty("content-type");
    await changeJob(w.services, w.job.id, cancel("no longer needed"));
    const changed = await w.known(w.path, headers.etag);
    expect(changed).toMatchObject({ status: 200, headers: { etag: expect.not.stringMatching(String(headers.etag)) } });
    expect(JSON.stringify(changed.body)).toContain("no longer needed");
  });

  it("changes its tag when a job's time comes and it counts as queued", async () => {
    const w = await start();
    const { headers } = await w.ask({ path: w.path });
    await w.clock.advance(hour);
    expect(await w.known(w.path, headers.etag)).toMatchObject({ status: 200 });
  });

  it("answers HEAD with the tag, and with 304", async () => {
    const w = await start();
    const { headers } = await w.ask({ method: "HEAD", path: w.path });
    const { headers: ofGet } = await w.ask({ path: w.path });
    expect(headers.etag).toBe(ofGet.etag);
    const again = { method: "HEAD", path: w.path, headers: { "if-none-match": String(headers.etag) } };
    expect(await w.ask(again)).toMatchObject({ status: 304 });
  });
});

describe("a request that waits, with a tag", () => {
  const running = () => {
    const w = world();
    const job = aJob({ ...tenant, status: "running", claim_id: "c" });
    return { ...w, job, path: `/v1/jobs/${job.id}`, make: () => w.jobs.create(job) };
  };

  it.each([
    ["?wait", { query: { wait: "2" }, headers: {} }],
    ["Prefer", { query: {}, headers: { prefer: "wait=2" } }],
  ])("by %s gets 304 only after its wait without a change", async (_by, { query, headers: prefer }) => {
    const w = running();
    await w.make();
    const { headers } = await w.ask({ path: w.path });
    const done: string[] = [];
    const asked = { path: w.path, query, headers: { "if-none-match": String(headers.etag), ...prefer } };
    const answer = w.ask(asked).finally(() => done.push("answered"));
    await w.clock.advance(1000);
    expect(done).toEqual([]);
    await w.clock.advance(1000);
    expect(await answer).toMatchObject({ status: 304, body: null });
  });

  it("gets the finished job, whose tag is another", async () => {
    const w = running();
    await w.make();
    const { headers } = await w.ask({ path: w.path });
    const answer = w.ask({ path: w.path, query: { wait: "5" }, headers: { "if-none-match": String(headers.etag) } });
    await w.clock.advance(1000);
    await changeJob(w.services, w.job.id, cancel("stop"));
    await w.clock.advance(1000);
    expect(await answer).toMatchObject({ status: 200, body: { status: "cancelled" } });
  });
});

test("a job out of reach is absent, whatever tag the caller names", async () => {
  const w = world();
  await w.jobs.create(w.job);
  const scopes = { products: ["shop"], envs: ["*"], verbs: ["jobs:read" as const] };
  const asked = { path: w.path, scopes, headers: { "if-none-match": "*" } };
  expect(await w.ask(asked)).toMatchObject({ status: 404, body: { code: "JOB_NOT_FOUND" } });
});
