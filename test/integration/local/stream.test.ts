import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { BatchWriteItemCommand, DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { type Item, itemKeyOf, jobFrom, jobItemOf } from "../../../lambdas/aws/dynamodb/job-item.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoStatsStore } from "../../../lambdas/aws/dynamodb/stats-store.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { shardOf } from "../../../lambdas/core/job/job-id.ts";
import { noCounts } from "../../../lambdas/core/job/stats.ts";
import type { JobStore } from "../../../lambdas/core/ports/job-store.ts";
import type { Listening } from "../../../local/gateway/http.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { tableName } from "../../../local/runtime/names.ts";
import { startDynamoDb } from "../../../local/servers/dynamodb.ts";
import { type ChangeLog, openChangeLog } from "../../../local/stream/change-log.ts";
import { type Feed, startFeed } from "../../../local/stream/feed.ts";
import { aJob, aMessage, noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const folder = tempFolder();
let count = 0;
let data: string;
let log: ChangeLog;
let server: Listening;
let client: DynamoDBClient;
let jobs: JobStore;
let feed: Feed | undefined;

async function start() {
  log = openChangeLog(`${data}.db`);
  server = await startDynamoDb(data, { log, changed: () => feed?.wake() });
  client = new DynamoDBClient({ endpoint: server.url, ...credentials });
  jobs = dynamoJobStore({ client, table: tableName, retentionDays: 30 });
}
async function stop() {
  await feed?.close(1000);
  feed = undefined;
  client.destroy();
  await server.close();
  log.close();
}
beforeEach(async () => {
  data = join(folder, String(++count));
  await start();
});
afterEach(stop);

type Record = { before?: Job | undefined; after: Job; sequence: string };
const recordsOf = ({ Records }: DynamoDBStreamEvent): Record[] =>
  Records.filter(({ eventName }) => eventName !== "REMOVE").map(({ dynamodb }) => ({
    before: dynamodb?.OldImage && jobFrom(dynamodb.OldImage as Item),
    after: jobFrom(dynamodb?.NewImage as Item),
    sequence: dynamodb?.SequenceNumber as string,
  }));

/** The batches that reach the lifecycle. `answer` decides how it responds to a batch. */
function listen(answer: (records: Record[], earlier: number) => unknown = () => ({ batchItemFailures: [] })) {
  const batches: Record[][] = [];
  const events: DynamoDBStreamEvent[] = [];
  feed = startFeed({
    log,
    retryMs: 20,
    invoke: async (event) => {
      events.push(event);
      batches.push(recordsOf(event));
      return answer(batches.at(-1) ?? [], batches.length - 1);
    },
  });
  const received = () => batches.flat();
  return { batches, events, received, receives: (n: number) => until(() => received().length >= n && received()) };
}
const versions = (records: Record[]) => records.map(({ after }) => after.version);
const claim = { claimId: "c", now: noon, leaseMarginMs: 15_000 };

test("each write of a job reaches the handler in order, with the job before and after", async () => {
  const { receives, events } = listen();
  const job = aJob();
  await jobs.create(job);
  await jobs.claim(aMessage(job), claim);
  const running = (await jobs.get(job.id)) as Job;
  await jobs.replace({ ...running, status: "completed", version: 3 });
  const records = await receives(3);
  expect(records.map(({ before, after }) => [before?.status, after.status])).toEqual([
    [undefined, "queued"],
    ["queued", "running"],
    ["running", "completed"],
  ]);
  expect(records[1]).toMatchObject({ before: job, after: running });
  const [first, second] = events.flatMap(({ Records }) => Records);
  expect(first).toMatchObject({
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    dynamodb: { Keys: itemKeyOf(job.id), StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  expect(first?.dynamodb).not.toHaveProperty("OldImage");
  expect(second?.eventName).toBe("MODIFY");
  await until(() => log.next(1).length === 0);
});

test("refused writes, deletions and counters do not wake the handler", async () => {
  const { received, receives } = listen();
  const job = aJob();
  await jobs.create(job);
  await jobs.create({ ...job, write_id: "another" });
  expect(await jobs.replace({ ...job, version: 9 })).toBe("lost");
  expect(await jobs.claim(aMessage(job, { attempt: 2 }), claim)).toEqual({ outcome: "gone", job });
  await dynamoStatsStore({ client, table: tableName }).add([
    counted({ product: "shop", env: "prd", hour: noon, counts: { ...noCounts(), scheduled: 1 } }),
  ]);
  await jobs.remove(job);
  await jobs.create(job);
  await receives(2);
  expect(received().map(({ before }) => before)).toEqual([undefined, undefined]);
  expect(log.open()).toEqual([]);
});

test("the deletion of a job with blobs reaches the handler", async () => {
  const { events } = listen();
  const job = aJob({ input: { blob: "inputs/job_1", bytes: 5000 } });
  await jobs.create(job);
  await jobs.remove(job);
  const gone = () => events.flatMap(({ Records }) => Records).find(({ eventName }) => eventName === "REMOVE")?.dynamodb;
  await until(gone);
  expect(jobFrom(gone()?.OldImage as Item)).toMatchObject({ id: job.id, input: job.input });
  expect(gone()).not.toHaveProperty("NewImage");
  expect(log.open()).toEqual([]);
});

test("the caller of the stream's front gets dynalite's response", async () => {
  const { receives } = listen();
  const job = aJob();
  await jobs.create(job);
  const update = (value: number, ReturnValues?: "ALL_OLD" | "UPDATED_NEW") =>
    client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: itemKeyOf(job.id),
        UpdateExpression: "SET version = :version",
        ExpressionAttributeValues: marshall({ ":version": value }),
        ...(ReturnValues && { ReturnValues }),
      }),
    );
  expect((await update(2)).Attributes).toBeUndefined();
  expect((await update(3, "UPDATED_NEW")).Attributes).toEqual({ version: { N: "3" } });
  expect((await update(4, "ALL_OLD")).Attributes).toMatchObject({ version: { N: "3" } });
  expect(versions(await receives(4))).toEqual([1, 2, 3, 4]);
});

test("writes that race for one job reach the handler in their order", async () => {
  const { received, receives } = listen();
  const job = aJob();
  await jobs.create(job);
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (;;) {
        const now = (await jobs.get(job.id)) as Job;
        if ((await jobs.replace({ ...now, version: now.version + 1 })) === "replaced") return;
      }
    }),
  );
  await receives(21);
  expect(versions(received())).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  expect(received().map(({ before }) => before?.version ?? 0)).toEqual(Array.from({ length: 21 }, (_, i) => i));
});

