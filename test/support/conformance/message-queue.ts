import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { PermanentError } from "../../../lambdas/core/kernel/errors.ts";
import type { MessageQueue } from "../../../lambdas/core/ports/job-queue.ts";

export interface Text {
  text: string;
}

export interface MessageQueueUnderTest {
  queue: MessageQueue<Text>;
  /** All messages in the queue, due or not. */
  held: () => Promise<Text[]>;
  /** A message that the queue permanently refuses; absent where the queue accepts everything. */
  untakable?: Text;
  stop?: () => Promise<void>;
}

/** What every MessageQueue does, in memory and on SQS alike. */
export function describeMessageQueue(name: string, make: () => Promise<MessageQueueUnderTest>): void {
  describe(`${name} as a MessageQueue`, () => {
    let made: MessageQueueUnderTest;
    const now = { delaySeconds: 0, group: "shop:prd" };
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("holds each message exactly as sent", async () => {
      const message = { text: 'Größe "7" \n' };
      await made.queue.send(message, now);
      await made.queue.send({ text: "later" }, { ...now, delaySeconds: 900 });
      expect(await made.held()).toEqual(expect.arrayContaining([message, { text: "later" }]));
    });

    test("preserves characters that SQS allows in no message", async () => {
      const message = { text: "no characters: \uffff \ufffe \ud800 \u0000, and the last: \ufffd 😀" };
      await made.queue.send(message, now);
      expect(await made.queue.sendMany([{ message: { text: "\uffff" }, ...now }])).toEqual([]);
      expect(await made.held()).toEqual(expect.arrayContaining([message, { text: "\uffff" }]));
    });

    test("throws a PermanentError for a refused message, and accepts those sent with it", async () => {
      if (!made.untakable) return;
      await expect(made.queue.send(made.untakable, now)).rejects.toBeInstanceOf(PermanentError);
      const entries = ["before", made.untakable.text, "after"].map((text) => ({ message: { text }, ...now }));
      const refused = await made.queue.sendMany(entries);
      expect(refused).toEqual([{ index: 1, cause: expect.any(PermanentError) }]);
      expect(await made.held()).toEqual(expect.arrayContaining([{ text: "before" }, { text: "after" }]));
    });

    test("takes any number of messages at once, including none", async () => {
      const many = Array.from({ length: 23 }, (_, n) => ({ message: { text: `many-${n}` }, ...now }));
      expect(await made.queue.sendMany(many)).toEqual([]);
      expect(await made.queue.sendMany([])).toEqual([]);
      const texts = (await made.held()).map(({ text }) => text).filter((text) => text.startsWith("many-"));
      expect(texts.sort()).toEqual(many.map(({ message }) => message.text).sort());
    });
  });
}
