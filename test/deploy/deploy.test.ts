import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { timeKey } from "../../lambdas/aws/dynamodb/job-item.ts";
import { leadMs } from "../../lambdas/core/job/route.ts";
import { startPostgres } from "../support/databases/postgres.ts";
import { until } from "../support/local/until.ts";
import { startIssuer, type TestIssuer } from "../support/sign-in/issuer.ts";
import { listenOnBus } from "./bus-listener.ts";
import { apiClient, type Call, deploy, type Outputs } from "./deployment.ts";
import { describeFlow } from "./flow.ts";
import { describeKeys } from "./keys.ts";
import { credentials, type Ministack, region, startMinistack } from "./ministack.ts";
import { describeOutbound, storeWebhook } from "./outbound.ts";
import { type OutsideWorld, startOutsideWorld } from "./outside-world.ts";
import { describeOwnRole, makeTeams } from "./own-role.ts";
import { describePage } from "./page.ts";
import { describeRecord, lockRecord, recordDays } from "./record.ts";
import { describeRollBack } from "./roll-back.ts";
import { describeRuns } from "./runs.ts";
import { describeSigningIn, people, redirectUri, signInBy } from "./signing-in.ts";
import { describeStored } from "./stored-lines.ts";
import { documents, makeTargets } from "./targets.ts";
import { describeWaysIn } from "./ways-in.ts";

let ministack: Ministack;
let outside: OutsideWorld;
let issuer: TestIssuer;
let database: Awaited<ReturnType<typeof startPostgres>>;
let outputs: Outputs;
let key: string;
let call: ReturnType<typeof apiClient>;

const s3 = () => new S3Client({ ...clientOptions(), forcePathStyle: true });
const clientOptions = () => ({ endpoint: ministack.endpoint, region, credentials });
const post = (body: unknown, options: Call = {}) => call("POST", "/v1/jobs", { key, body, ...options });
const get = (id: string, wait = 20) => call("GET", `/v1/jobs/${id}?wait=${wait}`, { key });

beforeAll(async () => {
  outside = await startOutsideWorld();
  database = await startPostgres();
  issuer = await startIssuer({ people, redirectUris: [redirectUri] });
  ministack = await startMinistack();
  await makeTargets(clientOptions(), { databaseUrl: database.url(), outside });
  await makeTeams(clientOptions());
  await storeWebhook(clientOptions(), outside.url);
  outputs = await deploy(ministack, undefined, { signIn: signInBy(issuer), auditLockDays: recordDays });
  await lockRecord(clientOptions(), outputs);
  call = apiClient(outputs, ministack);
  const secret = new GetSecretValueCommand({ SecretId: outputs.ApiKeySecret });
  key = (await new SecretsManagerClient(clientOptions()).send(secret)).SecretString ?? "";
}, 240_000);

afterAll(async () => {
  await ministack?.stop();
  await outside?.stop();
  await database?.stop();
  await issuer?.[Symbol.asyncDispose]();
}, 30_000);

/** The example on the product's own page. */
const orderShipped = {
  env: "prd",
  product_tag: "my-product",
  event: "send_notification",
  input: {
    slug: "order_update",
    push_notification: {
      title: { en: "Order Shipped" },
      body: { en: "Your order #12345 has been shipped!" },
      data: { trackingId: "XYZ987" },
      device_token: "abcdef123456",
    },
  },
  start_at: 198766789,
};

const order = (customer: string, start_at: number, body: Record<string, unknown> = { sku: "A-1" }) => ({
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { params: { customer }, body },
  start_at,
});

describe("the API", () => {
  test("answers its health check without a key", async () => {
    expect(await call("GET", "/v1/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  test("turns away callers with no key or a wrong one", async () => {
    expect(await call("POST", "/v1/jobs", { body: orderShipped })).toMatchObject({ status: 401 });
    expect(await post(orderShipped, { key: `${key.slice(1)}x` })).toMatchObject({ status: 403 });
  });

  test("says what is wrong with a request", async () => {
    const { status, body } = await post({ ...orderShipped, event: "send_notificatoin" });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "EVENT_NOT_FOUND" });
  });
});

describe("the dashboard", () => {
  describePage({ call: (...args) => call(...args), outputs: () => outputs });
});

