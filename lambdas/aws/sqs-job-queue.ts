import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobMessage } from "../core/job.ts";
import type { JobQueue, Refused, SendOptions } from "../core/ports.ts";
import type { Queues } from "./env.ts";

/**
 * SQS refuses a longer MessageGroupId. Two tenants that a cut makes equal lose the fairness between them, nothing else.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const longestGroup = 128;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const largestBatch = 10;

type Entry = { message: JobMessage } & SendOptions;

/** One standard queue a job type; the group makes it a fair queue. */
export function sqsJobQueue({ client, queues }: { client: SQSClient; queues: Queues }): JobQueue {
  const sendBatch = async (url: string, batch: [number, Entry][]): Promise<Refused[]> => {
    const Entries = batch.map(([index, entry]) => ({ Id: String(index), ...wireOf(entry) }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    // Its code only: a message of AWS may quote what it was sent.
    return Failed.map(({ Id, Code }) => ({ index: Number(Id), cause: new Error(`SQS refused an entry: ${Code}`) }));
  };

  /** What SQS refuses of a batch gets a second chance; a call that throws does not, since the SDK has tried three times. */
  const sendTwice = async (url: string, batch: [number, Entry][]): Promise<Refused[]> => {
    let left = batch;
    try {
      const refused = new Set((await sendBatch(url, batch)).map(({ index }) => index));
      left = batch.filter(([index]) => refused.has(index));
      return left.length === 0 ? [] : await sendBatch(url, left);
    } catch (cause) {
      return left.map(([index]) => ({ index, cause }));
    }
  };

  return {
    async send(type, message, options) {
      await client.send(new SendMessageCommand({ QueueUrl: queues[type].url, ...wireOf({ message, ...options }) }));
    },

    async sendMany(type, entries) {
      const numbered = [...entries.entries()];
      const batches = Array.from({ length: Math.ceil(numbered.length / largestBatch) }, (_, i) =>
        numbered.slice(i * largestBatch, (i + 1) * largestBatch),
      );
      return (await Promise.all(batches.map((batch) => sendTwice(queues[type].url, batch)))).flat();
    },
  };
}

const wireOf = ({ message, delaySeconds, group }: Entry) => ({
  MessageBody: JSON.stringify(message),
  DelaySeconds: delaySeconds,
  MessageGroupId: group.slice(0, longestGroup),
});
