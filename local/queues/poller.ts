import type { SQSBatchResponse, SQSEvent, SQSMessageAttributes, SQSRecord } from "aws-lambda";
import { type EarlyMessages, earlyMessages } from "../clock/early-messages.ts";
import { region } from "../runtime/names.ts";
import type { Inbox, ReceivedMessage } from "../servers/inbox.ts";

interface PollerOptions {
  inbox: Inbox;
  queueArn: string;
  /** Invokes the consumer. */
  invoke: (event: SQSEvent) => Promise<unknown>;
  /** Messages per batch. */
  batchSize?: number;
  /** Batches that the consumer works on at the same time. */
  concurrency?: number;
}

export interface Poller {
  /** Messages that wait for the clock. */
  early: EarlyMessages;
  /** Whether none of these messages in flight is being processed: they return when their visibility timeout ends. */
  leftBehind(receiptHandles: readonly string[]): boolean;
  /**
   * Stops polling, and resolves when the batches in progress have ended or `graceMs` is over; the remaining messages return
   * by themselves.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * One poll at a time, awaited to its end: fauxqs answers a second poller at once with nothing, and an aborted poll swallows the
 * next message. Polls are short, because stopping waits for them.
 */
const pollSeconds = 1;
const pauseAfterFaultMs = 1000;

/** The event source mapping of one queue. */
export function startPoller({ inbox, queueArn, invoke, batchSize = 10, concurrency = 20 }: PollerOptions): Poller {
  const working = new Set<Promise<void>>();
  const failed = new Set<string>();
  const early = earlyMessages();
  let stopped = false;

  const leave = (messages: ReceivedMessage[]) => {
    for (const { ReceiptHandle } of messages) failed.add(ReceiptHandle);
  };
  const deliver = async (messages: ReceivedMessage[]): Promise<void> => {
    const records = messages.map((message) => recordOf(message, queueArn));
    const refused = failedIds(await invoke({ Records: records }), records);
    const done = messages.filter(({ MessageId }) => !refused.has(MessageId));
    leave(messages.filter((message) => !done.includes(message)));
    if (done.length > 0) await inbox.remove(done.map(({ ReceiptHandle }) => ReceiptHandle));
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      try {
        const messages = await inbox.receive(batchSize, pollSeconds);
        const due = messages.filter((message) => !keptEarly(message));
        if (due.length > 0) start(due);
        if (working.size >= concurrency) await Promise.race(working);
      } catch (error) {
        if (stopped) return;
        console.error(`polling ${queueArn} failed:`, error);
        await new Promise((resolve) => setTimeout(resolve, pauseAfterFaultMs));
      }
    }
  };
  const keptEarly = (message: ReceivedMessage): boolean => {
    const { ReceiptHandle: handle, Body: body } = message;
    return early.keep({ handle, body }, () => start([message]));
  };
  const start = (messages: ReceivedMessage[]) => {
    const work: Promise<void> = deliver(messages)
      .catch((error: unknown) => {
        // The whole batch stays in the queue until its visibility timeout ends.
        leave(messages);
        if (!stopped) console.error(`a batch of ${queueArn} failed:`, error);
      })
      .finally(() => working.delete(work));
    working.add(work);
  };

  const looping = loop();
  return {
    early,
    leftBehind: (handles) => {
      const still = handles.filter((handle) => failed.has(handle));
      failed.clear();
      for (const handle of still) failed.add(handle);
      return handles.every((handle) => failed.has(handle) || early.has(handle));
    },
    close: async (graceMs) => {
      stopped = true;
      const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([looping.then(() => Promise.all(working)), grace]);
    },
  };
}

/** As in AWS, an answer that names a message which is not in the batch fails the whole batch. */
function failedIds(answer: unknown, records: SQSRecord[]): Set<string> {
  const failures = (answer as SQSBatchResponse | null | undefined)?.batchItemFailures ?? [];
  const ids = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(records.map(({ messageId }) => messageId));
  return [...ids].every((id) => known.has(id)) ? ids : known;
}

const recordOf = (message: ReceivedMessage, eventSourceARN: string): SQSRecord => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes as SQSRecord["attributes"],
  messageAttributes: attributesOf(message.MessageAttributes ?? {}),
  md5OfBody: message.MD5OfBody,
  eventSource: "aws:sqs",
  eventSourceARN,
  awsRegion: region,
});

const attributesOf = (attributes: NonNullable<ReceivedMessage["MessageAttributes"]>): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        dataType: DataType,
      },
    ]),
  );
