import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { callsOf } from "../../../lambdas/aws/sqs/calls-attribute.ts";
import { sqsJobQueue } from "../../../lambdas/aws/sqs/job-queue.ts";
import { startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { aMessage } from "../../support/builders.ts";
import { describeJobQueue } from "../../support/conformance/job-queue.ts";

describeJobQueue("SQS", async () => {
  const { sqs, queues, held, stop } = await startSqsAndS3();
  return { queue: sqsJobQueue({ client: sqs, queues }), held, stop };
});

test("a queue keeps the calls of each message beside it", async () => {
  const { sqs, queues, stop } = await startSqsAndS3();
  const queue = sqsJobQueue({ client: sqs, queues });
  const calls = { limits: { mailbox: { at: 5 }, "😀\uffff": { at: 6, bucket: 1 } }, visible: 3, returns: 2 };
  const [alone, first, second] = [aMessage(), aMessage(), aMessage()];
  const now = { delaySeconds: 0, group: "shop:prd" };
  await queue.send("action", alone, { ...now, calls });
  const entries = [
    { message: first, ...now },
    { message: second, ...now, calls: { ...calls, visible: 4 } },
  ];
  expect(await queue.sendMany("action", entries)).toEqual([]);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queues.action.url,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
    }),
  );
  const received = Messages.map(({ Body = "", MessageAttributes = {} }) => {
    const stringValue = MessageAttributes.calls?.StringValue;
    const record = { messageAttributes: stringValue === undefined ? {} : { calls: { stringValue } } };
    return { message: JSON.parse(Body), calls: callsOf(record as unknown as SQSRecord) };
  });
  expect(received).toHaveLength(3);
  expect(received).toEqual(
    expect.arrayContaining([
      { message: alone, calls },
      { message: first, calls: undefined },
      { message: second, calls: { ...calls, visible: 4 } },
    ]),
  );
  await stop();
});
