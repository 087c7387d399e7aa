import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { type Job, jobMessageOf } from "../../../lambdas/core/job/job.ts";
import type { JobStatus } from "../../../lambdas/core/kernel/job-status.ts";
import { type ListQuery, listJobs } from "../../../lambdas/core/operations/list-jobs.ts";
import { reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";

interface Answer {
  ScannedCount?: number;
  Item?: unknown;
  Responses?: Record<string, unknown[]>;
}

/** Counts a client's requests to DynamoDB, and the items that they read. */
function counting(client: DynamoDBClient) {
  const counts: Record<string, number> = {};
  const add = (name: string, count: number) => {
    counts[name] = (counts[name] ?? 0) + count;
  };
  client.middlewareStack.add((next, context) => async (args) => {
    const answer = await next(args);
    const { ScannedCount = 0, Item, Responses = {} } = answer.output as Answer;
    add(String(context.commandName).replace("Command", ""), 1);
    add("items", ScannedCount + (Item ? 1 : 0) + Object.values(Responses).flat().length);
    return answer;
  });
  return async (work: () => Promise<unknown>) => {
    for (const name of Object.keys(counts)) delete counts[name];
    await work();
    return { ...counts };
  };
}

const statuses: JobStatus[] = ["completed", "failed", "cancelled", "scheduled", "queued", "paused"];
const ends: JobStatus[] = ["completed", "failed", "cancelled"];

/**
 * The same number of jobs in each status, a second apart; every 16 of a status are spread over all shards. One of the newest 64
 * has the label "rare".
 */
const jobsOf = (count: number): Job[] =>
  Array.from({ length: count }, (_, i) => {
    const status = statuses[Math.floor(i / 16) % statuses.length] as JobStatus;
    // Only the jobs that have waited since the beginning are overdue, and the reconciler reads only those.
    const at = noon + (ends.includes(status) ? -1 : 1) * 1000 * (i + 1);
    return aJob({
      id: `job_${i.toString(16).padStart(31, "0")}${(i % 16).toString(16)}`,
      product: "my-product",
      event: "create_order",
      status: status === "queued" ? "scheduled" : status,
      due_at: at,
      ...(ends.includes(status) && { finished_at: at }),
      ...(i % 16 === 0 && { labels: ["common"] }),
    });
  });

const sizes = [2000, 10_000];

describe("with 2,000 jobs and with 10,000 DynamoDB gets as many requests", () => {
  const worlds: { dynamo: Awaited<ReturnType<typeof startDynamo>>; store: ReturnType<typeof dynamoJobStore> }[] = [];

  beforeAll(async () => {
    for (const size of sizes) {
      const dynamo = await startDynamo();
      const store = dynamoJobStore({ client: dynamo.client, table, retentionDays: 30 });
      const jobs = jobsOf(size);
      for (let at = 0; at < jobs.length; at += 500) await store.createMany(jobs.slice(at, at + 500));
      worlds.push({ dynamo, store });
    }
  }, 120_000);
  afterAll(async () => {
    for (const { dynamo } of worlds) await dynamo.stop();
  });

  const tenants = [{ product: "my-product", env: "prd" }];
  const list = (query: Partial<ListQuery>) => (store: (typeof worlds)[number]["store"]) =>
    listJobs(store, tenants, { order: "desc", limit: 20, ...query }, noon);
  const counted = async (work: (store: (typeof worlds)[number]["store"]) => Promise<unknown>) => {
    const costs = [];
    for (const { dynamo, store } of worlds) costs.push(await counting(dynamo.client)(() => work(store)));
    return costs as [Record<string, number>, Record<string, number>];
  };

  test.each<[string, Partial<ListQuery>, { Query: number; BatchGetItem: number; items: number }]>([
    ["failed jobs", { status: ["failed"] }, { Query: 8, BatchGetItem: 1, items: 68 }],
    [
      "failed, completed and cancelled jobs",
      { status: ["failed", "completed", "cancelled"] },
      { Query: 24, BatchGetItem: 1, items: 140 },
    ],
    [
      "scheduled jobs, earliest first",
      { status: ["scheduled"], order: "asc" },
      { Query: 8, BatchGetItem: 1, items: 68 },
    ],
    ["paused jobs", { status: ["paused"] }, { Query: 16, BatchGetItem: 1, items: 200 }],
    ["all jobs", {}, { Query: 40, BatchGetItem: 1, items: 250 }],
    ["jobs of a label that one in sixteen has", { label: "common" }, { Query: 80, BatchGetItem: 8, items: 1400 }],
  ])("for a page of %s", async (_what, query, atMost) => {
    const [few, many] = await counted(list(query));
    expect(many).toEqual(few);
    for (const [name, most] of Object.entries(atMost)) expect(few[name] ?? 0).toBeLessThanOrEqual(most);
  });

  test("for a page of an unused label, which reads 1,000 jobs", async () => {
    const [few, many] = await counted(async (store) => {
      const { jobs, next } = await list({ label: "none" })(store);
      expect([jobs, next]).toEqual([[], expect.anything()]);
    });
    for (const cost of [few, many]) {
      expect(cost.Query).toBeLessThanOrEqual(90);
      expect(cost.items).toBeLessThanOrEqual(3500);
    }
    // The first read has the size of a page; the others read 100.
    expect(many.BatchGetItem).toBe(11);
  });

  test("for one job: one read", async () => {
    const [few, many] = await counted((store) => store.get(jobsOf(1)[0]?.id ?? ""));
    expect([few, many]).toEqual([
      { GetItem: 1, items: 1 },
      { GetItem: 1, items: 1 },
    ]);
  });

  test("for a claim: one write", async () => {
    const job = jobsOf(64).find(({ status }) => status === "scheduled") as Job;
    const claim = { claimId: "c", now: noon, leaseMarginMs: 1000 };
    const [few, many] = await counted((store) => store.claim(jobMessageOf(job), claim));
    expect([few, many]).toEqual([
      { UpdateItem: 1, items: 0 },
      { UpdateItem: 1, items: 0 },
    ]);
  });

  test("for a round of the reconciler: 8 queries per tenant", async () => {
    const [few, many] = await counted((jobs) => reconcile({ ...fakeServices({ catalog }), jobs }));
    expect(many).toEqual(few);
    expect(few).toEqual({ Query: 16, items: 0 });
  });
});
