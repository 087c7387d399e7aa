import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { itemKeyOf } from "../../../lambdas/aws/dynamodb/job-item.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { cancelled } from "../../../lambdas/core/job/transitions.ts";
import type { JobStore } from "../../../lambdas/core/ports/job-store.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { clientThatLoses } from "../../support/aws/lost-answers.ts";
import { aJob, aMessage, noon } from "../../support/builders.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let store: JobStore;

beforeAll(async () => {
  dynamo = await startDynamo();
  store = dynamoJobStore({ client: dynamo.client, table, retentionDays: 30 });
});
afterAll(() => dynamo.stop());

const stored = async (job: Job): Promise<Job> => {
  await store.create(job);
  return job;
};

const itemOf = async (job: Job) =>
  (await dynamo.client.send(new GetItemCommand({ TableName: table, Key: itemKeyOf(job.id), ConsistentRead: true })))
    .Item;

describe("the item of a job", () => {
  test("holds its keys, and the caller's values as strings", async () => {
    const job = await stored(aJob({ id: "job_00000000000000000000000000000005", input: { inline: { "": [1e21] } } }));
    expect(await itemOf(job)).toMatchObject({
      PK: { S: `JOB#${job.id}` },
      SK: { S: "STATE" },
      gsi_pk: { S: "shop#prd#pending#5" },
      gsi_sk: { S: `000${noon}#${job.id}` },
      due_at: { N: String(noon) },
      input: { M: { inline: { S: '{"":[1e+21]}' } } },
    });
  });

  test("expires some time after the job has finished, in epoch seconds", async () => {
    const job = await stored(aJob());
    expect(await itemOf(job)).not.toHaveProperty("expires");
    await store.replace(cancelled(job, noon + 1, "no longer wanted"));
    expect(await itemOf(job)).toMatchObject({
      gsi_pk: { S: expect.stringMatching(/^shop#prd#cancelled#[0-7]$/) },
      gsi_sk: { S: `000${noon + 1}#${job.id}` },
      expires: { N: String(noon / 1000 + 1 + 30 * 86_400) },
    });
  });

  test("no longer expires once a finished job is retried", async () => {
    const job = await stored(aJob());
    const finished = cancelled(job, noon, "by mistake");
    await store.replace(finished);
    await store.replace({ ...finished, status: "queued", attempt: 2, version: 3 });
    const item = await itemOf(job);
    expect(item).not.toHaveProperty("expires");
    expect(item).toMatchObject({
      gsi_pk: { S: expect.stringContaining("#pending#") },
      gsi_sk: { S: `000${noon}#${job.id}` },
    });
  });
});

test("an archived run is stored beside its job, outside of the index, with an expiry", async () => {
  const run = {
    job_id: aJob().id,
    run: 12,
    version: 3,
    created_at: noon,
    status: "completed",
    scheduled_at: noon,
    due_at: noon,
    attempts: [],
  } as const;
  await store.archive({ ...run, attempts: [], finished_at: noon + 1 });
  const Key = { PK: { S: `JOB#${run.job_id}` }, SK: { S: "RUN#0000000012" } };
  const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: table, Key }));
  expect(Item).toMatchObject({ expires: { N: String(noon / 1000 + 1 + 30 * 86_400) } });
  expect(Item).not.toHaveProperty("gsi_pk");
});

describe("a write whose answer was lost, so that the SDK repeats it,", () => {
  const claim = { claimId: "ours", now: noon, leaseMarginMs: 15_000 };
  const losing = (operation: string, meanwhile?: () => Promise<void>) => {
    const { client, sent } = clientThatLoses(operation, dynamo.endpoint, meanwhile);
    return {
      sent,
      store: dynamoJobStore({ client, table, retentionDays: 30 }),
      [Symbol.dispose]: () => client.destroy(),
    };
  };

  test("still counts as the caller's creation", async () => {
    using lossy = losing("PutItem");
    const job = aJob();
    expect(await lossy.store.create(job)).toEqual({ outcome: "created" });
    expect(lossy.sent).toEqual(["PutItem", "PutItem", "GetItem"]);
    expect(await store.get(job.id)).toEqual(job);
  });

  test("still counts as the caller's creation when the job was claimed meanwhile", async () => {
    const job = aJob();
    using lossy = losing("PutItem", async () => {
      await store.claim(aMessage(job), claim);
    });
    expect(await lossy.store.create(job)).toEqual({ outcome: "created" });
    expect(await store.get(job.id)).toMatchObject({ status: "running" });
  });

  test("still counts as the claimer's claim, once", async () => {
    const job = await stored(aJob());
    using lossy = losing("UpdateItem");
    const outcome = await lossy.store.claim(aMessage(job), claim);
    expect(outcome).toMatchObject({ outcome: "claimed", job: { id: job.id, claim_id: "ours", claims: 1, version: 2 } });
    expect(lossy.sent).toEqual(["UpdateItem", "UpdateItem", "GetItem"]);
  });

  test("returns that a job is gone when it was cancelled after the claim", async () => {
    const job = await stored(aJob());
    using lossy = losing("UpdateItem", async () => {
      await store.replace(cancelled((await store.get(job.id)) as Job, noon, "no longer wanted"));
    });
    expect(await lossy.store.claim(aMessage(job), claim)).toEqual({
      outcome: "gone",
      job: await store.get(job.id),
    });
  });

  test("still counts as the writer's replacement", async () => {
    const job = await stored(aJob());
    using lossy = losing("PutItem");
    expect(await lossy.store.replace({ ...job, version: 2 })).toBe("replaced");
    expect((await store.get(job.id))?.version).toBe(2);
  });

  test("still counts as the writer's replacement when the job was claimed meanwhile", async () => {
    const job = await stored(aJob());
    using lossy = losing("PutItem", async () => {
      await store.claim(aMessage(job), claim);
    });
    expect(await lossy.store.replace({ ...job, version: 2 })).toBe("replaced");
    expect(await store.get(job.id)).toMatchObject({ claim_id: "ours", version: 3 });
  });

  test("still counts as a removal", async () => {
    const job = await stored(aJob());
    using lossy = losing("DeleteItem");
    expect(await lossy.store.remove(job)).toBe("removed");
    expect(await store.get(job.id)).toBeUndefined();
  });
});

test("a claim that DynamoDB refuses for another reason throws, so that its message comes again", async () => {
  const other = dynamoJobStore({ client: dynamo.client, table: "absent", retentionDays: 30 });
  await expect(other.claim(aMessage(), { claimId: "ours", now: noon, leaseMarginMs: 0 })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
