import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import { queueHandler } from "../../../../lambdas/aws/lambda/queue-handler.ts";
import { JobMessage } from "../../../../lambdas/core/job/job.ts";
import { messageFields } from "../../../../lambdas/core/operations/log-fields.ts";
import { aMessage } from "../../../support/builders.ts";
import { fakeLog } from "../../../support/fakes/log.ts";

const batch = (...bodies: string[]) =>
  ({ Records: bodies.map((body, i) => ({ messageId: `m${i}`, body })) }) as unknown as SQSEvent;
/** Records which messages are redelivered soon. */
const aRedelivery = () => {
  const soon: string[][] = [];
  return {
    asked: soon,
    soon: async (records: readonly SQSRecord[]) => void soon.push(records.map((r) => r.messageId)),
  };
};
const body = JSON.stringify(aMessage());

describe("a batch of a queue", () => {
  it("handles its records in parallel and reports the failed ones", async () => {
    const log = fakeLog();
    let inFlight = 0;
    let most = 0;
    const handler = queueHandler(
      () => ({ log, redelivery: aRedelivery() }),
      JobMessage,
      async (_services, message) => {
        most = Math.max(most, ++inFlight);
        await Promise.resolve();
        inFlight--;
        if (message.attempt === 2) throw new Error("s3cret");
      },
      messageFields,
    );
    const second = JSON.stringify(aMessage(undefined, { attempt: 2 }));
    expect(await handler(batch(body, second, body), {} as Context)).toEqual({
      batchItemFailures: [{ itemIdentifier: "m1" }],
    });
    expect(most).toBe(3);
    expect(log.lines).toMatchObject([
      { level: "error", fields: { message_id: "m1", run: 1, attempt: 2 } },
      { level: "info", measured: { values: { messages_failed: 1 } } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });

  it("makes failed records visible again soon", async () => {
    const redelivery = aRedelivery();
    const handler = queueHandler(
      () => ({ log: fakeLog(), redelivery }),
      JobMessage,
      async (_services, message) => {
        if (message.attempt === 2) throw new Error("DynamoDB throttled the claim");
      },
    );
    const second = JSON.stringify(aMessage(undefined, { attempt: 2 }));
    await handler(batch(body, second, body, second), {} as Context);
    expect(redelivery.asked).toEqual([["m1", "m3"]]);
  });

  it.each(["", "{", "null", "[]", '{"v":2}', JSON.stringify({ ...aMessage(), v: 2 })])(
    "reports an unreadable message, so that it is dead-lettered: %s",
    async (unreadable) => {
      const handler = queueHandler(
        () => ({ log: fakeLog(), redelivery: aRedelivery() }),
        JobMessage,
        async () => {},
      );
      expect(await handler(batch(unreadable, body), {} as Context)).toEqual({
        batchItemFailures: [{ itemIdentifier: "m0" }],
      });
    },
  );

  it("handles a later version's message without its new fields", async () => {
    const handled: unknown[] = [];
    const handler = queueHandler(
      () => ({ log: fakeLog(), redelivery: aRedelivery() }),
      JobMessage,
      async (_services, message) => void handled.push(message),
    );
    const message = aMessage();
    const later = JSON.stringify({ ...message, more: { of: 1 } });
    expect(await handler(batch(later), {} as Context)).toEqual({ batchItemFailures: [] });
    expect(handled).toEqual([message]);
  });

  it("passes on what comes beside a message", async () => {
    const beside: unknown[] = [];
    const handler = queueHandler(
      () => ({ log: fakeLog(), redelivery: aRedelivery() }),
      JobMessage,
      async (_services, _message, own) => void beside.push(own),
    );
    const calls = { limits: { mailbox: { at: 5 } }, visible: 3 };
    const called = batch(body, body, body);
    for (const [i, stringValue] of [JSON.stringify(calls), "unreadable"].entries())
      Object.assign(called.Records[i] as object, { messageAttributes: { calls: { stringValue, dataType: "String" } } });
    await handler(called, {} as Context);
    expect(beside).toEqual([{ calls }, {}, {}]);
  });
});
