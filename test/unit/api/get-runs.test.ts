import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { Job, RunRecord } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const hour = 3_600_000;
const attempt = (due_at: number) => ({ attempt: 1, due_at, started_at: due_at + 3, ended_at: due_at + 10 });

/** A recurring job's run of that number: hourly, the first at noon. */
const aRun = (job: Job, run: number, overrides: Partial<RunRecord> = {}): RunRecord => {
  const due_at = noon + (run - 1) * hour;
  return {
    job_id: job.id,
    run,
    version: 3,
    created_at: job.created_at,
    status: "completed",
    scheduled_at: due_at,
    due_at,
    started_at: due_at + 3,
    finished_at: due_at + 10,
    attempts: [{ ...attempt(due_at), outcome: "completed" }],
    ...overrides,
  };
};

async function world(job: Job, runs: RunRecord[]) {
  const api = fakeApi({ jobs: [job] });
  for (const run of runs) await api.jobs.archive(run);
  return { ...api, get: (query = {}) => api.ask({ path: `/v1/jobs/${job.id}/runs`, query }) };
}
const numbers = ({ body }: { body: { runs: { run: number }[] } }) => body.runs.map(({ run }) => run);

describe("GET /v1/jobs/{id}/runs", () => {
  const recurring = aJob({ run: 4, status: "scheduled", due_at: noon + 3 * hour });

  it("shows the present run, then the archived ones, latest first", async () => {
    const { get } = await world(
      recurring,
      [1, 2, 3].map((run) => aRun(recurring, run)),
    );
    const answer = await get();
    expect(answer.status).toBe(200);
    expect(numbers(answer)).toEqual([4, 3, 2, 1]);
    expect(answer.body.runs[0]).toEqual({
      run: 4,
      status: "scheduled",
      scheduled_at: noon + 3 * hour,
      due_at: noon + 3 * hour,
      attempts: [],
    });
    expect(answer.body).not.toHaveProperty("next_cursor");
  });

  it("shows each attempt's times, duration and lateness", async () => {
    const error = { code: "TIMEOUT", message: "slow", retryable: true } as const;
    const failed = aRun(recurring, 3, { status: "failed", error });
    const { get } = await world(recurring, [failed]);
    const { job_id: _id, version: _version, created_at: _created, attempts, ...rest } = failed;
    expect((await get()).body.runs[1]).toEqual({
      ...rest,
      attempts: [{ ...attempts[0], duration_ms: 7, lateness_ms: 3 }],
    });
  });

  it("shows the last run once, though it is archived and the job's own", async () => {
    const over = aJob({ run: 2, status: "completed", finished_at: noon });
    const { get } = await world(over, [aRun(over, 1), aRun(over, 2)]);
    expect(numbers(await get())).toEqual([2, 1]);
  });

  it("shows the job's own run rather than one that a dead consumer archived", async () => {
    const retried = aJob({ run: 2, attempt: 2, status: "scheduled" });
    const { get } = await world(retried, [aRun(retried, 1), aRun(retried, 2)]);
    const answer = await get();
    expect(numbers(answer)).toEqual([2, 1]);
    expect(answer.body).toMatchObject({
      runs: [
        { run: 2, status: "queued" },
        { run: 1, status: "completed" },
      ],
    });
  });

  it("shows the run and the result of a one-time job", async () => {
    const job = aJob({ status: "completed", finished_at: noon, result: { inline: { order: 7 } } });
    const { get } = await world(job, []);
    expect((await get()).body).toEqual({ runs: [expect.objectContaining({ run: 1, result: { order: 7 } })] });
  });

  it("comes in pages, whose cursors belong to the job", async () => {
    const { get, jobs } = await world(
      recurring,
      [1, 2, 3].map((run) => aRun(recurring, run)),
    );
    const first = await get({ limit: "2" });
    const second = await get({ limit: "2", cursor: first.body.next_cursor });
    expect([numbers(first), numbers(second)]).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(second.body).not.toHaveProperty("next_cursor");
    expect(numbers(await get({ limit: "1" }))).toEqual([4]);
    const other = aJob({ run: 9 });
    await jobs.create(other);
    const { ask } = await world(other, []);
    const answer = await ask({ path: `/v1/jobs/${other.id}/runs`, query: { cursor: first.body.next_cursor } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "/query/cursor" }] } });
  });

  it("has results while there is room, and links to others", async () => {
    const result = (run: number) => ({ blob: `results/${run}`, bytes: 2_500_000 });
    const { get, blobs } = await world(
      recurring,
      [1, 2, 3].map((run) => aRun(recurring, run, { result: result(run) })),
    );
    for (const run of [1, 2, 3]) await blobs.put(`results/${run}`, Buffer.from(`"of ${run}"`), "application/json");
    const { runs } = (await get()).body;
    expect(runs.slice(1)).toMatchObject([
      { run: 3, result: "of 3" },
      { run: 2, result: "of 2" },
      { run: 1, result_url: expect.stringMatching(/^data:/) },
    ]);
  });

  it.each([
    ["an unknown job", { path: `/v1/jobs/${aJob().id}/runs` }, 404],
    ["a key for another env", { scopes: { ...allScopes, envs: ["dev"] } }, 404],
    ["a key that may not read", { scopes: { ...allScopes, verbs: ["jobs:write" as const] } }, 403],
    ["an unknown parameter", { query: { limits: "2" } }, 400],
    ["a limit of 0", { query: { limit: "0" } }, 400],
    ["a cursor that is none", { query: { cursor: "x" } }, 400],
  ])("refuses %s", async (_what, asked, status) => {
    const { ask } = await world(recurring, []);
    expect((await ask({ path: `/v1/jobs/${recurring.id}/runs`, ...asked })).status).toBe(status);
  });
});
