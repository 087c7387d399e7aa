import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { JobType } from "../../lambdas/core/job/job.ts";
import { queuesAt, settings, typeOfQueue } from "../support/aws.ts";
import { answering } from "./answering.ts";
import type { Counts } from "./counts.ts";

/** The Scheduler fires up to 60 s late; here always 30 s. */
const schedulerLateMs = 30_000;

/** A message in a queue, visible at a time in epoch milliseconds. */
export interface Message {
  type: JobType;
  body: string;
  at: number;
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
  const typeByUrl = new Map(Object.entries(queues).map(([type, { url }]) => [url, type as JobType]));
  const objects = new Map<string, Uint8Array>();
  const sqs = answering(new SQSClient(settings), "sqs", counts, {
    SendMessage({ QueueUrl, MessageBody, DelaySeconds = 0 }) {
      counts().queue_request++;
      const type = typeByUrl.get(QueueUrl as string) as JobType;
      sent({ type, body: MessageBody as string, at: now() + 1000 * (DelaySeconds as number) });
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
  return { queues, sqs, scheduler, s3, events };
}
