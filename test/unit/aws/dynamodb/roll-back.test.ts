import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "@jest/globals";
import { fromAttributes } from "../../../../lambdas/aws/dynamodb/attributes.ts";
import { jobFrom, jobItemOf, positionKey } from "../../../../lambdas/aws/dynamodb/job-item.ts";
import { dynamoUnscheduled } from "../../../../lambdas/aws/dynamodb/unscheduled.ts";
import type { Job, JobMessage } from "../../../../lambdas/core/job/job.ts";
import type { KeptMessage } from "../../../../lambdas/core/ports/unscheduled.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { stubHandler } from "../../../support/aws/stub-handler.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { JobMessage as MessageThen } from "../../../support/stored/version-0.3-engine.mjs";

type Item = Record<string, AttributeValue>;

/** A table of one partition, which gives back what was put and is told what to delete. */
function aTable() {
  const items: Item[] = [];
  const deleted: Item[] = [];
  const requestHandler = stubHandler(({ headers, body }) => {
    const what = headers["x-amz-target"]?.split(".")[1];
    if (what === "PutItem") items.push(body.Item as Item);
    if (what === "BatchWriteItem") {
      const { jobs = [] } = body.RequestItems as Record<string, { DeleteRequest: { Key: Item } }[]>;
      deleted.push(...jobs.map(({ DeleteRequest }) => DeleteRequest.Key));
    }
    return { body: what === "Query" ? { Items: items } : {} };
  });
  const client = new DynamoDBClient({ ...settings, requestHandler, maxAttempts: 1 });
  return { unscheduled: dynamoUnscheduled({ client, table: "jobs" }), items, deleted };
}

/** The key that version 0.3.0 derives from a message, and by which it deletes it and goes on behind it. */
const sortKeyThen = ({ job_id, run, attempt, due_at }: JobMessage) =>
  `${positionKey({ id: job_id, time: due_at })}#${run}#${attempt}`;

const plain = aMessage(undefined, { due_at: noon });
const kept = (more: Partial<JobMessage>): KeptMessage => ({
  ...{ type: "feature", group: "shop:prd" },
  message: { ...plain, ...more },
});

test.each([
  ["starts a job", {}],
  ["wakes a job", { wake_at: noon + 3_600_000, gated: true as const }],
])("a kept message that %s is sent and deleted by version 0.3.0, which comes to those behind it", async (_, more) => {
  const { unscheduled, items, deleted } = aTable();
  await unscheduled.hold(kept(more));
  const [item = {}] = items;
  const message = fromAttributes(item).message as JobMessage;
  expect(() => MessageThen.parse(message)).not.toThrow();
  expect(sortKeyThen(message)).toBe(item.SK?.S);
  const page = await unscheduled.page({ shard: 0, until: noon + 7_200_000, limit: 10 });
  expect(page.kept).toEqual([kept(more)]);
  await unscheduled.remove(page.kept);
  expect(deleted).toEqual([{ PK: item.PK, SK: item.SK }]);
});

const stored = (more: Partial<Job>) => jobFrom(jobItemOf(aJob(more), 30));
const ending = { cause: "failed", since: noon } as const;
const repeat = { every: 60_000, anchor: noon, overlap: "skip" } as const;

test("the end of a run that version 0.3.0 has left with the next run of its series is not that run's", () => {
  expect(stored({ repeat, run: 2, status: "scheduled", ending })).not.toHaveProperty("ending");
  expect(stored({ repeat, run: 2, status: "paused", ending })).not.toHaveProperty("ending");
  const claimed = { claims: 1, claim_id: "c", started_at: noon, lease_until: noon + 1 };
  expect(stored({ repeat, run: 2, status: "running", ...claimed, ending })).not.toHaveProperty("ending");
});

test("a run that ends, or that version 0.3.0 has failed while it ended, keeps its end", () => {
  const begun = { type: "feature", undoes: true } as const;
  expect(stored({ ...begun, status: "running", parked_since: noon, ending })).toHaveProperty("ending", ending);
  expect(stored({ ...begun, status: "failed", finished_at: noon, ending })).toHaveProperty("ending", ending);
  expect(stored({ ...begun, status: "queued", attempt: 2, retried_after: 1, ending })).toHaveProperty("ending", ending);
});
