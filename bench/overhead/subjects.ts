import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Context, SQSEvent } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { claimUpdate } from "../../lambdas/aws/claim-update.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamo-job-store.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamo-stats-store.ts";
import { httpApi } from "../../lambdas/aws/http-api.ts";
import { itemOf } from "../../lambdas/aws/job-item.ts";
import { makeLog } from "../../lambdas/aws/log.ts";
import { queueHandler } from "../../lambdas/aws/queue-handler.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs-job-queue.ts";
import { systemClock } from "../../lambdas/aws/system-clock.ts";
import { catalog } from "../../lambdas/consumers/catalog.ts";
import { runJob } from "../../lambdas/consumers/shell.ts";
import { JobMessage, messageOf } from "../../lambdas/core/job.ts";
import { claimed, completed } from "../../lambdas/core/transitions.ts";
import { settings } from "../../test/support/aws/client-settings.ts";
import { queuesAt } from "../../test/support/aws/queues.ts";
import { aJob } from "../../test/support/builders.ts";
import { fakeBlobStore } from "../../test/support/fakes/blob-store.ts";
import { fakeScheduler } from "../../test/support/fakes/scheduler.ts";
import { fakeSecrets } from "../../test/support/fakes/secrets.ts";
import { httpEvent } from "../../test/support/http-event.ts";
import { instantAws } from "./instant-aws.ts";

const table = "jobs";
const result = { status: 201, headers: { "content-type": "application/json" }, body: { order: "O-7" } };
const input = { params: { customer: "C-1042" }, body: { sku: "SKU-77-BLUE", quantity: 2, price: 1999 } };

/** A request, and the execution of a job, on instant AWS: with all that is ours, and the bare calls that they come to. */
export function subjects() {
  const now = Date.now();
  const job = aJob({ product: "my-product", event: "create_order", input: { inline: input }, due_at: now });
  const claim = { claimId: crypto.randomUUID(), now, leaseMarginMs: 20_000 };
  const running = claimed(job, claim);
  const dynamo = new DynamoDBClient({
    ...settings,
    requestHandler: instantAws(JSON.stringify({ Attributes: itemOf({ ...running, lease_until: now + 1e9 }, 30) })),
  });
  const sqs = new SQSClient({ ...settings, endpoint: "http://sqs", requestHandler: instantAws() });
  const queues = queuesAt("http://sqs");
  const services = {
    catalog,
    jobs: dynamoJobStore({ client: dynamo, table, retentionDays: 30 }),
    stats: dynamoStatsStore({ client: dynamo, table }),
    queue: sqsJobQueue({ client: sqs, queues }),
    scheduler: fakeScheduler(),
    blobs: fakeBlobStore(),
    secrets: fakeSecrets({}),
    clock: systemClock,
    log: makeLog("bench"),
  };
  const api = httpApi(() => services, routes);
  const consumer = queueHandler(
    () => services,
    JobMessage,
    (all, message) => runJob(all, async () => result, message),
  );
  const body = JSON.stringify({ product_tag: "my-product", env: "prd", event: "create_order", start_at: 0, input });
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body, headers: { "content-type": "application/json" } });
  const message = JSON.stringify(messageOf(job));
  const batch = { Records: [{ messageId: "1", body: message }] } as SQSEvent;
  const stored = itemOf(job, 30);
  const ended = itemOf(completed(running, now, { inline: result }), 30);

  return {
    request: {
      async ours() {
        // Middleware changes the event that it is given.
        const answer = await api({ ...event, headers: { ...event.headers } }, {} as Context);
        if ((answer as { statusCode: number }).statusCode !== 202) throw new Error(JSON.stringify(answer));
      },
      async bare() {
        const ConditionExpression = "attribute_not_exists(PK)";
        await dynamo.send(new PutItemCommand({ TableName: table, Item: stored, ConditionExpression }));
        const send = { QueueUrl: queues.action.url, MessageBody: message, DelaySeconds: 0, MessageGroupId: "a:b" };
        await sqs.send(new SendMessageCommand(send));
      },
    },
    execution: {
      async ours() {
        const answer = await consumer(batch, {} as Context);
        if (answer.batchItemFailures.length > 0) throw new Error("the job was not executed");
      },
      async bare() {
        await dynamo.send(new UpdateItemCommand(claimUpdate(table, messageOf(job), claim).input));
        await dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: ended,
            ConditionExpression: "version = :read",
            ExpressionAttributeValues: marshall({ ":read": 2 }),
          }),
        );
      },
    },
  };
}
