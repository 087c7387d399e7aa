import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MessageQueue, SendOptions } from "../../core/ports/ports.ts";
import { rethrow } from "../client/refusal.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendAll } from "./send-all.ts";
import { sendableJson } from "./sendable.ts";

/** One standard queue, its messages as JSON; the group makes it a fair queue. */
export const sqsMessages = <Message>({ client, url }: { client: SQSClient; url: string }): MessageQueue<Message> => ({
  async send(message, options) {
    const command = new SendMessageCommand({ QueueUrl: url, ...wireOf({ message, ...options }) });
    await client.send(command).catch(rethrow);
  },

  sendMany: (entries) => sendAll(client, url, entries.map(wireOf)),
});

const wireOf = <Message>({ message, delaySeconds, group }: { message: Message } & SendOptions): Outgoing => ({
  MessageBody: sendableJson(message),
  DelaySeconds: delaySeconds,
  MessageGroupId: messageGroup(group),
});
