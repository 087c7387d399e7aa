import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { traceOf } from "../../core/errors.ts";
import type { Log } from "../../core/ports/ports.ts";
import { lazy } from "../../core/schema/lazy.ts";
import { clientDefaults } from "../client/client-defaults.ts";

/** Of one queue. */
export interface Redelivery {
  /** Lets messages that failed come again sooner than their queue would, the later the more often they have. */
  soon(records: readonly SQSRecord[]): Promise<void>;
}

/**
 * Seconds until the next delivery of a message that was received so often: 5, 10, 20, ... up to a quarter of an hour. With the
 * 20 deliveries that our queues allow, a fault has three hours to pass before a message becomes a dead letter.
 */
export const redeliverySeconds = (receives: number): number => Math.min(900, 5 * 2 ** Math.max(0, receives - 1));

/**
 * A queue hides a message for six times the function's timeout, which is long for one that AWS throttled. A failure here
 * costs that time and nothing else.
 */
export const sqsRedelivery = (client: () => SQSClient, url: string, log: Log): Redelivery => ({
  async soon(records) {
    if (records.length === 0) return;
    const Entries = records.map(({ receiptHandle, attributes }, i) => ({
      Id: String(i),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: redeliverySeconds(Number(attributes?.ApproximateReceiveCount ?? 1)),
    }));
    try {
      await client().send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    } catch (error) {
      log.warn("messages will be delivered again later than need be", { count: records.length, ...traceOf(error) });
    }
  },
});

/** The same with a client of its own, which is made when a message first fails. */
export const startRedelivery = (url: string, log: Log): Redelivery =>
  sqsRedelivery(
    lazy(() => new SQSClient(clientDefaults)),
    url,
    log,
  );
