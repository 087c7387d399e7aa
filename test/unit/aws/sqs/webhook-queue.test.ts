import { createHash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { traceBeside } from "../../../../lambdas/aws/sqs/trace-attributes.ts";
import { sqsWebhookQueue } from "../../../../lambdas/aws/sqs/webhook-queue.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { type Captured, stubHandler } from "../../../support/aws/stub-handler.ts";
import { DeliveryThen } from "../../../support/stored/version-0.3-messages.ts";
import { aDelivery } from "../../../support/webhook-world.ts";

const url = "https://sqs.us-east-1.amazonaws.com/000000000000/webhooks";
const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "a=1" };
const options = { delaySeconds: 5, group: "shop:prd:orders" };

interface Wire {
  Id?: string;
  MessageBody: string;
  MessageAttributes?: Record<string, { DataType: string; StringValue: string }>;
}

const sentIn = ({ body }: Captured) => (body.Entries ?? [body]) as Wire[];
const answer = (request: Captured) => {
  const taken = sentIn(request).map(({ Id, MessageBody }) => ({
    ...{ Id, MessageId: "1", MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") },
  }));
  return { body: request.body.Entries ? { Successful: taken } : taken[0] };
};

function aQueue() {
  const requestHandler = stubHandler(answer);
  const client = new SQSClient({ ...settings, requestHandler, maxAttempts: 1 });
  return { queue: sqsWebhookQueue({ client, url }), sent: () => requestHandler.requests.flatMap(sentIn) };
}

/** What Lambda makes of the attributes of a message. */
const received = ({ MessageAttributes = {} }: Wire) =>
  ({
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, { stringValue: StringValue }]),
    ),
  }) as unknown as SQSRecord;

test("a delivery with a trace is one that version 0.3.0 reads, and arrives with its trace", async () => {
  const { queue, sent } = aQueue();
  const [traced, plain] = [aDelivery({ trace, failed_at: 1 }), aDelivery()];
  await queue.send(traced, options);
  await queue.sendMany([
    { message: traced, ...options },
    { message: plain, ...options },
  ]);
  const { trace: _, ...message } = traced;
  expect(sent().map(({ MessageBody }) => DeliveryThen.parse(JSON.parse(MessageBody)))).toEqual([
    ...[message, message, plain],
  ]);
  expect(sent().map((one) => traceBeside(received(one)))).toEqual([trace, trace, undefined]);
});

test("a trace without a state has one attribute, and a message without attributes has no trace", async () => {
  const { queue, sent } = aQueue();
  await queue.send(aDelivery({ trace: { traceparent: trace.traceparent } }), options);
  expect(sent().map(({ MessageAttributes }) => MessageAttributes)).toEqual([
    { traceparent: { DataType: "String", StringValue: trace.traceparent } },
  ]);
  expect(traceBeside({} as SQSRecord)).toBeUndefined();
});
