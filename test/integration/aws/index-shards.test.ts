import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { newJobId, shardOf } from "../../../lambdas/core/job/job-id.ts";
import { listJobs } from "../../../lambdas/core/operations/list-jobs.ts";
import { forecast } from "../../../lambdas/core/queries/read-forecast.ts";
import { upcoming } from "../../../lambdas/core/queries/upcoming.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const dynamo = startDynamo();
afterAll(async () => (await dynamo).stop());

const tenants = [{ product: "my-product", env: "prd" }];
const storeOf = async (shards?: number, shardsRead?: number) =>
  dynamoJobStore({ client: (await dynamo).client, table, retentionDays: 30, shards, shardsRead });
const pending = (due_at: number) =>
  aJob({ id: newJobId(), product: "my-product", env: "prd", status: "scheduled", due_at });

it("after the number of partitions is raised, earlier and later jobs are found", async () => {
  const [before, after] = [await storeOf(), await storeOf(64)];
  const old = Array.from({ length: 40 }, (_, n) => pending(noon - 600_000 + n));
  const young = Array.from({ length: 40 }, (_, n) => pending(noon - 300_000 + n));
  expect(await before.createMany(old)).toEqual([]);
  expect(await after.createMany(young)).toEqual([]);
  const ids = [...old, ...young].map(({ id }) => id);

  const listed = await listJobs(after, tenants, { order: "asc", limit: 100 }, noon);
  expect(listed.jobs.map(({ id }) => id)).toEqual(ids);

  const { dueCounts, hot } = fakeServices();
  const counted = await upcoming({ jobs: after, dueCounts, hot }, tenants, { now: noon - 601_000, minutes: 15 });
  expect(counted.total).toBe(80);

  const services = fakeServices({ catalog });
  const soon = [
    pending(noon + 60_000),
    { ...pending(noon + 60_000), repeat: { every: 600_000, anchor: noon + 60_000, overlap: "skip" as const } },
  ];
  expect(await after.createMany(soon)).toEqual([]);
  expect(await forecast({ ...services, jobs: after }, { tenants, hours: 1 })).toMatchObject({
    ...{ is_complete: true, examined: 82, overdue: 80, counted: 7 },
    hours: [{ at: noon, events: [{ event: "charge", count: 7 }] }],
  });
  for (const job of soon) await after.remove(job);

  await services.clock.advance(graceMs);
  await reconcile({ ...services, jobs: after });
  expect(services.queue.sent.map(({ message }) => message.job_id).sort()).toEqual(ids.toSorted());

  // Whatever is written again moves to the partition of the new number, and is found there.
  const [first] = old;
  if (!first) throw new Error("there is no job");
  expect(await after.replace({ ...first, status: "cancelled", finished_at: noon, version: first.version + 1 })).toBe(
    "replaced",
  );
  const shard = shardOf(first.id, 64);
  const query = { product: "my-product", env: "prd", phase: "cancelled", shard, order: "asc", limit: 10 } as const;
  expect((await after.page(query)).jobs).toEqual([{ id: first.id, time: noon }]);
});

describe("a deployment that reads more partitions than it writes to", () => {
  it("finds the jobs of a later deployment, and stores for an earlier one", async () => {
    const [later, earlier, between] = [await storeOf(64), await storeOf(8), await storeOf(8, 64)];
    const env = "between";
    const jobs = [later, between].map((store) => ({
      store,
      made: Array.from({ length: 40 }, () => ({ ...pending(noon - 300_000), env })),
    }));
    for (const { store, made } of jobs) expect(await store.createMany(made)).toEqual([]);
    const idsOf = (some: readonly { id: string }[]) => some.map(({ id }) => id).sort();
    const listedBy = async (store: typeof later) =>
      idsOf((await listJobs(store, [{ product: "my-product", env }], { order: "asc", limit: 100 }, noon)).jobs);

    expect(await listedBy(between)).toEqual(idsOf(jobs.flatMap(({ made }) => made)));
    expect(await listedBy(earlier)).toEqual(expect.arrayContaining(idsOf(jobs[1]?.made ?? [])));
    expect((await listedBy(earlier)).length).toBeLessThan(80);
  });
});
