import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from "@aws-sdk/client-sqs";
import { PermanentError } from "../../core/kernel/errors.ts";
import { pagesOf } from "../../core/kernel/pages-of.ts";
import type { Refused } from "../../core/ports/refused.ts";
import { classifyError, entryError, isPermanent } from "../client/aws-errors.ts";

/** A message to send. Every message has a group (`messageGroup`). */
export type Outgoing = Pick<SendMessageBatchRequestEntry, "MessageAttributes"> & {
  MessageBody: string;
  DelaySeconds: number;
  MessageGroupId: string;
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const largestBatch = 10;
/** The limit for all messages of a batch together, with their attributes. */
export const largestBatchBytes = 1_048_576;
/** The most bytes that the attributes of a dead letter take, and more than those of any other of our messages. */
export const reservedForAttributes = 8192;

type IndexedMessage = [index: number, message: Outgoing];

/** Sends any number of messages to a queue, in batches that are sent in parallel. Returns those that were refused. */
export async function sendInBatches(client: SQSClient, url: string, messages: readonly Outgoing[]): Promise<Refused[]> {
  return (
    await Promise.all(messageBatchesOf([...messages.entries()]).map((batch) => sendTwice(client, url, batch)))
  ).flat();
}

/**
 * Messages of a batch that SQS refuses for now are sent a second time. A call that throws is not repeated, since the SDK has
 * already tried three times. A permanent error of the call may be about a single message, so each is then sent alone.
 */
async function sendTwice(client: SQSClient, url: string, batch: IndexedMessage[]): Promise<Refused[]> {
  let left = batch;
  const permanent: Refused[] = [];
  try {
    const refused = await sendBatch(client, url, batch);
    permanent.push(...refused.filter(({ cause }) => cause instanceof PermanentError));
    const again = new Set(refused.filter((one) => !permanent.includes(one)).map(({ index }) => index));
    left = batch.filter(([index]) => again.has(index));
    return left.length === 0 ? permanent : [...permanent, ...(await sendBatch(client, url, left))];
  } catch (cause) {
    return [...permanent, ...(await refusedSend(client, url, left, cause))];
  }
}

async function refusedSend(
  client: SQSClient,
  url: string,
  batch: IndexedMessage[],
  cause: unknown,
): Promise<Refused[]> {
  if (isPermanent(cause) && batch.length > 1) {
    return (await Promise.all(batch.map((one) => sendTwice(client, url, [one])))).flat();
  }
  return batch.map(([index]) => ({ index, cause: classifyError(cause) }));
}

async function sendBatch(client: SQSClient, url: string, batch: IndexedMessage[]): Promise<Refused[]> {
  const Entries = batch.map(([index, message]) => ({ Id: String(index), ...message }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  return Failed.map(({ Id, Code }) => ({ index: Number(Id), cause: entryError("SQS", Code) }));
}

const messageBatchesOf = (messages: readonly IndexedMessage[]): IndexedMessage[][] =>
  pagesOf(messages, { entries: largestBatch, bytes: largestBatchBytes }, ([, message]) => messageBytesOf(message));

/** What a message takes of its batch: its body, and the names, types and values of its attributes. */
function messageBytesOf({ MessageBody, MessageAttributes = {} }: Outgoing): number {
  const attributes = Object.entries(MessageAttributes).flatMap(([name, { DataType = "", StringValue = "" }]) => [
    name,
    DataType,
    StringValue,
  ]);
  const taken = attributes.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Buffer.byteLength(MessageBody) + Math.max(reservedForAttributes, taken);
}
