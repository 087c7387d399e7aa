import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Delivery } from "../../core/outbound/webhook.ts";
import type { MessageQueue, SendOptions } from "../../core/ports/job-queue.ts";
import { sqsMessages } from "./message-queue.ts";

/**
 * The queue of webhooks. The trace of a delivery travels beside it and not in it: version 0.3.0, to which a deployment may go back, refuses
 * a delivery with a field that it does not know.
 */
export function sqsWebhookQueue(at: { client: SQSClient; url: string | undefined }): MessageQueue<Delivery> {
  const queue = sqsMessages<Omit<Delivery, "trace">>(at);
  const entryOf = ({ message: { trace, ...message }, ...options }: { message: Delivery } & SendOptions) => ({
    ...{ message, ...options },
    ...(trace && { trace }),
  });
  return {
    async send(delivery, given) {
      const { message, ...options } = entryOf({ message: delivery, ...given });
      await queue.send(message, options);
    },
    sendMany: (entries) => queue.sendMany(entries.map(entryOf)),
  };
}
