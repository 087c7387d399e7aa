import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobMessage } from "../core/job.ts";
import type { JobQueue, SendOptions } from "../core/ports.ts";
import type { Queues } from "./env.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendAll } from "./send-all.ts";

/** One standard queue a job type; the group makes it a fair queue. */
export const sqsJobQueue = ({ client, queues }: { client: SQSClient; queues: Queues }): JobQueue => ({
  async send(type, message, options) {
    await client.send(new SendMessageCommand({ QueueUrl: queues[type].url, ...wireOf({ message, ...options }) }));
  },

  sendMany: (type, entries) => sendAll(client, queues[type].url, entries.map(wireOf)),
});

const wireOf = ({ message, delaySeconds, group }: { message: JobMessage } & SendOptions): Outgoing => ({
  MessageBody: JSON.stringify(message),
  DelaySeconds: delaySeconds,
  MessageGroupId: messageGroup(group),
});