test("a batch of writes reaches the handler one by one", async () => {
  const { receives } = listen();
  const [a, b] = [aJob(), aJob()] as const;
  await jobs.create(b);
  const requests = [
    { PutRequest: { Item: jobItemOf(a, 30) } },
    { DeleteRequest: { Key: itemKeyOf(b.id) } },
    { PutRequest: { Item: jobItemOf(aJob({ version: 7 }), 30) } },
  ];
  await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  expect(versions(await receives(3))).toEqual([1, 1, 7]);
});

test("records are delivered again from the reported one on", async () => {
  const made = [aJob(), aJob(), aJob()];
  for (const job of made) await jobs.create(job);
  const { batches } = listen((records, earlier) => ({
    batchItemFailures: earlier < 2 ? [{ itemIdentifier: records[1]?.sequence }] : [],
  }));
  await until(() => batches.length >= 3);
  const ids = made.map(({ id }) => id);
  expect(batches.map((batch) => batch.map(({ after }) => after.id))).toEqual([ids, ids.slice(1), ids.slice(2)]);
});

test.each<[string, (records: Record[]) => unknown]>([
  ["throws", () => Promise.reject(new Error("not now"))],
  ["reports a record that it was not given", () => ({ batchItemFailures: [{ itemIdentifier: "0" }] })],
])("a batch whose handler %s is delivered again as a whole", async (_what, refuse) => {
  const error = jest.spyOn(console, "error").mockImplementation(() => {});
  for (const _ of [1, 2]) await jobs.create(aJob());
  const { batches } = listen((records, earlier) => (earlier < 2 ? refuse(records) : undefined));
  await until(() => log.next(1).length === 0);
  expect(batches.map((batch) => batch.length)).toEqual([2, 2, 2]);
  error.mockRestore();
});

