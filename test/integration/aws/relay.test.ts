import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { dynamoRoundPlaces } from "../../../lambdas/aws/dynamodb/round-places.ts";
import { dynamoUnscheduled } from "../../../lambdas/aws/dynamodb/unscheduled.ts";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import { sqsMessages } from "../../../lambdas/aws/sqs/message-queue.ts";
import { startRelay } from "../../../lambdas/aws/start/start-relay.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { RelayMessage } from "../../../lambdas/core/job/relay-message.ts";
import { relayKept } from "../../../lambdas/core/operations/relay.ts";
import { keptShards } from "../../../lambdas/core/ports/hot-minute-ports.ts";
import { reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { aJob, aMessage } from "../../support/builders.ts";
import { fakeClock } from "../../support/fakes/clock.ts";
import { fakeServices } from "../../support/fakes/services.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let sqs: Awaited<ReturnType<typeof startSqsAndS3>>;
const before = { ...process.env };

beforeAll(async () => {
  [dynamo, sqs] = await Promise.all([startDynamo(), startSqsAndS3()]);
  Object.assign(process.env, {
    AWS_REGION: settings.region,
    AWS_ACCESS_KEY_ID: settings.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  });
});
afterAll(async () => {
  process.env = before;
  await Promise.all([dynamo.stop(), sqs.stop()]);
});

test("what the Scheduler refused goes from the table to the queue of its type, by a message of the reconciler's", async () => {
  const now = Date.now();
  const at = { client: dynamo.client, table };
  const unscheduled = dynamoUnscheduled(at);
  const messages = Array.from({ length: 30 }, () => aMessage(aJob({ id: newJobId(), due_at: now })));
  for (const message of messages) await unscheduled.hold({ type: "action", group: "shop:prd", message });
  const { queues } = sqs;
  // The queue of another type stands for the relay's.
  const url = queues.storage.url;

  const round = fakeServices({ clock: fakeClock(now) });
  const relays = sqsMessages<RelayMessage>({ client: sqs.sqs, url });
  await reconcile({ ...round, unscheduled, relays, roundPlaces: dynamoRoundPlaces(at) });

  const relay = startRelay({ TABLE_NAME: table, QUEUES: queues, RELAY_QUEUE_URL: url });
  const handler = queueHandler(
    () => relay,
    RelayMessage,
    (services, message) => relayKept(services, message),
  );
  const asked = await received(url);
  expect(asked.length).toBeGreaterThan(1);
  const Records = asked.map((body, n) => ({ messageId: String(n), receiptHandle: String(n), body, attributes: {} }));
  expect(await handler({ Records } as unknown as SQSEvent, {} as Context)).toEqual({ batchItemFailures: [] });

  const sent = (await received(queues.action.url)).map((body) => (JSON.parse(body) as { job_id: string }).job_id);
  expect(sent.toSorted()).toEqual(messages.map(({ job_id }) => job_id).toSorted());
  for (let shard = 0; shard < keptShards; shard++)
    expect((await unscheduled.page({ shard, until: now, limit: 10 })).kept).toEqual([]);
});

/** The bodies of all messages that are visible in a queue. */
async function received(QueueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = "" }) => Body));
  }
}
