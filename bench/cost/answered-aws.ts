import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { JobType } from "../../lambdas/core/job/job.ts";
import { pumpQueueAt, queuesAt, settings, typeOfQueue } from "../support/aws.ts";
import { answering } from "./answering.ts";
import type { Counts } from "./counts.ts";

/** The Scheduler fires up to 60 s late; here always 30 s. */
const schedulerLateMs = 30_000;

/** A message in a queue, visible at a time in epoch milliseconds. `pump` is the queue of ticks. */
export interface Message {
  type: JobType | "pump";
  body: string;
  at: number;
  attributes?: SentAttributes;
}

/** The attributes of a message as they are sent. */
export type SentAttributes = Record<string, { DataType: string; StringValue: string }>;

/** The same as the event source passes them to a function. */
export const receivedAttributes = (sent: SentAttributes = {}): SQSRecord["messageAttributes"] =>
  Object.fromEntries(
    Object.entries(sent).map(([name, { DataType, StringValue }]) => [
      name,
      { dataType: DataType, stringValue: StringValue },
    ]),
  );

interface Entry {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: SentAttributes;
}

export interface Answered {
  counts: () => Counts;
  now: () => number;
  /** Gets each message that is sent, by our code or by the Scheduler. */
  sent: (message: Message) => void;
}

/** Clients of SQS, the Scheduler, S3 and EventBridge whose requests are counted and answered at once, in this process. */
export function answeredAws({ counts, now, sent }: Answered) {
  const queues = queuesAt("http://sqs");
  const pumpUrl = pumpQueueAt("http://sqs");
  const typeByUrl = new Map<string, Message["type"]>([
    ...Object.entries(queues).map(([type, { url }]) => [url, type as JobType] as const),
    [pumpUrl, "pump"],
  ]);
  const objects = new Map<string, Uint8Array>();
  const take = (url: unknown, entries: readonly Entry[]) => {
    // A request of at most 64 KB is billed as one, whether it has one message or ten.
    counts().queue_request++;
    const type = typeByUrl.get(url as string) as Message["type"];
    for (const { MessageBody, DelaySeconds = 0, MessageAttributes } of entries) {
      const at = now() + 1000 * DelaySeconds;
      sent({ type, body: MessageBody, at, ...(MessageAttributes && { attributes: MessageAttributes }) });
    }
  };
  const sqs = answering(new SQSClient(settings), "sqs", counts, {
    SendMessage(input) {
      take(input.QueueUrl, [input as unknown as Entry]);
      return {};
    },
    SendMessageBatch({ QueueUrl, Entries }) {
      take(QueueUrl, Entries as Entry[]);
      return {};
    },
  });
  const scheduler = answering(new SchedulerClient(settings), "scheduler", counts, {
    CreateSchedule({ ScheduleExpression, Target }) {
      counts().schedule++;
      const { Arn, Input } = Target as { Arn: string; Input: string };
      const at = Date.parse(`${/^at\((.*)\)$/.exec(ScheduleExpression as string)?.[1]}Z`) + schedulerLateMs;
      // What the Scheduler sends is a request to the queue like any other.
      counts().queue_request++;
      sent({ type: typeOfQueue(Arn), body: Input, at });
      return {};
    },
    // Its message comes all the same, and is dropped.
    DeleteSchedule: () => ({}),
  });
  const s3 = answering(new S3Client(settings), "s3", counts, {
    PutObject({ Key, Body }) {
      counts().bucket_put++;
      objects.set(Key as string, Body as Uint8Array);
      return {};
    },
    GetObject({ Key }) {
      counts().bucket_get++;
      return { Body: { transformToByteArray: async () => objects.get(Key as string) } };
    },
  });
  const events = answering(new EventBridgeClient(settings), "events", counts, {
    PutEvents({ Entries }) {
      counts().bus_event += (Entries as unknown[]).length;
      return { FailedEntryCount: 0, Entries: (Entries as unknown[]).map(() => ({ EventId: "1" })) };
    },
  });
  return { queues, pumpUrl, sqs, scheduler, s3, events };
}
