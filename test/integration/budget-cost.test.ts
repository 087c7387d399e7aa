import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { noCounts } from "../../bench/cost/counts.ts";
import { meteredTable } from "../../bench/cost/metered-table.ts";
import { dynamoIncidents } from "../../lambdas/aws/dynamodb/incidents.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamodb/stats-store.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { newJobId } from "../../lambdas/core/job/job-id.ts";
import { noCounts as noStats } from "../../lambdas/core/job/stats.ts";
import { inParallel } from "../../lambdas/core/kernel/in-parallel.ts";
import { countSpending } from "../../lambdas/reconciler/budgets.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { alertProduct, alertWorld } from "../support/alerting.ts";
import { startDynamo, table } from "../support/aws/dynamo.ts";
import { aJob, noon } from "../support/builders.ts";
import { counted } from "../support/counted.ts";

/*
 * What a budget costs in an hour, in the units that DynamoDB bills (docs/operations/costs.md): the reconciler on its adapters, with every
 * request counted. Time is virtual.
 */

const hour = 3_600_000;
let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let products = 0;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

/** A product whose hour at noon is to be counted, in which so many jobs and so many series have ended. */
async function hourWith({ jobs = 0, known = jobs, series = 0 }: { jobs?: number; known?: number; series?: number }) {
  const tenant = { product: `shop-${++products}`, env: "prd" };
  const { client, endpoint } = dynamo;
  const store = dynamoJobStore({ client, table, retentionDays: 30 });
  const at = (i: number) => noon + i * 1000;
  const ended = (i: number): Job =>
    aJob({
      ...{ id: newJobId(), ...tenant, event: "charge", status: "completed", made_by: "k:0123456789abcdef" },
      ...{ created_at: at(i) - 300, due_at: at(i) - 300, scheduled_at: at(i) - 300, finished_at: at(i) },
      attempts: [{ attempt: 1, due_at: at(i) - 300, started_at: at(i) - 250, ended_at: at(i), outcome: "completed" }],
    });
  const each = (count: number, work: (i: number) => Promise<unknown>) => inParallel(20, [...Array(count).keys()], work);
  await each(jobs, (i) => store.create(ended(i % 3600)));
  const repeat = { every: hour, anchor: noon, overlap: "skip" } as const;
  await each(series, async (i) => {
    const runs = 30;
    const { finished_at: _, ...job } = ended(i % 3600);
    const waiting: Job = { ...job, repeat, run: runs + 1, status: "scheduled", attempts: [], due_at: at(i) + hour };
    await store.create({ ...waiting, created_at: noon - runs * hour });
    for (let run = runs - 2; run <= runs; run++) {
      const planned = at(i % 3600) - (runs - run) * hour;
      const times = {
        created_at: noon - runs * hour,
        scheduled_at: planned,
        due_at: planned,
        finished_at: planned + 9,
      };
      await store.archive({ ...{ job_id: job.id, run, version: run, status: "completed", attempts: [] }, ...times });
    }
  });
  if (known > 0) {
    const counts = { ...noStats(), completed: known };
    await dynamoStatsStore({ client, table }).add([counted({ ...tenant, hour: noon, counts })]);
  }
  const units = noCounts();
  const metered = {
    client: meteredTable(
      endpoint,
      () => units,
      () => undefined,
    ),
    table,
  };
  const incidents = dynamoIncidents(metered);
  const before = { month: "2030-01", until: noon, usd: 0, events: {} };
  await dynamoIncidents({ client, table }).spend(tenant, undefined, before);
  const { services } = alertWorld(alertProduct({ tag: tenant.product }));
  await services.clock.advance(noon + hour + 600_000 - services.clock.now());
  const own = { jobs: dynamoJobStore({ ...metered, retentionDays: 30 }), stats: dynamoStatsStore(metered), incidents };
  await countSpending({ ...services, ...own }, newMemory(), tenant, () => false);
  const { usd = 0 } = (await incidents.spending(tenant)) ?? {};
  metered.client.destroy();
  return { usd, reads: units.table_read, writes: units.table_write };
}

test("an hour in which nothing ends takes some twenty units of reads, and one write", async () => {
  const { usd, reads, writes } = await hourWith({});
  expect(usd).toBe(0);
  expect(writes).toBe(1);
  expect(reads).toBeLessThan(20);
});

test("an hour of thousands of jobs takes as much as one of a thousand, and is taken to be like it", async () => {
  const few = await hourWith({ jobs: 100 });
  const many = await hourWith({ jobs: 2500 });
  expect(many.usd / few.usd).toBeCloseTo(25, 6);
  expect(many.writes).toBe(1);
  expect(many.reads).toBeLessThan(1100);
  expect(few.reads).toBeLessThan(many.reads / 5);
}, 60_000);

test("the runs of 300 series are all in it, for two units of reads each", async () => {
  const one = await hourWith({ series: 1 });
  const many = await hourWith({ series: 300 });
  expect(one.usd).toBeGreaterThan(0);
  expect(many.usd / one.usd).toBeCloseTo(300, 6);
  expect(many.reads).toBeLessThan(300 * 2 + 60);
}, 60_000);
