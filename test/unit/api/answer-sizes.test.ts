import type { RunRecord } from "../../../lambdas/core/job/job.ts";
import { storePayload } from "../../../lambdas/core/operations/payload.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

/** Lambda sends nothing that is larger; `fakeApi` holds every answer to it. */
const order = { env: "prd", product_tag: "my-product", event: "create_order", input: {}, start_at: 0 };
const long = { code: "PROVIDER_ERROR", message: 'he said "no"\n'.repeat(25_000), retryable: false } as const;
const csv = (bytes: number) => ({ status: 200, body: '7,"tea"\n'.repeat(bytes / 11) });

describe("answers within Lambda's limit:", () => {
  it("a CSV text of 6.4 MB once escaped is a download", async () => {
    const api = fakeApi();
    const result = await storePayload(api.blobs, "results/1", csv(4_470_000));
    const job = aJob({ status: "completed", finished_at: noon, result });
    await api.jobs.create(job);
    const { status, body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(status).toBe(200);
    expect(body.result).toBeUndefined();
    expect(await (await fetch(body.result_url)).json()).toEqual(csv(4_470_000));
  });

  it("a plain text of 5.9 MB is in the answer itself", async () => {
    const api = fakeApi();
    const result = await storePayload(api.blobs, "results/1", { body: "x".repeat(5_900_000) });
    const job = aJob({ status: "completed", finished_at: noon, result });
    await api.jobs.create(job);
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(body.result.body).toHaveLength(5_900_000);
  });

  it("runs have their results while there is room, the first ones first", async () => {
    const api = fakeApi();
    const job = aJob({ run: 9, status: "scheduled", repeat: { every: 1000, anchor: noon, overlap: "skip" } });
    await api.jobs.create(job);
    api.blobs.downloadUrl = async (key) => `https://blobs.example/${key}`;
    for (const run of [1, 2, 3, 4, 5]) {
      const result = await storePayload(api.blobs, `results/${run}`, run === 1 ? "small" : csv(1_500_000));
      await api.jobs.archive(aRun(job.id, run, { result, error: long }));
    }
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}/runs` });
    const shown = body.runs.map((run: RunRecord & { result_url?: string }) =>
      run.result === undefined ? (run.result_url ? "download" : "none") : typeof run.result,
    );
    expect(shown).toEqual(["none", "object", "object", "download", "download", "string"]);
  });

  it("100 jobs that failed with long messages make a page", async () => {
    const jobs = Array.from({ length: 100 }, () =>
      aJob({
        product: "my-product",
        event: "create_order",
        status: "failed",
        finished_at: noon,
        error: long,
        attempts: [anAttempt(long)],
      }),
    );
    const api = fakeApi({ jobs });
    const { status, body } = await api.ask({ path: "/v1/jobs", query: { limit: "100" } });
    expect(status).toBe(200);
    expect(body.jobs).toHaveLength(100);
    expect(Buffer.byteLength(body.jobs[0].error.message)).toBeLessThanOrEqual(1024);
    const one = await api.ask({ path: `/v1/jobs/${jobs[0]?.id}` });
    expect(Buffer.byteLength(one.body.attempts[0].error.message)).toBeLessThanOrEqual(1024);
  });

  it("a request with 900 faults gets 100 of them and their number", async () => {
    const body900 = { ...order, ...unknownFields(900) };
    const { status, body } = await fakeApi().ask({ method: "POST", path: "/v1/jobs", body: body900 });
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(100);
    expect(body.errors_omitted).toBe(800);
  });

  it("a request with 100,000 fields gets that one fault", async () => {
    const body100k = { ...order, ...unknownFields(100_000) };
    const { status, body } = await fakeApi().ask({ method: "POST", path: "/v1/jobs", body: body100k });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ pointer: "", detail: "has more than 1000 fields" }]);
  });

  it("a field with a name of a megabyte gets a short fault", async () => {
    const body = { ...order, ['"k"'.repeat(400_000)]: 1 };
    const answer = await fakeApi().ask({ method: "POST", path: "/v1/jobs", body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ detail: "unknown field." }] } });
  });

  it("a batch of 100 jobs with 901 faults each gets some of each", async () => {
    const bad = { ...order, ...unknownFields(900), ['"'.repeat(10_000)]: 1 };
    const jobs = Array.from({ length: 100 }, () => bad);
    const { status, body } = await fakeApi().ask({ method: "POST", path: "/v1/jobs/batch", body: { jobs } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 0, rejected: 100 });
    for (const { error } of body.results) expect(error.errors.length + error.errors_omitted).toBe(901);
    expect(body.results[99].error.errors[0].pointer).toMatch(/^\/jobs\/99\//);
  });
});

describe("a request near the limit", () => {
  const post = (body: string) => fakeApi().ask({ method: "POST", path: "/v1/jobs", body });

  it.each([
    ["more bytes than we take", JSON.stringify({ a: "x".repeat(4_400_000) })],
    ["so many quotes that Lambda might not take its event", JSON.stringify({ a: '"'.repeat(1_600_000) })],
  ])("is refused by us, with a problem: %s", async (_what, body) => {
    expect(await post(body)).toMatchObject({ status: 413, body: { code: "PAYLOAD_TOO_LARGE" } });
  });
});

const unknownFields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`field${i}`, 1]));

const anAttempt = (error: typeof long) =>
  ({ attempt: 1, due_at: noon, started_at: noon, ended_at: noon, outcome: "failed", error }) as const;

const aRun = (job_id: string, run: number, more: Partial<RunRecord>): RunRecord => ({
  job_id,
  run,
  version: 3,
  created_at: noon - 60_000,
  status: "completed",
  scheduled_at: noon,
  due_at: noon,
  finished_at: noon,
  attempts: [],
  ...more,
});
