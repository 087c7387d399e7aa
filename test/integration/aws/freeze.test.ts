import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { queuesAt, scheduleRoles } from "../../../bench/support/aws.ts";
import { routes } from "../../../lambdas/api/routes.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { startServices } from "../../../lambdas/aws/start/start-up.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { bucket, startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { httpEvent } from "../../support/http-event.ts";
import { startGate } from "../../support/tcp-gate.ts";

const portOf = (endpoint: string) => Number(new URL(endpoint).port);

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let sqs: Awaited<ReturnType<typeof startSqsAndS3>>;
let gates: { dynamo: Awaited<ReturnType<typeof startGate>>; sqs: Awaited<ReturnType<typeof startGate>> };
const before = { ...process.env };

beforeAll(async () => {
  [dynamo, sqs] = await Promise.all([startDynamo(), startSqsAndS3()]);
  gates = { dynamo: await startGate(portOf(dynamo.endpoint)), sqs: await startGate(portOf(sqs.endpoint)) };
  Object.assign(process.env, {
    AWS_REGION: settings.region,
    AWS_ACCESS_KEY_ID: settings.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${gates.dynamo.port}`,
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${gates.sqs.port}`,
  });
});

afterAll(async () => {
  process.env = before;
  await Promise.all([gates.dynamo.stop(), gates.sqs.stop()]);
  await Promise.all([dynamo.stop(), sqs.stop()]);
});

/** The API as its Lambda starts it, with the deployment's clients. */
function startApi() {
  const services = startServices(
    "api",
    {
      TABLE_NAME: table,
      BUCKET_NAME: bucket,
      RETENTION_DAYS: 30,
      INDEX_SHARDS: 8,
      INDEX_SHARDS_READ: 8,
      SCHEDULER_STARTS_PER_SECOND: 1000,
      QUEUES: queuesAt(`http://127.0.0.1:${gates.sqs.port}`),
      PUMP_QUEUE_URL: `http://127.0.0.1:${gates.sqs.port}/pump`,
      SCHEDULE_GROUP: "jobs",
      SCHEDULE_ROLES: scheduleRoles,
      SCHEDULE_DLQ_ARN: "arn:aws:sqs:us-east-1:000000000000:schedules-dlq",
    },
    catalog,
  );
  const { waits, requests, limits, failures, incidents, ...others } = fakeServices();
  const { rollUps, audit, searchIndex, operations, turns, endpoints, sharedKeys, sessions, log } = others;
  const { hookDeliveries, sentDeliveries, webhooks } = others;
  const handler = httpApi(
    () => ({
      ...services,
      ...{ log, limits, waits, requests, failures, incidents, rollUps, audit, searchIndex, operations, turns },
      ...{ endpoints, hookDeliveries, sentDeliveries, webhooks, sharedKeys, sessions },
    }),
    routes,
  );
  return async (asked: Parameters<typeof httpEvent>[0]) =>
    (await handler(httpEvent(asked), {} as Context)) as APIGatewayProxyStructuredResultV2;
}

test("every request succeeds after a freeze in which all idle connections broke", async () => {
  const ask = startApi();
  const order = { env: "prd", product_tag: "my-product", event: "create_order", input: {}, start_at: 0 };
  const post = () => ask({ method: "POST", path: "/v1/jobs", body: order });
  expect((await post()).statusCode).toBe(202);
  expect((await ask({ path: "/v1/jobs" })).statusCode).toBe(200);
  expect(gates.dynamo.open()).toBeGreaterThanOrEqual(8);

  gates.dynamo.forget();
  gates.sqs.forget();
  const answers = await Promise.all(Array.from({ length: 8 }, post));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(202));
  expect(gates.dynamo.open()).toBeLessThanOrEqual(8);
});
