import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { traceOf } from "../../core/kernel/errors.ts";
import { inParts } from "../../core/kernel/in-parallel.ts";
import { lazy } from "../../core/kernel/lazy.ts";
import type { Log } from "../../core/ports/log.ts";
import { clientDefaults } from "../client/client-defaults.ts";

/** The redelivery of one queue's messages. */
export interface Redelivery {
  /** Makes failed messages visible again before their visibility timeout ends, with a delay that grows with each delivery. */
  soon(records: readonly SQSRecord[]): Promise<void>;
}

/**
 * Seconds until the next delivery of a message that was received this many times: 5, 10, 20, ... up to 15 minutes. Our queues
 * allow 20 deliveries, so a fault may last three hours before a message becomes a dead letter; that of the pump allows five.
 */
export const redeliverySeconds = (receives: number): number => Math.min(900, 5 * 2 ** Math.max(0, receives - 1));

/** SQS refuses a request that names more messages as a whole. A function may be given up to a hundred. */
const mostInRequest = 10;

/**
 * Most queues hide a message for six times the function's timeout, which is too long if AWS only throttled a call. If a request
 * fails, its messages are delivered after that time.
 */
export function sqsRedelivery(client: () => SQSClient, url: string, log: Log): Redelivery {
  async function hide(records: readonly SQSRecord[]): Promise<void> {
    const Entries = records.map(({ receiptHandle, attributes }, i) => ({
      Id: String(i),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: redeliverySeconds(Number(attributes?.ApproximateReceiveCount ?? 1)),
    }));
    try {
      await client().send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    } catch (error) {
      log.warn("messages will be redelivered later than necessary", { count: records.length, ...traceOf(error) });
    }
  }

  return {
    async soon(records) {
      await Promise.all(inParts(records, mostInRequest).map(hide));
    },
  };
}

/**
 * The same with its own client, which is created when a message first fails. A function that reads a second queue gives its URL too: a record
 * says in its ARN which of them it is from.
 */
export function startRedelivery(url: string, log: Log, second?: string): Redelivery {
  const client = lazy(() => new SQSClient(clientDefaults));
  const first = sqsRedelivery(client, url, log);
  if (second === undefined) return first;
  const name = second.slice(second.lastIndexOf("/") + 1);
  const other = sqsRedelivery(client, second, log);
  return {
    async soon(records) {
      const { mine = [], others = [] } = Object.groupBy(records, ({ eventSourceARN }) =>
        eventSourceARN?.endsWith(`:${name}`) ? "others" : "mine",
      );
      await Promise.all([first.soon(mine), other.soon(others)]);
    },
  };
}
