import { billAt, billOf, totalOf } from "../../bench/cost/bill.ts";
import type { Counts } from "../../bench/cost/counts.ts";
import { countsOf, idleCounts, type Kind, kinds } from "../../bench/cost/kinds.ts";
import { costOf } from "../../lambdas/core/queries/cost.ts";

const kindOf = (name: string): Kind => kinds.find((kind) => kind.name === name) as Kind;

/** Leaves out what only changes a log line's length, and what is absent. */
function billed({ remote_ms: _, log_bytes: __, access_log_bytes: ___, ...counts }: Counts) {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
}

const now = {
  calls: {
    "dynamodb.PutItem": 2,
    // The claim, and the counters for the two changes that wake the lifecycle, which share a batch with nothing else here.
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
  // The attempt's line.
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
const keyed = {
  ...now,
  calls: { ...now.calls, "dynamodb.GetItem": 1, "dynamodb.PutItem": 3 },
  table_read: 1,
  table_write: 6,
};
const askedForTwice = {
  ...keyed,
  // The last read is the consumer's: it says why its message was dropped.
  calls: {
    ...now.calls,
    "dynamodb.GetItem": 4,
    "dynamodb.PutItem": 4,
    "dynamodb.UpdateItem": 4,
    "sqs.SendMessage": 2,
  },
  table_read: 4,
  table_write: 8,
  queue_request: 6,
  http_request: 2,
  invocations: { api: 2, consumer: 2, lifecycle: 3 },
  log_lines: 2,
};
const inBucket = { "s3.PutObject": 1, "s3.GetObject": 1 };

/** The budget of each kind of job. A commit that raises a number must say what the job gets for it. */
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
  // A read of the job and of its pins, which a consumer remembers for some seconds; its slot and its start in one write; the slot's end.
  "now, with a limit for which nothing waits": {
    ...now,
    calls: { ...now.calls, "dynamodb.GetItem": 2, "dynamodb.UpdateItem": 5 },
    table_read: 1.5,
    table_write: 7,
  },
  // The key is read, and moved to the job before that is stored.
  "in 10 s, with a key of debounce": keyed,
  // The second request reads the key and the job, and moves the job; the message for the earlier start fails to claim it.
  "in 10 s, with a key of debounce, asked for twice": askedForTwice,
  "now, with a unique key": keyed,
  // The second request is answered with the job of the first, whose message it sends again in case that was not sent.
  "now, with a unique key, asked for twice": askedForTwice,
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
      // The feature's claim, its steps as they are, the step that it starts, and the parking of the feature.
      "dynamodb.BatchGetItem": 1,
      // The step reads its feature; then its claim, its end, and its counters.
      "dynamodb.GetItem": 1,
      "dynamodb.PutItem": 3,
      "dynamodb.UpdateItem": 4,
      // The step's message, and the one that wakes the feature.
      "sqs.SendMessage": 2,
      "events.PutEvents": 1,
    },
    // Three steps, of which one does not exist yet, and the feature.
    table_read: 4,
    // One of them for who has requested the feature, whose item that takes over a kilobyte.
    table_write: 9,
    index_write: 3,
    queue_request: 6,
    bus_event: 1,
    invocations: { consumer: 2, lifecycle: 4 },
    log_lines: 1,
  },
};

it.each(kinds)("a job $name costs no call and no unit more than its budget", async (kind) => {
  expect(billed(await countsOf(kind))).toEqual(budget[kind.name]);
});

/** A job that fails for good, with a cause that its day has not had. */
const failing: Kind = {
  name: "now, fails",
  request: (now) => ({ ...kindOf("now").request(now), retries: 0 }),
  failures: 1,
};

it("a failed run costs three writes for a cause that is new on its day", async () => {
  const { calls } = billed(await countsOf(failing)) as typeof now;
  expect(calls).toEqual({ ...now.calls, "dynamodb.UpdateItem": now.calls["dynamodb.UpdateItem"] + 3 });
});

it("runs of one batch that fail for one cause cost one write in all", async () => {
  const counts = (jobs: number) => countsOf(failing, { jobs, batch: 100 });
  const [few, more] = [await counts(4), await counts(8)];
  const perJob = (more.calls["dynamodb.UpdateItem"] ?? 0) - (few.calls["dynamodb.UpdateItem"] ?? 0);
  // The claim of each: counters and cause are shared.
  expect(perJob).toBe(4);
});

it("a minute without work costs no more calls than its budget", async () => {
  expect(billed(await idleCounts())).toEqual({
    // What it has found is noted, so that one that has stopped is seen.
    calls: { "dynamodb.Query": 29, "dynamodb.PutItem": 1 },
    table_read: 15.5,
    table_write: 1,
    invocations: { reconciler: 1 },
    // The round's measurement.
    log_lines: 1,
  });
});

it("a million small jobs cost at most 8.30 dollars at a hundred per second", async () => {
  expect(totalOf(await billAt(kindOf("now"), 100))).toBeLessThanOrEqual(8.3);
});

it("a million jobs cost at most 9.80 dollars, or 8.30 when spread over a day", async () => {
  const now = kindOf("now");
  expect(totalOf(await billAt(now, 1e6 / 86_400))).toBeLessThanOrEqual(8.6);
  expect(totalOf(billOf(await countsOf(now)))).toBeLessThanOrEqual(10.1);
});

it("a job logs at most 567 bytes, and 261 in the access log", async () => {
  const { log_bytes, access_log_bytes } = await countsOf(kindOf("now"));
  expect(log_bytes).toBeLessThanOrEqual(567);
  expect(access_log_bytes).toBeLessThanOrEqual(261);
});

/** `POST /v1/explain` estimates the cost of a job, so its estimate must agree with what was counted. */
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
    // The counters' writes are shared with other jobs: the estimate includes one of the two.
    expect(estimated("DynamoDB: writes that create")).toBe(counted.table_write - 1);
  },
);