test("undelivered writes are delivered after a restart", async () => {
  const job = aJob();
  await jobs.create(job);
  await stop();
  await start();
  expect(await listen().receives(1)).toMatchObject([{ after: job }]);
});

test("an interrupted write is delivered after a restart only if it took effect", async () => {
  const [made, untouched, absent] = [aJob(), aJob(), aJob()];
  await jobs.create(made);
  await jobs.create(untouched);
  await until(() => log.next(9).length === 2);
  log.remove(log.next(9).map(({ sequence }) => sequence));
  // The state after a kill: the write is recorded, and its outcome is unknown.
  log.begin(itemKeyOf(made.id), undefined, jobItemOf(made, 30));
  log.begin(
    itemKeyOf(untouched.id),
    jobItemOf(untouched, 30),
    jobItemOf({ ...untouched, status: "failed", version: 2 }, 30),
  );
  log.begin(itemKeyOf(absent.id), undefined, jobItemOf(absent, 30));
  await stop();
  await start();
  expect(log.open()).toEqual([]);
  expect(log.next(9).map(({ before, after }) => [before, jobFrom(after as Item).id])).toEqual([[undefined, made.id]]);
  expect(await jobs.getMany([made.id, untouched.id, absent.id])).toEqual(expect.arrayContaining([made, untouched]));
  expect(await jobs.get(absent.id)).toBeUndefined();
});

test("an interrupted deletion is delivered after a restart if it took effect, and leaves blobs behind", async () => {
  const blob = { blob: "inputs/1", bytes: 500_000 };
  const [gone, plain, there] = [aJob({ input: blob }), aJob(), aJob({ input: blob })];
  await jobs.create(there);
  await until(() => log.next(9).length === 1);
  log.remove(log.next(9).map(({ sequence }) => sequence));
  for (const job of [gone, plain, there]) log.begin(itemKeyOf(job.id), jobItemOf(job, 30), undefined);
  await stop();
  await start();
  expect(log.open()).toEqual([]);
  expect(log.next(9).map(({ before, after }) => [jobFrom(before as Item).id, after])).toEqual([[gone.id, undefined]]);
  expect(await jobs.get(there.id)).toEqual(there);
});

/** The first half of dynalite's write: the item's index entries, without the item. */
async function moveInIndexOnly(before: Item, after: Item): Promise<void> {
  const db = createRequire(import.meta.url)("dynalite/db");
  const store = db.create({ path: data, createTableMs: 0 });
  const stored = await promisify(store.getTable)(tableName);
  await promisify(db.updateIndexes)(store, stored, before, after);
  await store.db.close();
}

test("a restart puts back a job that a kill has moved only in the index", async () => {
  const job = aJob();
  const failed = { ...job, status: "failed" as const, finished_at: noon, version: 2 };
  const phases = async () => {
    const at = { product: "shop", env: "prd", shard: shardOf(job.id), order: "asc" as const, limit: 9 };
    const pages = (["pending", "failed"] as const).map((phase) => jobs.page({ ...at, phase }));
    return (await Promise.all(pages)).map((page) => page.jobs.length);
  };
  await jobs.create(job);
  log.begin(itemKeyOf(job.id), jobItemOf(job, 30), jobItemOf(failed, 30));
  await stop();
  await moveInIndexOnly(jobItemOf(job, 30), jobItemOf(failed, 30));
  await start();
  expect(await phases()).toEqual([1, 0]);
  await jobs.replace(failed);
  expect(await phases()).toEqual([0, 1]);
});
