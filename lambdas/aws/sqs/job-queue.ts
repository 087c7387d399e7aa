import type { SQSClient } from "@aws-sdk/client-sqs";
import { type JobMessage, type JobType, jobTypes } from "../../core/job/job.ts";
import type { JobQueue, MessageQueue } from "../../core/ports/job-queue.ts";
import type { QueueUrls } from "../start/env.ts";
import { sqsMessages } from "./message-queue.ts";

/** One standard queue per job type. It reaches them all: what a consumer is granted less than that, it says itself. */
export function sqsJobQueue({ client, queues }: { client: SQSClient; queues: QueueUrls }): JobQueue {
  const ofType = Object.fromEntries(
    jobTypes.map((type) => [type, sqsMessages<JobMessage>({ client, url: queues[type].url })]),
  ) as Record<JobType, MessageQueue<JobMessage>>;
  return {
    reach: new Set(jobTypes),
    send: (type, message, options) => ofType[type].send(message, options),
    sendMany: (type, entries) => ofType[type].sendMany(entries),
  };
}
