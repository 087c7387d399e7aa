import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { scheduleRoles } from "../../../bench/support/aws.ts";
import type { ConsumerEnv, EnvOf } from "../../../lambdas/aws/start/env.ts";
import { scheduleName } from "../../../lambdas/core/operations/dispatch.ts";
import { httpEvent } from "../../support/http-event.ts";
import { bucket, endpoint, queues, references, schedules, table } from "../moto/aws.ts";
import { startFunction } from "./runtime.ts";

/* A job's way through two bundles as they are deployed: Lambda's runtime is AWS's own, and the services are moto's. */

let world: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  world = await start();
});
afterAll(() => world.stop());

async function start() {
  const [jobs, blobs, documents, sent, later] = await Promise.all([table(), bucket(), bucket(), queues(), schedules()]);
  const held = await references({}, { "/my-product/documents-bucket": documents.bucket });
  const environment: Required<EnvOf<typeof ConsumerEnv>> = {
    TABLE_NAME: jobs.table,
    BUCKET_NAME: blobs.bucket,
    RETENTION_DAYS: "30",
    INDEX_SHARDS: "8",
    INDEX_SHARDS_READ: "8",
    SCHEDULER_STARTS_PER_SECOND: "1000",
    QUEUES: JSON.stringify(sent.queues),
    PUMP_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/pump",
    SCHEDULE_GROUP: later.group,
    EARLIER_SCHEDULE_GROUP: "before",
    SCHEDULE_ROLES: JSON.stringify(scheduleRoles),
    SCHEDULE_DLQ_ARN: "arn:aws:sqs:us-east-1:123456789012:dead",
    LONGEST_WAIT_MS: "1000",
    HOLD_SECONDS: "0",
    NOTE_WAITS: "false",
    API_URL: "https://api.example.com",
    APPROVAL_SECRET: "approvals",
    MEMORY_MB: "512",
  };
  const settings = { ...environment, AWS_ENDPOINT_URL: endpoint };
  const [api, consumer] = await Promise.all([
    startFunction("api", settings),
    startFunction("consumers/storage", settings),
  ]);
  return {
    api,
    consumer,
    documents,
    held: sent.held,
    find: later.find,
    stop: () => Promise.all([api, consumer, jobs, blobs, documents, sent, later, held].map((one) => one.stop())),
  };
}

async function ask(...asked: Parameters<typeof httpEvent>) {
  const { body, error } = await world.api.invoke(httpEvent(...asked));
  expect(error).toBeNull();
  const { statusCode, body: text = "" } = body as APIGatewayProxyStructuredResultV2;
  return { status: statusCode, body: JSON.parse(text) };
}

const store = (start_at: number) => ({
  method: "POST",
  path: "/v1/jobs",
  body: {
    env: "prd",
    product_tag: "my-product",
    event: "store_document",
    input: { buffer: Buffer.from("a document").toString("base64"), fileName: "a.txt", mimeType: "text/plain" },
    start_at,
  },
});

const records = (...bodies: string[]) =>
  ({
    Records: bodies.map((body, n) => ({
      messageId: `message-${n}`,
      receiptHandle: "handle",
      body,
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(Date.now()) },
      messageAttributes: {},
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:jobs-storage",
      awsRegion: "us-east-1",
    })),
  }) as unknown as SQSEvent;

test("a job that the API's bundle creates is run by its consumer's bundle", async () => {
  const receipt = await ask(store(0));
  expect(receipt).toMatchObject({ status: 202, body: { status: "queued" } });
  const { job_id } = receipt.body;
  const { ready } = await world.held("storage");
  const message = ready.find((one) => one.job_id === job_id);
  expect(message).toMatchObject({ job_id, run: 1, attempt: 1 });

  const batch = await world.consumer.invoke(records(JSON.stringify(message), "not ours"));
  expect(batch.error).toBeNull();
  expect((batch.body as SQSBatchResponse).batchItemFailures).toEqual([{ itemIdentifier: "message-1" }]);

  const job = await ask({ path: `/v1/jobs/${job_id}` });
  expect(job).toMatchObject({ status: 200, body: { job_id, status: "completed", result: { size: 10 } } });
  const { client, bucket: Bucket } = world.documents;
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: job.body.result.key }));
  expect(await Body?.transformToString()).toBe("a document");
});

test("a job due next week has a schedule, which disappears when the job is cancelled", async () => {
  const { body } = await ask(store(Math.floor(Date.now() / 1000) + 7 * 86_400));
  const name = scheduleName({ id: body.job_id, run: 1, attempt: 1, due_at: body.scheduled_at });
  expect(await world.find(name)).toMatchObject({ type: "storage", message: { job_id: body.job_id } });
  expect(await ask({ method: "POST", path: `/v1/jobs/${body.job_id}/cancel` })).toMatchObject({ status: 200 });
  expect(await world.find(name)).toBeUndefined();
});

test("a bad request gets an answer, and is no function error", async () => {
  const { status, body } = await ask({ method: "POST", path: "/v1/jobs", body: "{" });
  expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
  expect(world.api.output()).not.toContain("a document");
});
