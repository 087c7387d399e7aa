import { ChangeMessageVisibilityBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { traceOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";

export interface Redelivery {
  /** Lets messages that failed come again sooner than their queue would, the later the more often they have. */
  soon(records: readonly SQSRecord[], queue: keyof RedeliveryUrls): Promise<void>;
}

type RedeliveryUrls = Record<"intake" | "imports", string>;

/** Seconds until the next delivery of a message that was received so often: 5, 10, 20, ... up to a quarter of an hour. */
export const redeliverySeconds = (receives: number): number => Math.min(900, 5 * 2 ** Math.max(0, receives - 1));

/**
 * A queue hides a message for six times the function's timeout, which is long for one that AWS throttled. A failure here
 * costs that time and nothing else.
 */
export const sqsRedelivery = (client: SQSClient, urls: RedeliveryUrls, log: Log): Redelivery => ({
  async soon(records, queue) {
    if (records.length === 0) return;
    const Entries = records.map(({ receiptHandle, attributes }, i) => ({
      Id: String(i),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: redeliverySeconds(Number(attributes?.ApproximateReceiveCount ?? 1)),
    }));
    try {
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: urls[queue], Entries }));
    } catch (error) {
      log.warn("messages will be delivered again later than need be", { count: records.length, ...traceOf(error) });
    }
  },
});
