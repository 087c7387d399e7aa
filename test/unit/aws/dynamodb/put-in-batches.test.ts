import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "@jest/globals";
import type { Item } from "../../../../lambdas/aws/dynamodb/job-item.ts";
import { dynamoJobStore } from "../../../../lambdas/aws/dynamodb/job-store.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { PermanentError, TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type Captured, stubHandler } from "../../../support/aws/stub-handler.ts";
import { aJob } from "../../../support/builders.ts";

type Requests = { PutRequest: { Item: Item } }[];

const requestsOf = ({ body }: Captured): Requests => (body.RequestItems as { jobs: Requests }).jobs;
const idsOf = (request: Captured) => requestsOf(request).map(({ PutRequest }) => PutRequest.Item.id?.S);

function aStore(answer: Parameters<typeof stubHandler>[0]) {
  const requestHandler = stubHandler(answer);
  const client = new DynamoDBClient({ ...settings, requestHandler, maxAttempts: 1 });
  return {
    store: dynamoJobStore({ client, table: "jobs", retentionDays: 30 }),
    requests: requestHandler.requests,
  };
}

const jobs = Array.from({ length: 30 }, () => aJob());
const ids = jobs.map(({ id }) => id);

test("jobs are written in batches of 25", async () => {
  const { store, requests } = aStore(() => ({ body: {} }));
  expect(await store.createMany(jobs)).toEqual([]);
  expect(requests.map(idsOf)).toEqual([ids.slice(0, 25), ids.slice(25)]);
});

test("items that DynamoDB leaves unprocessed are put again alone", async () => {
  const { store, requests } = aStore((request, earlier) => ({
    body: earlier === 0 ? { UnprocessedItems: { jobs: requestsOf(request).slice(3, 5) } } : {},
  }));
  expect(await store.createMany(jobs.slice(0, 10))).toEqual([]);
  expect(requests.map(idsOf)).toEqual([ids.slice(0, 10), ids.slice(3, 5)]);
});

test("an item that stays unprocessed is the only one refused", async () => {
  const { store, requests } = aStore((request) => ({
    body: {
      UnprocessedItems: { jobs: requestsOf(request).filter(({ PutRequest }) => PutRequest.Item.id?.S === ids[27]) },
    },
  }));
  expect(await store.createMany(jobs)).toEqual([{ index: 27, cause: expect.any(TransientError) }]);
  expect(requests.filter((request) => idsOf(request).includes(ids[27]))).toHaveLength(4);
});

test("a batch that DynamoDB refuses for now is the only one refused", async () => {
  const { store, requests } = aStore((request) =>
    idsOf(request).includes(ids[29]) ? awsError("ThrottlingException") : { body: {} },
  );
  const refused = await store.createMany(jobs);
  expect(refused.map(({ index }) => index)).toEqual([25, 26, 27, 28, 29]);
  expect(refused.every(({ cause }) => cause instanceof TransientError)).toBe(true);
  expect(requests).toHaveLength(2);
});

test.each([
  ["ValidationException", PermanentError],
  ["AccessDeniedException", Error],
])("a batch that DynamoDB refuses with %s for one item is put item by item", async (name, kind) => {
  const { store, requests } = aStore((request) => (idsOf(request).includes(ids[3]) ? awsError(name) : { body: {} }));
  const refused = await store.createMany(jobs);
  expect(refused).toEqual([{ index: 3, cause: expect.any(kind) }]);
  expect(refused[0]?.cause).not.toBeInstanceOf(TransientError);
  // The whole batch, then each of its items; the other batch is not touched.
  expect(requests.map((request) => idsOf(request).length).sort((a, b) => b - a)).toEqual([25, 5, ...Array(25).fill(1)]);
});

test("items that were written before a refusal are not written again", async () => {
  const { store, requests } = aStore((request, earlier) => {
    if (earlier === 0) return { body: { UnprocessedItems: { jobs: requestsOf(request).slice(3, 5) } } };
    return idsOf(request).includes(ids[4]) ? awsError("ValidationException") : { body: {} };
  });
  const refused = await store.createMany(jobs.slice(0, 10));
  expect(refused).toEqual([{ index: 4, cause: expect.any(PermanentError) }]);
  expect(requests.map(idsOf)).toEqual([ids.slice(0, 10), ids.slice(3, 5), [ids[3]], [ids[4]]]);
});

test("a job that cannot become an item is refused alone", async () => {
  const { store, requests } = aStore(() => ({ body: {} }));
  const broken = { ...jobs[1], retries: Number.NaN } as Job;
  expect(await store.createMany([jobs[0] as Job, broken, jobs[2] as Job])).toEqual([
    { index: 1, cause: expect.any(TypeError) },
  ]);
  expect(requests.map(idsOf)).toEqual([[ids[0], ids[2]]]);
});
