import { DynamoDBClient, type DynamoDBClientConfig, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Context, SQSEvent } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { clientDefaults } from "../../lambdas/aws/client/client-defaults.ts";
import { claimUpdate } from "../../lambdas/aws/dynamodb/claim-update.ts";
import { jobItemOf } from "../../lambdas/aws/dynamodb/job-item.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamodb/stats-store.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { makeLog } from "../../lambdas/aws/log/log.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs/job-queue.ts";
import { systemClock } from "../../lambdas/aws/start/system-clock.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { JobMessage, jobMessageOf } from "../../lambdas/core/job/job.ts";
import { afterClaim, completed } from "../../lambdas/core/job/transitions.ts";
import { defaultLimits } from "../../lambdas/core/operations/api-limits.ts";
import type { ApiServices, ConsumerServices } from "../../lambdas/core/operations/services.ts";
import { catalog } from "../demo-catalog.ts";
import { aJob } from "../support/a-job.ts";
import { queuesAt, settings, table } from "../support/aws.ts";
import { httpEvent } from "../support/http-event.ts";
import { noHerd } from "../support/no-herd.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { instantAws } from "./instant-aws.ts";

const result = { status: 201, headers: { "content-type": "application/json" }, body: { order: "O-7" } };
/** With the time left, from which middy knows when to give up before Lambda does. */
const context = { awsRequestId: crypto.randomUUID(), getRemainingTimeInMillis: () => 29_000 } as Context;
const input = { params: { customer: "C-1042" }, body: { sku: "SKU-77-BLUE", quantity: 2, price: 1999 } };

/**
 * A request and the execution of a job, on an AWS that answers at once: with all of our code, set up as `startServices` does
 * it, and as the bare SDK calls that they make. The job may stand in a trace, which the request brings.
 */
export function subjects(traceparent?: string) {
  const now = Date.now();
  const job = aJob({ input: { inline: input }, due_at: now, ...(traceparent && { trace: { parent: traceparent } }) });
  const claim = { claimId: crypto.randomUUID(), now, leaseMarginMs: 20_000 };
  const running = afterClaim(job, claim);
  const requestHandler = instantAws(
    JSON.stringify({ Attributes: jobItemOf({ ...running, lease_until: now + 1e9 }, 30) }),
  );
  const own = { ...clientDefaults, ...settings, requestHandler };
  const dynamo = new DynamoDBClient(own);
  const queues = queuesAt("https://sqs.us-east-1.amazonaws.com");
  const services: ConsumerServices = {
    catalog,
    jobs: dynamoJobStore({ client: dynamo, table, retentionDays: 30 }),
    stats: dynamoStatsStore({ client: dynamo, table }),
    queue: sqsJobQueue({ client: new SQSClient(own), queues }),
    scheduler: only("scheduler"),
    ...noHerd(),
    blobs: only("blobs"),
    gates: only("gates"),
    ticks: only("ticks"),
    resultCache: only("resultCache"),
    definitions: only("definitions"),
    signals: only("signals"),
    approvals: only("approvals"),
    runLogs: only("runLogs"),
    answers: only("answers"),
    pauses: nonePaused(),
    secrets: only("secrets"),
    clock: systemClock,
    log: makeLog("bench"),
  };
  const apiServices: ApiServices = {
    ...services,
    limits: defaultLimits,
    waits: only("waits"),
    requests: only("requests"),
    sharedKeys: only("sharedKeys"),
    failures: only("failures"),
    incidents: only("incidents"),
    rollUps: only("rollUps"),
    audit: only("audit"),
    searchIndex: only("searchIndex"),
    operations: only("operations"),
    turns: only("turns"),
    endpoints: only("endpoints"),
    hookDeliveries: only("hookDeliveries"),
    sentDeliveries: only("sentDeliveries"),
    webhooks: only("webhooks"),
    sessions: only("sessions"),
  };
  const api = httpApi(() => apiServices, routes);
  const consumer = queueHandler(
    () => ({ ...services, redelivery: { soon: async () => {} } }),
    JobMessage,
    (all, message) => runJob(all, async () => result, message),
  );
  const body = { product_tag: "my-product", env: "prd", event: "create_order", start_at: 0, input };
  const event = httpEvent({ method: "POST", path: "/v1/jobs", body, ...(traceparent && { headers: { traceparent } }) });
  const message = JSON.stringify(jobMessageOf(job));
  const batch = { Records: [{ messageId: "1", body: message }] } as SQSEvent;
  const stored = jobItemOf(job, 30);
  const ended = jobItemOf(completed(running, now, { inline: result }), 30);

  const bare = (clientSettings: DynamoDBClientConfig & SQSClientConfig) => {
    const dynamo = new DynamoDBClient(clientSettings);
    const sqs = new SQSClient(clientSettings);
    return {
      async request() {
        const ConditionExpression = "attribute_not_exists(PK)";
        await dynamo.send(new PutItemCommand({ TableName: table, Item: stored, ConditionExpression }));
        const send = { QueueUrl: queues.action.url, MessageBody: message, DelaySeconds: 0, MessageGroupId: "a:b" };
        await sqs.send(new SendMessageCommand(send));
      },
      async execution() {
        await dynamo.send(new UpdateItemCommand(claimUpdate(table, jobMessageOf(job), claim).input));
        await dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: ended,
            ConditionExpression: "version = :read AND created_at = :created_at",
            ExpressionAttributeValues: marshall({ ":read": 2, ":created_at": job.created_at }),
          }),
        );
      },
    };
  };

  return {
    ours: {
      async request() {
        // The middleware changes the event that it gets.
        const answer = await api({ ...event, headers: { ...event.headers } }, context);
        if ((answer as { statusCode: number }).statusCode !== 202) throw new Error(JSON.stringify(answer));
      },
      async execution() {
        const answer = await consumer(batch, context);
        if (answer.batchItemFailures.length > 0) throw new Error("the job was not executed");
      },
    },
    bare: bare({ ...settings, requestHandler }),
    /** From clients that are set up like ours. */
    alike: bare(own),
  };
}
