import type { Context, SQSEvent } from "aws-lambda";
import { queueHandler } from "../../../lambdas/aws/queue-handler.ts";
import { JobMessage } from "../../../lambdas/core/job.ts";
import { messageFields } from "../../../lambdas/core/log-fields.ts";
import { aMessage } from "../../support/builders.ts";
import { fakeLog } from "../../support/fakes/log.ts";

const batch = (...bodies: string[]) =>
  ({ Records: bodies.map((body, i) => ({ messageId: `m${i}`, body })) }) as unknown as SQSEvent;
const body = JSON.stringify(aMessage());

describe("a batch", () => {
  it("reports only the records that failed, and handles the others at once", async () => {
    const log = fakeLog();
    let inFlight = 0;
    let most = 0;
    const handler = queueHandler(
      () => ({ log }),
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

  it.each(["", "{", "null", "[]", '{"v":2}', JSON.stringify({ ...aMessage(), more: 1 })])(
    "reports an unreadable message, so that it reaches the DLQ: %s",
    async (unreadable) => {
      const handler = queueHandler(
        () => ({ log: fakeLog() }),
        JobMessage,
        async () => {},
      );
      expect(await handler(batch(unreadable, body), {} as Context)).toEqual({
        batchItemFailures: [{ itemIdentifier: "m0" }],
      });
    },
  );
});
