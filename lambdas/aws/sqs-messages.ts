import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MessageQueue, Refused, SendOptions } from "../core/ports.ts";

/**
 * SQS refuses a longer MessageGroupId. Two tenants that a cut makes equal lose the fairness between them, nothing else.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const longestGroup = 128;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const largestBatch = 10;

/** One standard queue, its messages as JSON; the group makes it a fair queue. */
export function sqsMessages<Message>({ client, url }: { client: SQSClient; url: string }): MessageQueue<Message> {
  type Entry = { message: Message } & SendOptions;

  const sendBatch = async (batch: [number, Entry][]): Promise<Refused[]> => {
    const Entries = batch.map(([index, entry]) => ({ Id: String(index), ...wireOf(entry) }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    // Its code only: a message of AWS may quote what it was sent.
    return Failed.map(({ Id, Code }) => ({ index: Number(Id), cause: new Error(`SQS refused an entry: ${Code}`) }));
  };

  /** What SQS refuses of a batch gets a second chance; a call that throws does not, since the SDK has tried three times. */
  const sendTwice = async (batch: [number, Entry][]): Promise<Refused[]> => {
    let left = batch;
    try {
      const refused = new Set((await sendBatch(batch)).map(({ index }) => index));
      left = batch.filter(([index]) => refused.has(index));
      return left.length === 0 ? [] : await sendBatch(left);
    } catch (cause) {
      return left.map(([index]) => ({ index, cause }));
    }
  };

  return {
    async send(message, options) {
      await client.send(new SendMessageCommand({ QueueUrl: url, ...wireOf({ message, ...options }) }));
    },

    async sendMany(entries) {
      const numbered = [...entries.entries()];
      const batches = Array.from({ length: Math.ceil(numbered.length / largestBatch) }, (_, i) =>
        numbered.slice(i * largestBatch, (i + 1) * largestBatch),
      );
      return (await Promise.all(batches.map(sendTwice))).flat();
    },
  };
}

const wireOf = <Message>({ message, delaySeconds, group }: { message: Message } & SendOptions) => ({
  MessageBody: JSON.stringify(message),
  DelaySeconds: delaySeconds,
  MessageGroupId: group.slice(0, longestGroup),
});
