import { BatchWriteItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { messageTime } from "../../core/job/job.ts";
import { shardOf } from "../../core/job/job-id.ts";
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
const keptAfterMs = 7 * 86_400_000;

/**
 * Messages in the table of jobs, ordered by the time they are for. They are separate items and not a mark on the job: a job
 * that EventBridge Scheduler did not take stays as it was written, and stands where every list of jobs finds it.
 */
export const dynamoUnscheduled = ({ client, table }: { client: DynamoDBClient; table: string }): Unscheduled =>
  withClassifiedErrors<Unscheduled>({
    async hold(kept) {
      const { type, group, message } = kept;
      const expires = Math.ceil((messageTime(message) + keptAfterMs) / 1000);
      const item = { ...keptKeyOf(kept), ...toAttributes({ type, group, message, [ttlAttribute]: expires }) };
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
const keptIn = (item: Item): KeptMessage => {
  const needed = { type: "string", group: "string", message: "object" } as const;
  const { type, group, message } = readItem<KeptMessage>(item, { needed });
  return { type, group, message };
};
