import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { receivedAttributes, type SentAttributes } from "../cost/answered-aws.ts";
import { answering } from "../cost/answering.ts";
import { noCounts } from "../cost/counts.ts";
import { settings } from "../support/aws.ts";
import type { Time } from "./time.ts";

interface Entry {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: SentAttributes;
}

type Message = Pick<SQSRecord, "body" | "messageAttributes">;

/** As `lambdas/topology.ts` has it. */
const batchSize = 10;

/** A message that could not be handled comes again after this, in milliseconds. */
const againMs = 5000;

interface TimedQueueOptions {
  consume: (event: SQSEvent) => Promise<SQSBatchResponse>;
  batchesAtOnce: number;
  /** How much later than it is visible a message comes, in milliseconds; asked for each. */
  lateMs: () => number;
}

/** A queue that is a timer, and the event source that gives its messages to a function. */
export function timedQueue(time: Time, { consume, batchesAtOnce, lateMs }: TimedQueueOptions) {
  const visible: Message[] = [];
  const timers = new Set<() => void>();
  let working = 0;
  let sent = 0;
  let isStopped = false;

  function show(message: Message, delayMs: number): void {
    // What is under way when the table goes away would come again for ever.
    if (isStopped) return;
    const takeBack = time.after(delayMs + lateMs(), () => {
      timers.delete(takeBack);
      visible.push(message);
      receive();
    });
    timers.add(takeBack);
  }
  function receive(): void {
    while (visible.length > 0 && working < batchesAtOnce) {
      working++;
      void deliver(visible.splice(0, batchSize)).finally(() => {
        working--;
        receive();
      });
    }
  }
  async function deliver(messages: Message[]): Promise<void> {
    const Records = messages.map((message, i) => ({ messageId: String(i), ...message }));
    const { batchItemFailures } = await consume({ Records } as SQSEvent);
    for (const { itemIdentifier } of batchItemFailures) show(messages[Number(itemIdentifier)] as Message, againMs);
  }
  return {
    send({ MessageBody, DelaySeconds = 0, MessageAttributes }: Entry): void {
      sent++;
      show({ body: MessageBody, messageAttributes: receivedAttributes(MessageAttributes) }, 1000 * DelaySeconds);
    },
    /** How many messages were sent to it. */
    sent: () => sent,
    stop(): void {
      isStopped = true;
      for (const takeBack of timers) takeBack();
    },
  };
}

type TimedQueue = ReturnType<typeof timedQueue>;

/** A client of SQS for queues that are timers, by their URLs. */
export function timedSqs(queues: Readonly<Record<string, TimedQueue>>): SQSClient {
  const counts = noCounts();
  const take = (url: unknown, entries: readonly Entry[]) => {
    for (const entry of entries) queues[url as string]?.send(entry);
    return {};
  };
  return answering(new SQSClient(settings), "sqs", () => counts, {
    SendMessage: (input) => take(input.QueueUrl, [input as unknown as Entry]),
    SendMessageBatch: ({ QueueUrl, Entries }) => take(QueueUrl, Entries as Entry[]),
  });
}
