import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MessageQueue, SendOptions } from "../../core/ports/job-queue.ts";
import { throwClassified } from "../client/aws-errors.ts";
import { callsAttributes } from "./calls-attribute.ts";
import { jsonForSqs } from "./escape.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendInBatches } from "./send-in-batches.ts";

/** A standard queue of JSON messages. Their group makes it a fair queue. */
export const sqsMessages = <Message>({ client, url }: { client: SQSClient; url: string }): MessageQueue<Message> => ({
  async send(message, options) {
    const command = new SendMessageCommand({ QueueUrl: url, ...outgoingMessageOf({ message, ...options }) });
    await client.send(command).catch(throwClassified);
  },

  sendMany: (entries) => sendInBatches(client, url, entries.map(outgoingMessageOf)),
});

const outgoingMessageOf = <Message>({
  message,
  delaySeconds,
  group,
  calls,
}: { message: Message } & SendOptions): Outgoing => ({
  MessageBody: jsonForSqs(message),
  DelaySeconds: delaySeconds,
  MessageGroupId: messageGroup(group),
  ...callsAttributes(calls),
});
