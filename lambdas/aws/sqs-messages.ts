import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MessageQueue, SendOptions } from "../core/ports.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendAll } from "./send-all.ts";

/** One standard queue, its messages as JSON; the group makes it a fair queue. */
export const sqsMessages = <Message>({ client, url }: { client: SQSClient; url: string }): MessageQueue<Message> => ({
  async send(message, options) {
    await client.send(new SendMessageCommand({ QueueUrl: url, ...wireOf({ message, ...options }) }));
  },

  sendMany: (entries) => sendAll(client, url, entries.map(wireOf)),
});

const wireOf = <Message>({ message, delaySeconds, group }: { message: Message } & SendOptions): Outgoing => ({
  MessageBody: JSON.stringify(message),
  DelaySeconds: delaySeconds,
  MessageGroupId: messageGroup(group),
});
