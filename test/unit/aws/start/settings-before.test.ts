import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, it } from "@jest/globals";
import type * as z from "zod";
import { sqsMessages } from "../../../../lambdas/aws/sqs/message-queue.ts";
import {
  ApiEnv,
  AuthorizerEnv,
  CodeEnv,
  ConsumerEnv,
  IntakeEnv,
  LifecycleEnv,
  queueUrl,
  ReconcilerEnv,
  readEnv,
  TasksEnv,
  WebhooksEnv,
} from "../../../../lambdas/aws/start/env.ts";
import { startApi } from "../../../../lambdas/aws/start/start-api.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import { jobTypes } from "../../../../lambdas/core/job/job.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { stubHandler } from "../../../support/aws/stub-handler.ts";

/*
 * During an upgrade the code of a function is there a moment before its settings are. What deployments of version 0.3.0 set is kept here by
 * hand (infra/ of its release), so that a variable that is added and required later is noticed.
 */

const url = "https://sqs.us-east-1.amazonaws.com/000000000000/queue";
const arn = "arn:aws:sqs:us-east-1:000000000000:queue";
const byType = (of: unknown) => JSON.stringify(Object.fromEntries(jobTypes.map((type) => [type, of])));

const jobs = {
  TABLE_NAME: "table",
  BUCKET_NAME: "bucket",
  RETENTION_DAYS: "30",
  INDEX_SHARDS: "8",
  SCHEDULER_STARTS_PER_SECOND: "500",
  QUEUES: byType({ url }),
  SCHEDULE_GROUP: "group",
  SCHEDULE_ROLES: byType("arn:aws:iam::000000000000:role/schedules"),
  SCHEDULE_DLQ_ARN: arn,
};
const waits = { LONGEST_WAIT_MS: "1000", HOLD_SECONDS: "0", MEMORY_MB: "256", NOTE_WAITS: "false" };
const bus = { EVENT_BUS_NAME: "bus", TASK_QUEUE_URL: url };

const functions = [
  ["the API", ApiEnv, { ...jobs, LARGEST_UPLOAD_MB: "1024", LONGEST_HOLD_SECONDS: "25", WAITS_PER_KEY: "200" }],
  ["a consumer", ConsumerEnv, { ...jobs, ...waits }],
  ["the consumer of functions", CodeEnv, { ...jobs, ...waits }],
  ["the reconciler", ReconcilerEnv, { ...jobs, SCHEDULES: "off", DEPLOYED_CODE: "", RECONCILE_GRACE_MS: "60000" }],
  ["the intake", IntakeEnv, { ...jobs, ...bus, INTAKE_QUEUE_URL: url, INTAKE_DLQ_URL: url, IMPORT_QUEUE_URL: url }],
  [
    "the lifecycle",
    LifecycleEnv,
    { ...bus, TABLE_NAME: "table", BUCKET_NAME: "bucket", PUBLISH: "", WEBHOOK_QUEUE_URL: url, LIFECYCLE_DLQ_URL: url },
  ],
  ["the tasks", TasksEnv, { TABLE_NAME: "table", BUCKET_NAME: "bucket", TASK_QUEUE_URL: url, TASK_DLQ_URL: url }],
  ["the webhooks", WebhooksEnv, { ...bus, TABLE_NAME: "table", WEBHOOK_QUEUE_URL: url, WEBHOOK_DLQ_URL: url }],
  ["the authorizer", AuthorizerEnv, { TABLE_NAME: "table", API_KEY_SECRET: "secret" }],
] as const;

/** Reads them as a function does that has these settings and no others. */
function readWith<Env>(env: Readonly<Record<string, string>>, read: () => Env): Env {
  const before = process.env;
  process.env = { ...env };
  try {
    return read();
  } finally {
    process.env = before;
  }
}

it.each(functions)("%s starts with the settings of version 0.3.0", (_name, schema, env) => {
  expect(() => readWith(env, () => readEnv<z.ZodObject>(schema))).not.toThrow();
});

it("still refuses settings that no version made", () => {
  const { TABLE_NAME: _table, ...rest } = jobs;
  expect(() => readWith(rest, () => readEnv(ApiEnv))).toThrow("TABLE_NAME");
  expect(() => readWith({ ...jobs, IMPORT_QUEUE_URL: "no address" }, () => readEnv(ApiEnv))).toThrow(
    "IMPORT_QUEUE_URL",
  );
});

it("completes the name of a queue to its URL, beside the queues of the types", () => {
  const read = (queue: string) => {
    const env = readWith({ ...jobs, IMPORT_QUEUE_URL: queue }, () => readEnv(ApiEnv));
    return queueUrl(env, env.IMPORT_QUEUE_URL);
  };
  expect(read("shop-Imports_1A2B")).toBe("https://sqs.us-east-1.amazonaws.com/000000000000/shop-Imports_1A2B");
  expect(read("http://127.0.0.1:9324/0/imports")).toBe("http://127.0.0.1:9324/0/imports");
});

it("knows the memory of consumers once the settings have it", () => {
  const memoryOf = (more: Record<string, string>) =>
    startApi(
      readWith({ ...jobs, ...more }, () => readEnv(ApiEnv)),
      makeCatalog([], registry),
    ).memory;
  expect(memoryOf({})).toBeUndefined();
  expect(memoryOf({ CONSUMER_MEMORY: '{"feature":512}' })).toEqual({ feature: 512 });
  expect(() => memoryOf({ CONSUMER_MEMORY: '{"feature":"much"}' })).toThrow("CONSUMER_MEMORY");
  // The reconciler has it only where there are budgets.
  const ofReconciler = (more: object) => readWith({ ...jobs, ...more }, () => readEnv(ReconcilerEnv)).CONSUMER_MEMORY;
  expect(ofReconciler({})).toBeUndefined();
  expect(ofReconciler({ CONSUMER_MEMORY: '{"feature":512}' })).toEqual({ feature: 512 });
});

it("refuses for now what needs a queue that the settings do not have yet, and makes no call", async () => {
  const api = startApi(
    readWith(jobs, () => readEnv(ApiEnv)),
    makeCatalog([], registry),
  );
  const tick = { product: "shop", env: "prd", limit: "one", key: "", by: "note 1", visible: 0 };
  await expect(api.ticks.send([tick], 0)).rejects.toBeInstanceOf(TransientError);
  const resend = { v: 1, attempt: 1, due_at: 0 } as never;
  await expect(api.webhooks.send(resend, { delaySeconds: 0, group: "shop:prd:orders" })).rejects.toMatchObject({
    code: "DEPLOYING",
  });
  const requestHandler = stubHandler(() => ({ body: {} }));
  const client = new SQSClient({ ...settings, requestHandler });
  const queue = sqsMessages<object>({ client, url: undefined });
  const options = { delaySeconds: 0, group: "shop:prd" };
  await expect(queue.send({}, options)).rejects.toMatchObject({ code: "DEPLOYING" });
  await expect(queue.sendMany([{ message: {}, ...options }])).rejects.toBeInstanceOf(TransientError);
  expect(requestHandler.requests).toEqual([]);
});
