import { createHash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "@jest/globals";
import { queuesAt } from "../../../../bench/support/aws.ts";
import { sqsJobQueue } from "../../../../lambdas/aws/sqs/job-queue.ts";
import { PermanentError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type Captured, stubHandler } from "../../../support/aws/stub-handler.ts";
import { aMessage } from "../../../support/builders.ts";

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

test("a message's request names the queue, the delay and the group", async () => {
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

test("a delay of 0 is sent too", async () => {
  const { queue, requests } = aQueue();
  await queue.send("action", aMessage(), { delaySeconds: 0, group: "shop:prd" });
  expect(requests[0]?.body).toMatchObject({ DelaySeconds: 0 });
});

test("calls travel beside the message", async () => {
  // Without the digest of the attributes the SDK checks that of the body alone.
  const { queue, requests } = aQueue();
  const [message, calls] = [aMessage(), { limits: { mailbox: { at: 5 } }, visible: 3 }];
  await queue.send("action", message, { delaySeconds: 0, group: "shop:prd", calls });
  expect(requests[0]?.body).toMatchObject({
    MessageBody: JSON.stringify(message),
    MessageAttributes: { calls: { DataType: "String", StringValue: JSON.stringify(calls) } },
  });
});

test("a group that SQS would refuse is cut to its limit", async () => {
  const { queue, requests } = aQueue();
  await queue.send("action", aMessage(), { delaySeconds: 0, group: `${"p".repeat(64)}:${"e".repeat(64)}` });
  expect(requests[0]?.body.MessageGroupId).toHaveLength(128);
});

test.each(["InvalidMessageContents", "AWS.SimpleQueueService.InvalidMessageContents"])(
  "a message that SQS refuses for good is a PermanentError: %s",
  async (name) => {
    const { queue } = aQueue(() => awsError(name));
    const sending = queue.send("action", aMessage(), { delaySeconds: 0, group: "shop:prd" });
    await expect(sending).rejects.toBeInstanceOf(PermanentError);
  },
);

test("an error of SQS is thrown when a message is sent", async () => {
  const { queue } = aQueue(() => awsError("AccessDeniedException", 403));
  const sending = queue.send("action", aMessage(), { delaySeconds: 0, group: "shop:prd" });
  await expect(sending).rejects.toMatchObject({ name: "AccessDeniedException" });
});

describe("many messages", () => {
  type Wire = { Id: string; MessageBody: string; DelaySeconds: number; MessageGroupId: string };
  const entriesOf = ({ body }: Captured) => body.Entries as Wire[];
  const entries = Array.from({ length: 13 }, (_, i) => ({ message: aMessage(), delaySeconds: i, group: "shop:prd" }));

  /** Accepts every entry except those for which `refuses` is true. */
  const taking = (refuses: (entry: Wire, earlier: number) => boolean) => (request: Captured, earlier: number) => {
    const all = entriesOf(request);
    return {
      body: {
        Successful: all
          .filter((entry) => !refuses(entry, earlier))
          .map(({ Id, MessageBody }) => ({
            Id,
            MessageId: Id,
            MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
          })),
        Failed: all
          .filter((entry) => refuses(entry, earlier))
          .map(({ Id }) => ({ Id, Code: "InternalError", Message: "s3cret", SenderFault: false })),
      },
    };
  };

  test("are sent in batches of ten, each with its own delay and group", async () => {
    const { queue, requests } = aQueue(taking(() => false));
    expect(await queue.sendMany("action", entries)).toEqual([]);
    expect(requests.map((request) => entriesOf(request).length)).toEqual([10, 3]);
    expect(requests.flatMap(entriesOf)).toEqual(
      entries.map(({ message, delaySeconds }, i) => ({
        Id: String(i),
        MessageBody: JSON.stringify(message),
        DelaySeconds: delaySeconds,
        MessageGroupId: "shop:prd",
      })),
    );
  });

  test("have separate calls", async () => {
    const { queue, requests } = aQueue(taking(() => false));
    const calls = { limits: { mailbox: { at: 5 } }, visible: 3 };
    await queue.sendMany(
      "action",
      entries.slice(0, 2).map((entry, i) => (i === 1 ? { ...entry, calls } : entry)),
    );
    expect(requests.flatMap(entriesOf).map((entry) => "MessageAttributes" in entry)).toEqual([false, true]);
  });

  test("that SQS refuses are sent once more, without the others", async () => {
    const { queue, requests } = aQueue(taking(({ Id }, earlier) => Id === "4" && earlier < 2));
    expect(await queue.sendMany("action", entries)).toEqual([]);
    expect(requests.map((request) => entriesOf(request).length)).toEqual([10, 3, 1]);
  });

  test("that SQS refuses twice are returned, without the message of AWS", async () => {
    const { queue } = aQueue(taking(({ Id }) => Id === "4" || Id === "11"));
    const refused = await queue.sendMany("action", entries);
    expect(refused.map(({ index }) => index)).toEqual([4, 11]);
    expect(String(refused[0]?.cause)).toBe("TransientError: SQS refused an entry: InternalError");
  });

  test("of a batch that fails are all returned and not sent again", async () => {
    const { queue, requests } = aQueue((request, earlier) =>
      earlier === 0 ? awsError("AccessDeniedException", 403) : taking(() => false)(request, earlier),
    );
    const refused = await queue.sendMany("action", entries);
    expect(refused.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(requests).toHaveLength(2);
  });

  test("are sent even if SQS refuses one of them for good", async () => {
    const { queue, requests } = aQueue((request) => {
      const { body } = taking(({ Id }) => Id === "4")(request, 0);
      return { body: { ...body, Failed: body.Failed.map((one) => ({ ...one, Code: "InvalidMessageContents" })) } };
    });
    const refused = await queue.sendMany("action", entries);
    expect(refused).toMatchObject([{ index: 4, cause: { code: "InvalidMessageContents" } }]);
    expect(refused[0]?.cause).toBeInstanceOf(PermanentError);
    expect(requests).toHaveLength(2);
  });

  test("of a batch that is refused for good are sent one by one", async () => {
    const { queue } = aQueue((request) => {
      const sent = entriesOf(request);
      return sent.some(({ Id }) => Id === "4") ? awsError("InvalidMessageContents") : taking(() => false)(request, 0);
    });
    const refused = await queue.sendMany("action", entries);
    expect(refused).toMatchObject([{ index: 4, cause: { code: "InvalidMessageContents" } }]);
    expect(refused[0]?.cause).toBeInstanceOf(PermanentError);
  });
});
