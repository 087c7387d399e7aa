import { PermanentError } from "../../../lambdas/core/kernel/errors.ts";
import type { MessageQueue, SendOptions } from "../../../lambdas/core/ports/job-queue.ts";
import type { Refused } from "../../../lambdas/core/ports/refused.ts";
import { throttled } from "./failures.ts";

export interface FakeMessageQueue<Message> extends MessageQueue<Message> {
  /** What was sent, in order. */
  sent: ({ message: Message } & SendOptions)[];
  /** Whether the queue refuses a message temporarily. */
  refuses: (message: Message) => boolean;
  /** Whether the queue refuses a message permanently. */
  refusesForGood: (message: Message) => boolean;
}

/** A queue that delivers nothing and remembers what was sent. */
export function fakeMessageQueue<Message>(): FakeMessageQueue<Message> {
  const queue: FakeMessageQueue<Message> = {
    sent: [],
    refuses: () => false,
    refusesForGood: () => false,
    async send(message, options) {
      if (queue.refusesForGood(message)) {
        throw new PermanentError("InvalidMessageContents", "SQS refused an entry permanently: InvalidMessageContents");
      }
      if (queue.refuses(message)) throw throttled("the queue refuses it");
      queue.sent.push({ message: structuredClone(message), ...options });
    },
    async sendMany(entries) {
      const refused: Refused[] = [];
      for (const [index, { message, ...options }] of entries.entries()) {
        await queue.send(message, options).catch((cause) => refused.push({ index, cause }));
      }
      return refused;
    },
  };
  return queue;
}
