import { createHash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "@jest/globals";
import { sqsJobQueue } from "../../../lambdas/aws/sqs-job-queue.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { queuesAt } from "../../support/aws/queues.ts";
import { awsError, type Captured, stubHandler } from "../../support/aws/stub-handler.ts";
import { aMessage } from "../../support/builders.ts";

const origin = "https://sqs.us-east-1.amazonaws.com";

/** The SDK checks the digest of what it sent. */
const accepted = ({ body }: Captured) => ({
  body: { MessageId: "1", MD5OfMessageBody: createHash("md5").update(String(body.MessageBody)).digest("hex") },
});

function aQueue(answer = accepted as Parameters<typeof stubHandler>[0]) {
  const requestHandler = stubHandler(answer);
  const client = new SQSClient({ ...settings, requestHandler, maxAttempts: 1 });
  return { queue: sqsJobQueue({ client, queues: queuesAt(origin) }), requests: requestHandler.requests };
}

test("a send names its queue, delay and group on the wire", async () => {
  const { queue, requests } = aQueue();
  const message = aMessage();
  await queue.send("database_action", message, { delaySeconds: 899, group: "shop:prd" });
  expect(requests.map(({ body }) => body)).toEqual([
    {
      QueueUrl: `${origin}/000000000000/jobs-database_action`,
      MessageBody: JSON.stringify(message),
      DelaySeconds: 899,
      MessageGroupId: "shop:prd",
    },
  ]);
});

test("no delay is said as 0: a queue's own default would make the job late", async () => {
  const { queue, requests } = aQueue();
  await queue.send("action", aMessage(), { delaySeconds: 0, group: "shop:prd" });
  expect(requests[0]?.body).toMatchObject({ DelaySeconds: 0 });
});

test("a group that SQS would refuse is cut to its limit", async () => {
  const { queue, requests } = aQueue();
  await queue.send("action", aMessage(), { delaySeconds: 0, group: `${"p".repeat(64)}:${"e".repeat(64)}` });
  expect(requests[0]?.body.MessageGroupId).toHaveLength(128);
});

test("a refused send fails", async () => {
  const { queue } = aQueue(() => awsError("AccessDeniedException", 403));
  const sending = queue.send("action", aMessage(), { delaySeconds: 0, group: "shop:prd" });
  await expect(sending).rejects.toMatchObject({ name: "AccessDeniedException" });
});
