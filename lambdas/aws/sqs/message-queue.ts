import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MessageQueue, SendOptions } from "../../core/ports/job-queue.ts";
import { throwClassified } from "../client/aws-errors.ts";
import { deployed } from "../client/deployed.ts";
import { callsAttributes } from "./calls-attribute.ts";
import { jsonForSqs } from "./escape.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendInBatches } from "./send-in-batches.ts";
import { traceAttributes } from "./trace-attributes.ts";

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

function outgoingMessageOf<Message>({
  message,
  delaySeconds,
  group,
  calls,
  trace,
}: { message: Message } & SendOptions): Outgoing {
  const attributes = { ...callsAttributes(calls).MessageAttributes, ...traceAttributes(trace) };
  return {
    MessageBody: jsonForSqs(message),
    DelaySeconds: delaySeconds,
    MessageGroupId: messageGroup(group),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  };
}