describe("a job that is due now", () => {
  test("sends a push notification through FCM with the catalog's service account", async () => {
    const { status, body } = await post(orderShipped);
    expect(status).toBe(202);
    expect(body).toEqual({
      job_id: expect.stringMatching(/^job_[0-9a-f]{32}$/),
      status: "queued",
      scheduled_at: expect.any(Number),
      recurring: false,
    });
    const job = await get(body.job_id);
    expect(job.body).toMatchObject({ status: "completed", type: "notification", attempt: 1 });
    const [push] = outside.received("POST", "/v1/projects/demo/messages:send");
    expect(push?.headers.authorization).toBe("Bearer google-token");
    expect(JSON.parse(push?.text ?? "")).toMatchObject({
      message: {
        token: "abcdef123456",
        notification: { title: "Order Shipped", body: "Your order #12345 has been shipped!" },
        data: { trackingId: "XYZ987" },
      },
    });
  });

  test("calls an action, and returns its result to a caller that prefers to wait", async () => {
    const { status, body } = await post(order("ann", 0), { headers: { prefer: "wait=20" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "completed", result: { status: 201, body: { order_id: 42 } } });
    const [sent] = outside.received("POST", "/orders/ann");
    expect(sent?.headers.authorization).toBe("Bearer shop-token");
    expect(sent?.url).toBe("/orders/ann?source=jobs");
    expect(JSON.parse(sent?.text ?? "")).toEqual({ sku: "A-1" });
  });

  test("keeps an input that is too large for the table in the bucket", async () => {
    const notes = "n".repeat(20_000);
    const { body } = await post(order("bob", 0, { notes }), { headers: { prefer: "wait=20" } });
    expect(body).toMatchObject({ status: "completed" });
    const [sent] = outside.received("POST", "/orders/bob");
    expect(JSON.parse(sent?.text ?? "")).toEqual({ notes });
    const list = new ListObjectsV2Command({ Bucket: outputs.BucketName, Prefix: `inputs/${body.job_id}/` });
    expect((await new S3Client({ ...clientOptions(), forcePathStyle: true }).send(list)).KeyCount).toBe(1);
  });

  test("runs once, however often its idempotency key is sent", async () => {
    const headers = { "idempotency-key": "order-7", prefer: "wait=20" };
    const answers = await Promise.all([1, 2, 3].map(() => post(order("cleo", 0), { headers })));
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
    expect(outside.received("POST", "/orders/cleo")).toHaveLength(1);
  });
});

describe("every type of job", () => {
  const run = async (event: string, input: Record<string, unknown>) => {
    const request = { env: "prd", product_tag: "my-product", event, input, start_at: 0 };
    const { body } = await post(request, { headers: { prefer: "wait=25" } });
    return body;
  };

  test("a database action writes to PostgreSQL, and another reads it back", async () => {
    const data = { id: "0d9bdc2e-8c6e-4f0e-9d7c-0a1b2c3d4e5f", customer: "gil'); DROP TABLE orders; --", total: 9.5 };
    expect(await run("record_order", { data })).toMatchObject({ status: "completed", result: { affected_rows: 1 } });
    const read = await run("orders_of_customer", { data: {}, filter: { customer: data.customer } });
    expect(read).toMatchObject({
      status: "completed",
      result: { row_count: 1, rows: [{ id: data.id, total: "9.5" }] },
    });
  });

  test("a function is called over HTTP", async () => {
    const job = await run("calculate_price", { payload: { sku: "tea", quantity: 2 } });
    expect(job).toMatchObject({ status: "completed", result: { status: 200, body: { total: 25 } } });
  });

  test("a file is stored in the team's bucket, by value and from an earlier upload", async () => {
    const stored = await run("store_document", {
      buffer: Buffer.from("by value").toString("base64"),
      fileName: "a.txt",
    });
    expect(stored).toMatchObject({ status: "completed", result: { key: "documents/a.txt", size: 8 } });
    const asked = { env: "prd", product_tag: "my-product", mimeType: "text/plain", size: 9 };
    const { body: upload } = await call("POST", "/v1/uploads", { key, body: asked });
    await fetch(upload.url, { method: upload.method, headers: upload.headers, body: "by upload" });
    const later = await run("store_document", { upload_id: upload.upload_id, fileName: "b.txt" });
    expect(later).toMatchObject({ status: "completed", result: { key: "documents/b.txt", size: 9 } });
    const object = await s3().send(new GetObjectCommand({ Bucket: documents, Key: "documents/b.txt" }));
    expect(await object.Body?.transformToString()).toBe("by upload");
  });

  test("a feature runs its steps and continues although its mail server does not exist", async () => {
    const job = await run("place_order", { customer: "hal", sku: "tea", quantity: 2 });
    let seen = job.job_id ? await get(job.job_id) : { body: job };
    for (let asked = 1; asked < 4 && seen.body.status !== "completed"; asked++) seen = await get(job.job_id);
    expect(seen.body).toMatchObject({
      status: "completed",
      result: { order: { order_id: 42 } },
      steps: { "main.calculate_price": { status: "completed" }, "main.create_order": { status: "completed" } },
    });
    expect(JSON.parse(outside.received("POST", "/orders/hal")[0]?.text ?? "")).toMatchObject({ price: { total: 25 } });
  });
});

describeOwnRole({
  settings: clientOptions,
  async run(event, input) {
    const request = { env: "prd", product_tag: "in-aws", event, input, start_at: 0 };
    return (await post(request, { headers: { prefer: "wait=25" } })).body;
  },
  async upload(body) {
    const asked = { env: "prd", product_tag: "in-aws", size: body.byteLength };
    const { body: upload } = await call("POST", "/v1/uploads", { key, body: asked });
    expect(await fetch(upload.url, { method: upload.method, headers: upload.headers, body })).toMatchObject({
      ok: true,
    });
    return upload.upload_id;
  },
});

describeOutbound({
  settings: clientOptions,
  post: (body) => post(body, { headers: { prefer: "wait=20" } }),
  cancel: (id) => call("POST", `/v1/jobs/${id}/cancel`, { key, body: {} }),
  received: (method, path) => outside.received(method, path),
  open: (path) => call("GET", path),
  bus: () => outputs.EventBusName,
});
describeWaysIn({ settings: clientOptions, outputs: () => outputs, job: async (id) => (await get(id)).body });
describeKeys({
  call: (method, path, options) => call(method, path, options),
  environment: () => ministack.environment,
});

describeSigningIn({ call: (method, path, options) => call(method, path, options), issuer: () => issuer });

const flow = {
  settings: clientOptions,
  outputs: () => outputs,
  call: (method: string, path: string, options?: Call) => call(method, path, { key, ...options }),
  received: (method: string, path: string) => outside.received(method, path),
};
describeFlow(flow);
describeStored(flow);
describeRuns({ ...flow, open: (method, path, options) => call(method, path, options) });

describe("a job that is due later", () => {
  test("starts within a second or two after its time, and not early", async () => {
    const due = Date.now() + 4500;
    const { body } = await post(order("dora", due));
    expect(body).toMatchObject({ status: "scheduled", scheduled_at: due });
    const job = await get(body.job_id);
    expect(job.body).toMatchObject({ status: "completed", due_at: due });
    const [sent] = outside.received("POST", "/orders/dora");
    expect(sent?.at).toBeGreaterThanOrEqual(due);
    expect(job.body.attempts[0].lateness_ms).toBeGreaterThanOrEqual(0);
    expect(job.body.attempts[0].lateness_ms).toBeLessThan(2500);
  });

  test("has a schedule to its type's queue if its time is over 15 minutes ahead", async () => {
    const due = Math.ceil(Date.now() / 1000) * 1000 + 20 * 60_000;
    const { body } = await post(order("emil", due));
    const { schedule } = await scheduleOf(body.job_id);
    expect(schedule).toMatchObject({
      ScheduleExpression: `at(${new Date(due - leadMs(body.job_id)).toISOString().slice(0, 19)})`,
      ScheduleExpressionTimezone: "UTC",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "DELETE",
    });
    expect(schedule.Target?.Arn).toMatch(/^arn:aws:sqs:us-east-1:000000000000:.*action/i);
    expect(schedule.Target?.DeadLetterConfig?.Arn).toMatch(/schedules.*deadletters/i);
    expect(JSON.parse(schedule.Target?.Input ?? "")).toEqual({
      v: 1,
      job_id: body.job_id,
      run: 1,
      attempt: 1,
      due_at: due,
    });
    expect(outside.received("POST", "/orders/emil")).toEqual([]);
  });

  test("is redispatched by the reconciler if its message was lost", async () => {
    const { body } = await post(order("fay", Date.now() + 20 * 60_000));
    // As if its time had come and its schedule had been lost: overdue beyond the reconciler's grace period.
    const overdue = Date.now() - 70_000;
    const move = new UpdateItemCommand({
      TableName: outputs.TableName,
      Key: { PK: { S: `JOB#${body.job_id}` }, SK: { S: "STATE" } },
      UpdateExpression: "SET due_at = :due, gsi_sk = :place",
      ExpressionAttributeValues: {
        ":due": { N: String(overdue) },
        ":place": { S: `${timeKey(overdue)}#${body.job_id}` },
      },
    });
    await new DynamoDBClient(clientOptions()).send(move);
    let job = await get(body.job_id);
    for (let asked = 1; asked < 6 && job.body.status !== "completed"; asked++) job = await get(body.job_id);
    expect(job.body).toMatchObject({ status: "completed", attempt: 1 });
    expect(outside.received("POST", "/orders/fay")).toHaveLength(1);
  }, 120_000);
});

describe("the events of a job", () => {
  test("reach a rule on the bus as job.completed, and the counters", async () => {
    const pattern = { source: ["ductape.jobs"], "detail-type": ["job.completed"] };
    const bus = await listenOnBus(clientOptions(), outputs.EventBusName, "listener", pattern);
    const { body } = await post(order("gus", 0), { headers: { prefer: "wait=20" } });
    expect(body).toMatchObject({ status: "completed" });
    const event = await bus.until(({ detail }) => detail.job_id === body.job_id);
    expect(event).toMatchObject({ source: "ductape.jobs", "detail-type": "job.completed" });
    expect(event.detail).toEqual({
      job_id: body.job_id,
      product_tag: "my-product",
      env: "prd",
      event: "create_order",
      type: "action",
      run: 1,
      attempt: 1,
      status: "completed",
      scheduled_at: body.scheduled_at,
      due_at: body.due_at,
      started_at: body.started_at,
      finished_at: body.finished_at,
      created_at: body.created_at,
      version: 3,
    });
    const { body: stats } = await call("GET", "/v1/stats?product_tag=my-product&env=prd", { key });
    // Only the mail of the feature's order may fail: no server listens there.
    expect(stats.counts.failed).toBeLessThanOrEqual(1);
    expect(stats.success_rate).toBeGreaterThan(0.9);
    expect(stats.mean_attempts).toBeLessThan(1.5);
    expect(stats.counts.completed).toBeGreaterThan(0);
    expect(stats.counts.scheduled).toBeGreaterThanOrEqual(stats.counts.completed);
    expect(stats.duration_ms.p50).toBeGreaterThanOrEqual(0);
  }, 60_000);
});

describe("a cause for which attempts fail", () => {
  test("is told to the chat of the catalog once, and counted", async () => {
    const failed = async () => {
      const { body } = await post(order("refused", 0), { headers: { prefer: "wait=20" } });
      expect(body).toMatchObject({ status: "failed" });
    };
    // An order of dev has failed before, which is another incident.
    const ofIt = /apps\/shop fails with .* in my-product, prd/;
    const told = () => outside.received("POST", "/chat").filter(({ text }) => ofIt.test(text));
    const incident = async () => {
      const { body } = await call("GET", "/v1/incidents?product_tag=my-product&env=prd", { key });
      return body.incidents.find(({ target }: { target?: string }) => target === "apps/shop");
    };
    await failed();
    await until(() => told().length > 0, 60_000);
    expect(JSON.parse(told()[0]?.text ?? "")).toEqual({ text: expect.stringMatching(/^New: apps\/shop fails with /) });
    expect(await incident()).toMatchObject({ state: "open", event: "create_order" });
    const { count } = await incident();
    await failed();
    await until(async () => (await incident()).count > count, 60_000);
    expect(told()).toHaveLength(1);
  }, 150_000);
});

describeRecord({ ...flow, ministack: () => ministack });
describeRollBack({ ...flow, deploy: (checkout, stacks) => deploy(ministack, checkout, {}, stacks) });

async function scheduleOf(jobId: string) {
  const scheduler = new SchedulerClient(clientOptions());
  const GroupName = outputs.ScheduleGroup;
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName, NamePrefix: jobId }));
  expect(Schedules).toHaveLength(1);
  return { schedule: await scheduler.send(new GetScheduleCommand({ GroupName, Name: Schedules[0]?.Name })) };
}
