import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { Job, Repeat } from "../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { runRecordOf } from "../../../lambdas/core/job/series.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const path = "/v1/series";
const hour = 3_600_000;
const hourly: Repeat = { every: hour, anchor: noon, overlap: "skip" };
const due = (hours: number, overrides: Partial<Job> = {}) =>
  aJob({
    id: newJobId(),
    product: "my-product",
    status: "scheduled",
    due_at: noon + hours * hour,
    scheduled_at: noon + hours * hour,
    repeat: hourly,
    run: 3,
    ...overrides,
  });
const idsOf = (body: { series: { job_id: string }[] }) => body.series.map(({ job_id }) => job_id);

it("GET /v1/series lists the next runs first, then paused series", async () => {
  const [later, soon, paused] = [due(2), due(1), due(1, { status: "paused" })];
  const { repeat: _, ...once } = due(1);
  const over = due(1, { status: "completed", finished_at: noon });
  const { ask } = fakeApi({ jobs: [paused, later, soon, once, over] });
  const { status, body } = await ask({ path });
  expect(status).toBe(200);
  expect(idsOf(body)).toEqual([soon.id, later.id, paused.id]);
  expect(body.series[0]).toMatchObject({ recurring: true, next_run_at: noon + hour, last_runs: [] });
  expect(body.series[0].next_runs.map((one: { at: number }) => one.at)).toEqual(
    Array.from({ length: 10 }, (_, i) => noon + (i + 1) * hour),
  );
});

it("GET /v1/series lists ended series last, if the status asks for them", async () => {
  const [early, late] = [noon, noon + 5].map((at) => due(1, { status: "failed", finished_at: at }));
  const goesOn = due(1);
  const { ask } = fakeApi({ jobs: [early as Job, goesOn, late as Job] });
  const ids = async (status: string) => idsOf((await ask({ path, query: { status } })).body);
  expect(await ids("failed")).toEqual([late?.id, early?.id]);
  expect(await ids("scheduled,failed")).toEqual([goesOn.id, late?.id, early?.id]);
  expect(await ids("running")).toEqual([]);
});

it("GET /v1/series shows each series' runs, without outcomes that never counted", async () => {
  const [one, other] = [due(1), due(2)];
  const { ask, jobs } = fakeApi({ jobs: [one, other] });
  for (const run of [1, 2, 3])
    await jobs.archive(runRecordOf({ ...one, run, status: "completed", started_at: noon, finished_at: noon + 5 }));
  await jobs.archive(runRecordOf({ ...other, run: 1, status: "failed", finished_at: noon }));
  const { body } = await ask({ path });
  const runs = body.series.map((series: { last_runs: { run: number }[] }) => series.last_runs.map(({ run }) => run));
  expect(runs).toEqual([[2, 1], [1]]);
});

it("GET /v1/series has pages, whose cursors belong to the list", async () => {
  const all = [1, 2, 3].map((hours) => due(hours));
  const { ask } = fakeApi({ jobs: all });
  const first = (await ask({ path, query: { limit: "2" } })).body;
  expect(idsOf(first)).toEqual(all.slice(0, 2).map(({ id }) => id));
  const second = (await ask({ path, query: { limit: "2", cursor: first.next_cursor } })).body;
  expect(idsOf(second)).toEqual([all[2]?.id]);
  expect(second.next_cursor).toBeUndefined();
  const wrong = await ask({ path, query: { status: "paused", cursor: first.next_cursor } });
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: "/query/cursor" }] } });
});

it("GET /v1/series shows what is within the key's reach", async () => {
  const [prd, dev] = [due(1), due(1, { env: "dev" })];
  const { ask } = fakeApi({ jobs: [prd, dev] });
  const scopes = { ...allScopes, envs: ["dev"] };
  expect(idsOf((await ask({ path, scopes })).body)).toEqual([dev.id]);
  expect(idsOf((await ask({ path, query: { env: "prd" } })).body)).toEqual([prd.id]);
});

it.each<[Record<string, string>, string]>([
  [{ limit: "21" }, "/query/limit"],
  [{ status: "over" }, "/query/status"],
  [{ recurring: "true" }, "/query/recurring"],
])("GET /v1/series refuses %j", async (query, pointer) => {
  expect(await fakeApi().ask({ path, query })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});
