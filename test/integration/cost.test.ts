import { billAt, billOf, totalOf } from "../../bench/cost/bill.ts";
import type { Counts } from "../../bench/cost/counts.ts";
import { countsOf, idleCounts, type Kind, kinds } from "../../bench/cost/kinds.ts";
import { costOf } from "../../lambdas/core/queries/cost.ts";

const kindOf = (name: string): Kind => kinds.find((kind) => kind.name === name) as Kind;

/** Without what a log line's length depends on, and without what is not there. */
function billed({ remote_ms: _, log_bytes: __, access_log_bytes: ___, ...counts }: Counts) {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
}

const now = {
  calls: {
    "dynamodb.PutItem": 2,
    // The claim, and the counters of the two changes that wake the lifecycle, which nothing else shares a batch with.
    "dynamodb.UpdateItem": 3,
    "sqs.SendMessage": 1,
    "events.PutEvents": 1,
  },
  table_write: 5,
  index_write: 3,
  queue_request: 3,
  bus_event: 1,
  http_request: 1,
  invocations: { api: 1, consumer: 1, lifecycle: 2 },
  // The attempt's.
  log_lines: 1,
};
const later = {
  ...now,
  calls: { ...now.calls, "scheduler.CreateSchedule": 1, "dynamodb.GetItem": 1 },
  table_read: 1,
  queue_request: 6,
  schedule: 1,
  invocations: { ...now.invocations, consumer: 2 },
  held_ms: 400,
};
const inBucket = { "s3.PutObject": 1, "s3.GetObject": 1 };

/** The budget of each kind of job. Whoever has to raise a number says in the commit what the job gets for the money. */
const budget: Record<string, object> = {
  now,
  "in 10 minutes": { ...now, held_ms: 400 },
  "in 2 hours": later,
  "now, input of 100 KB": { ...now, calls: { ...now.calls, ...inBucket }, bucket_put: 1, bucket_get: 1 },
  "in 2 hours, input of 100 KB": { ...later, calls: { ...later.calls, ...inBucket }, bucket_put: 1, bucket_get: 1 },
  "now, fails once": {
    ...now,
    calls: { ...now.calls, "dynamodb.PutItem": 3, "dynamodb.UpdateItem": 5, "sqs.SendMessage": 2 },
    table_write: 9,
    index_write: 5,
    queue_request: 6,
    invocations: { api: 1, consumer: 2, lifecycle: 3 },
    held_ms: 500,
    log_lines: 2,
  },
  "now, then read once": {
    ...now,
    calls: { ...now.calls, "dynamodb.GetItem": 1 },
    table_read: 1,
    http_request: 2,
    invocations: { ...now.invocations, api: 2 },
  },
  "a run of an hourly series": {
    calls: {
      "dynamodb.GetItem": 1,
      "dynamodb.PutItem": 2,
      "dynamodb.UpdateItem": 2,
      "sqs.SendMessage": 1,
      "scheduler.CreateSchedule": 1,
      "events.PutEvents": 1,
    },
    table_read: 1,
    table_write: 4,
    index_write: 2,
    queue_request: 6,
    schedule: 1,
    bus_event: 1,
    invocations: { consumer: 2, lifecycle: 1 },
    log_lines: 1,
  },
  "a step of a feature": {
    calls: {
      // The feature's claim, its steps as they are, the step it starts, and parked again.
      "dynamodb.BatchGetItem": 1,
      // The step's own read is of its feature; its claim, its end, and its counters.
      "dynamodb.GetItem": 1,
      "dynamodb.PutItem": 3,
      "dynamodb.UpdateItem": 4,
      // The step's message, and the one that wakes the feature.
      "sqs.SendMessage": 2,
      "events.PutEvents": 1,
    },
    // Three steps, of which one is not there yet, and the feature.
    table_read: 4,
    table_write: 8,
    index_write: 3,
    queue_request: 6,
    bus_event: 1,
    invocations: { consumer: 2, lifecycle: 4 },
    log_lines: 1,
  },
};

it.each(kinds)("a job $name costs what it did, and no call or unit more", async (kind) => {
  expect(billed(await countsOf(kind))).toEqual(budget[kind.name]);
});

it("a quiet minute costs a query of each shard of each tenant", async () => {
  expect(billed(await idleCounts())).toEqual({
    calls: { "dynamodb.Query": 16 },
    table_read: 8,
    invocations: { reconciler: 1 },
  });
});

it("a million small jobs cost at most 8 dollars, all included, where a hundred come each second", async () => {
  expect(totalOf(await billAt(kindOf("now"), 100))).toBeLessThanOrEqual(8);
});

it("costs at most 8.30 dollars where a million come in a day, and 9.80 where no two of them meet", async () => {
  const now = kindOf("now");
  expect(totalOf(await billAt(now, 1e6 / 86_400))).toBeLessThanOrEqual(8.3);
  expect(totalOf(billOf(await countsOf(now)))).toBeLessThanOrEqual(9.8);
});

it("a job logs at most 567 bytes, and 252 in the access log", async () => {
  const { log_bytes, access_log_bytes } = await countsOf(kindOf("now"));
  expect(log_bytes).toBeLessThanOrEqual(567);
  expect(access_log_bytes).toBeLessThanOrEqual(252);
});

/** What `POST /v1/explain` says that a job costs is an estimate of the same thing. */
it.each([
  ["now", { via: "queue", delaySeconds: 0 }, true],
  ["in 2 hours", { via: "scheduler", at: 0 }, false],
] as const)(
  "the estimate of a job %s has the writes and requests that were counted",
  async (name, route, immediate) => {
    const counted = await countsOf(kindOf(name));
    const { breakdown } = costOf({ route, immediate, inputBytes: 110, memoryMb: 256 });
    const estimated = (what: string) => breakdown.find((line) => line.what.startsWith(what))?.count;
    expect(estimated("DynamoDB: writes to the index")).toBe(counted.index_write);
    expect(estimated("SQS")).toBe(counted.queue_request);
    // The counters' writes are shared with other jobs: the estimate has one of the two.
    expect(estimated("DynamoDB: writes that create")).toBe(counted.table_write - 1);
  },
);
