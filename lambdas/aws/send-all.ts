import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from "@aws-sdk/client-sqs";
import type { Refused } from "../core/ports.ts";

/** A message to be sent: there is none without a group (`messageGroup`). */
export type Outgoing = Pick<SendMessageBatchRequestEntry, "MessageAttributes"> & {
  MessageBody: string;
  DelaySeconds: number;
  MessageGroupId: string;
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const largestBatch = 10;
/** Of all messages of a batch together, attributes included. */
export const largestBatchBytes = 1_048_576;
/** What the attributes of one of our messages take at most. */
export const attributesRoom = 8192;

type Numbered = [index: number, message: Outgoing];

/** Sends any number of messages to a queue, in batches at once; answers those that were refused. */
export async function sendAll(client: SQSClient, url: string, messages: readonly Outgoing[]): Promise<Refused[]> {
  return (await Promise.all(batchesOf([...messages.entries()]).map((batch) => sendTwice(client, url, batch)))).flat();
}

/** What SQS refuses of a batch gets a second chance; a call that throws does not, since the SDK has tried three times. */
async function sendTwice(client: SQSClient, url: string, batch: Numbered[]): Promise<Refused[]> {
  let left = batch;
  try {
    const refused = new Set((await sendBatch(client, url, batch)).map(({ index }) => index));
    left = batch.filter(([index]) => refused.has(index));
    return left.length === 0 ? [] : await sendBatch(client, url, left);
  } catch (cause) {
    return left.map(([index]) => ({ index, cause }));
  }
}

async function sendBatch(client: SQSClient, url: string, batch: Numbered[]): Promise<Refused[]> {
  const Entries = batch.map(([index, message]) => ({ Id: String(index), ...message }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  // Its code only: a message of AWS may quote what it was sent.
  return Failed.map(({ Id, Code }) => ({ index: Number(Id), cause: new Error(`SQS refused an entry: ${Code}`) }));
}

function batchesOf(messages: readonly Numbered[]): Numbered[][] {
  const batches: Numbered[][] = [];
  let room = 0;
  for (const numbered of messages) {
    const bytes = Buffer.byteLength(numbered[1].MessageBody) + attributesRoom;
    const last = batches.at(-1);
    if (last && last.length < largestBatch && bytes <= room) {
      last.push(numbered);
      room -= bytes;
    } else {
      batches.push([numbered]);
      room = largestBatchBytes - bytes;
    }
  }
  return batches;
}
