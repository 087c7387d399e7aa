import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { redeliverySeconds, sqsRedelivery } from "../../../../lambdas/aws/sqs/redelivery.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, stubHandler } from "../../../support/aws/stub-handler.ts";
import { fakeLog } from "../../../support/fakes/log.ts";

const url = "https://sqs.us-east-1.amazonaws.com/000000000000/jobs";
const record = (receiptHandle: string, receives: number) =>
  ({ receiptHandle, attributes: { ApproximateReceiveCount: String(receives) } }) as SQSRecord;

function aRedelivery(answer: Parameters<typeof stubHandler>[0] = () => ({ body: { Successful: [], Failed: [] } })) {
  const requestHandler = stubHandler(answer);
  const log = fakeLog();
  const client = new SQSClient({ ...settings, requestHandler, maxAttempts: 1 });
  return { redelivery: sqsRedelivery(() => client, url, log), requests: requestHandler.requests, log };
}

test("the delay of a failed message grows with its deliveries", async () => {
  const { redelivery, requests } = aRedelivery();
  await redelivery.soon([record("a", 1), record("b", 3)]);
  expect(requests.map(({ body }) => body)).toEqual([
    {
      QueueUrl: url,
      Entries: [
        { Id: "0", ReceiptHandle: "a", VisibilityTimeout: 5 },
        { Id: "1", ReceiptHandle: "b", VisibilityTimeout: 20 },
      ],
    },
  ]);
});

test.each([
  [1, 5],
  [8, 640],
  [9, 900],
  [20, 900],
])("after %i deliveries a message waits for %i seconds, a quarter of an hour at most", (receives, seconds) => {
  expect(redeliverySeconds(receives)).toBe(seconds);
});

test("more failed messages than SQS takes in a request are named in several ones", async () => {
  const { redelivery, requests } = aRedelivery();
  const records = Array.from({ length: 25 }, (_, i) => record(`handle-${i}`, 1));
  await redelivery.soon(records);
  const sent = requests.map(({ body }) => (body as { Entries: { Id: string; ReceiptHandle: string }[] }).Entries);
  expect(sent.map(({ length }) => length)).toEqual([10, 10, 5]);
  expect(sent.flat().map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(
    records.map(({ receiptHandle }) => receiptHandle),
  );
});

test("a request that fails keeps no other one from being sent", async () => {
  let asked = 0;
  const { redelivery, requests, log } = aRedelivery(() =>
    asked++ === 0 ? awsError("ThrottlingException") : { body: { Successful: [], Failed: [] } },
  );
  await redelivery.soon(Array.from({ length: 12 }, (_, i) => record(`handle-${i}`, 1)));
  expect(requests).toHaveLength(2);
  expect(log.lines).toMatchObject([{ level: "warn", fields: { count: 10 } }]);
});

test("a batch without failed messages costs no call", async () => {
  const { redelivery, requests } = aRedelivery();
  await redelivery.soon([]);
  expect(requests).toEqual([]);
});

test("an error of AWS when messages are hidden is only logged", async () => {
  const { redelivery, log } = aRedelivery(() => awsError("ThrottlingException"));
  await redelivery.soon([record("a", 1)]);
  expect(log.lines).toMatchObject([{ level: "warn", fields: { count: 1, error_name: "ThrottlingException" } }]);
});
