import { BatchWriteItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type JobMessage, messageTime } from "../../core/job/job.ts";
import { shardOf } from "../../core/job/job-id.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import { type KeptMessage, keptShards, type Unscheduled } from "../../core/ports/unscheduled.ts";
import { partitionKey, sortKey, ttlAttribute, unscheduledPrefix } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { type Item, positionKey, timeKey } from "./job-item.ts";
import { readItem } from "./read-item.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const largestBatch = 25;
/** How long after its time a message is kept that the relay has not sent, in milliseconds. */
const keptAfterMs = 7 * dayMs;

/**
 * Messages in the table of jobs, ordered by the time they are for. They are separate items and not a mark on the job: a job
 * that EventBridge Scheduler did not take stays as it was written, and stands where every list of jobs finds it.
 */
export const dynamoUnscheduled = ({ client, table }: { client: DynamoDBClient; table: string }): Unscheduled =>
  withClassifiedErrors<Unscheduled>({
    async hold(kept) {
      const { type, group, message } = kept;
      const expires = Math.ceil((messageTime(message) + keptAfterMs) / 1000);
      const item = {
        ...keptKeyOf(kept),
        ...toAttributes({ type, group, ...keptMessageFields(message), [ttlAttribute]: expires }),
      };
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },

    async page({ shard, until, limit }, after) {
      const high = timeKey(until + 1);
      const low = after ? keptSortKeyOf(after) : timeKey(0);
      if (low > high) return { kept: [] };
      const query = new QueryCommand({
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :shard AND ${sortKey} BETWEEN :low AND :high`,
        ExpressionAttributeValues: toAttributes({
          ":shard": unscheduledPartitionOf(shard),
          ":low": low,
          ":high": high,
        }),
        // One more for the item of the cursor itself, which the range includes.
        Limit: limit + 1,
      });
      const { Items = [], LastEvaluatedKey } = await client.send(query);
      const found = Items.map(keptIn).filter((one) => !after || keptSortKeyOf(one) !== keptSortKeyOf(after));
      const kept = found.slice(0, limit);
      const last = kept.at(-1);
      return { kept, ...(last && (LastEvaluatedKey || found.length > limit) && { next: last }) };
    },

    async remove(kept) {
      const keys = [...new Map(kept.map((one) => [keptSortKeyOf(one), keptKeyOf(one)])).values()];
      for (let start = 0; start < keys.length; start += largestBatch) {
        const requests = keys.slice(start, start + largestBatch).map((Key) => ({ DeleteRequest: { Key } }));
        const command = new BatchWriteItemCommand({ RequestItems: { [table]: requests } });
        const { UnprocessedItems } = await client.send(command);
        if ((UnprocessedItems?.[table] ?? []).length > 0) throw noCapacity();
      }
    },
  });

const noCapacity = () => new TransientError("UNPROCESSED", "DynamoDB had no capacity to delete a kept message");

const unscheduledPartitionOf = (shard: number) => `${unscheduledPrefix}${shard}`;
/** By time, then by attempt, so that keeping a message again replaces it. */
const keptSortKeyOf = ({ message }: KeptMessage) =>
  `${positionKey({ id: message.job_id, time: messageTime(message) })}#${message.run}#${message.attempt}`;
const keptKeyOf = (kept: KeptMessage): Item =>
  toAttributes({
    [partitionKey]: unscheduledPartitionOf(shardOf(kept.message.job_id, keptShards)),
    [sortKey]: keptSortKeyOf(kept),
  });

interface KeptFields extends KeptMessage {
  /** When the job was due that its message wakes later. */
  job_due_at?: number;
}

/**
 * The message that wakes a job is kept with the time that it is for in place of the time of its job. Version 0.3.0, to which a deployment may
 * go back, derives the key from the time in the message: it would send others again and again, and never come to those behind them. It sends
 * this one once, and its consumer drops it.
 */
const keptMessageFields = ({ wake_at, ...message }: JobMessage): Pick<KeptFields, "message" | "job_due_at"> =>
  wake_at === undefined ? { message } : { message: { ...message, due_at: wake_at }, job_due_at: message.due_at };

const keptIn = (item: Item): KeptMessage => {
  const needed = { type: "string", group: "string", message: "object" } as const;
  const { type, group, message, job_due_at } = readItem<KeptFields>(item, { needed });
  const wakes = job_due_at !== undefined && { due_at: job_due_at, wake_at: message.due_at };
  return { type, group, message: { ...message, ...wakes } };
};
