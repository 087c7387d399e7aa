import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { routes } from "../../../lambdas/api/routes.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { s3BlobStore } from "../../../lambdas/aws/s3/blob-store.ts";
import { sqsJobQueue } from "../../../lambdas/aws/sqs/job-queue.ts";
import { cancelled } from "../../../lambdas/core/job/transitions.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { bucket, startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { type Asked, httpEvent } from "../../support/http-event.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let aws: Awaited<ReturnType<typeof startSqsAndS3>>;

beforeAll(async () => {
  dynamo = await startDynamo();
  aws = await startSqsAndS3();
});
afterAll(async () => {
  await dynamo.stop();
  await aws.stop();
});

test("jobs of a batch are listed in pages and stay found as they change", async () => {
  const services = {
    ...fakeServices({ catalog }),
    jobs: dynamoJobStore({ client: dynamo.client, table, retentionDays: 30 }),
    queue: sqsJobQueue({ client: aws.sqs, queues: aws.queues }),
    blobs: s3BlobStore({ client: aws.s3, bucket }),
  };
  const handler = httpApi(() => services, routes);
  const ask = async (asked: Asked) => {
    const answer = (await handler(httpEvent(asked), {} as Context)) as APIGatewayProxyStructuredResultV2;
    return JSON.parse(answer.body ?? "null");
  };
  const requests = Array.from({ length: 60 }, (_, i) => ({
    env: "dev",
    product_tag: "my-product",
    event: "create_order",
    input: { body: { text: "x".repeat(i === 0 ? 5000 : 5) } },
    start_at: noon + i * 1000,
    ...(i % 10 === 0 && { idempotency_key: `key ${i}`, labels: ["tenth"] }),
  }));
  const batch = await ask({ method: "POST", path: "/v1/jobs/batch", body: { jobs: requests } });
  expect(batch).toMatchObject({ accepted: 60, rejected: 0 });
  const ids: string[] = batch.results.map(({ job }: { job: { job_id: string } }) => job.job_id);
  const { ready, delayed } = await aws.held("action");
  expect(new Set([...ready, ...delayed].map(({ job_id }) => job_id))).toEqual(new Set(ids));

  const walked: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { order: "asc", limit: "25", ...(cursor && { cursor }) };
    const { jobs, next_cursor } = await ask({ path: "/v1/jobs", query });
    walked.push(...jobs.map(({ job_id }: { job_id: string }) => job_id));
    cursor = next_cursor;
  } while (cursor);
  expect(walked).toEqual(ids);

  const found = async (query: Record<string, string>) =>
    (await ask({ path: "/v1/jobs", query })).jobs.map(({ job_id }: { job_id: string }) => job_id);
  expect(await found({ label: "tenth", order: "asc" })).toEqual(ids.filter((_, i) => i % 10 === 0));
  expect(await found({ status: "queued", env: "dev" })).toEqual([ids[0]]);
  const [job] = await services.jobs.getMany([ids[7] as string]);
  if (job) await services.jobs.replace(cancelled(job, noon, "no longer wanted"));
  expect(await found({ status: "cancelled", product_tag: "my-product" })).toEqual([ids[7]]);
  expect((await ask({ path: `/v1/jobs/${ids[7]}/runs` })).runs).toMatchObject([{ run: 1, status: "cancelled" }]);
});
