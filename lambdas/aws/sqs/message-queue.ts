import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MessageQueue, SendOptions } from "../../core/ports/job-queue.ts";
import { throwClassified } from "../client/aws-errors.ts";
import { deployed } from "../client/deployed.ts";
import { callsAttributes } from "./calls-attribute.ts";
import { jsonForSqs } from "./escape.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendInBatches } from "./send-in-batches.ts";

/** A standard queue of JSON messages. Their group makes it a fair queue. Without a URL it refuses all for now. */
export const sqsMessages = <Message>({
  client,
  url,
}: {
  client: SQSClient;
  url: string | undefined;
}): MessageQueue<Message> => ({
  async send(message, options) {
    const command = new SendMessageCommand({ QueueUrl: deployed(url), ...outgoingMessageOf({ message, ...options }) });
    await client.send(command).catch(throwClassified);
  },

  sendMany: async (entries) => sendInBatches(client, deployed(url), entries.map(outgoingMessageOf)),
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
