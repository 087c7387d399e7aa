import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { KeptEntry, RunLogName } from "../../core/job/run-log.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import type { RunLogs } from "../../core/ports/run-logs.ts";
import { bundlesPartition, logsPrefix, parkedPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, readItem } from "./read-item.ts";

/** The logs of a job are one partition. Their sort keys are the parts of their names, padded so that strings sort like numbers. */
const jobPrefix = ({ created_at }: Pick<RunLogName, "created_at">): string =>
  `${String(created_at).padStart(13, "0")}#`;

const namePrefix = (log: RunLogName): string =>
  [jobPrefix(log) + logNumber(log.run), logNumber(log.attempt), logNumber(log.part), ""].join("#");

const logNumber = (number: number): string => String(number).padStart(10, "0");

/** An append is one item, so that all of its entries are there or none: their JSON, since numbers of attributes have 38 digits and texts no half characters. */
interface Appended {
  entries: string;
}
const codec: Codec<Appended> = { needed: { entries: "string" } };

const needCodec: Codec<{ until: number }> = { needed: { until: "number" } };
const bundleKeyOf = (sha256: string) => toAttributes({ [partitionKey]: bundlesPartition, [sortKey]: sha256 });
const untilName = { "#until": "until" };

const logEntriesIn = (item: Item): KeptEntry[] => JSON.parse(readItem(item, codec).entries) as KeptEntry[];

/** How many items DynamoDB deletes at a time. */
const deletedAtOnce = 25;

export function dynamoRunLogs({ client, table }: { client: DynamoDBClient; table: string }): RunLogs {
  const between = (job_id: string, from: string, to: string) => ({
    TableName: table,
    KeyConditionExpression: `${partitionKey} = :job AND ${sortKey} BETWEEN :from AND :to`,
    ExpressionAttributeValues: toAttributes({ ":job": logsPrefix + job_id, ":from": from, ":to": to }),
    ConsistentRead: true,
  });
  async function removeAll(items: readonly Item[]): Promise<void> {
    for (let from = 0; from < items.length; from += deletedAtOnce) {
      const requests = items.slice(from, from + deletedAtOnce).map((item) => ({
        DeleteRequest: { Key: { [partitionKey]: item[partitionKey], [sortKey]: item[sortKey] } as Item },
      }));
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      if (UnprocessedItems?.[table]?.length) throw new TransientError("THROTTLED", "Not all of a log was deleted.");
    }
  }

  return withClassifiedErrors<RunLogs>({
    async append(log, entries) {
      const [first] = entries;
      if (!first) return "appended";
      const key = { [partitionKey]: logsPrefix + log.job_id, [sortKey]: namePrefix(log) + logNumber(first.n) };
      const Item = toAttributes({ ...key, entries: JSON.stringify(entries) } satisfies Appended & typeof key);
      try {
        const ConditionExpression = `attribute_not_exists(${partitionKey})`;
        await client.send(new PutItemCommand({ TableName: table, Item, ConditionExpression }));
        return "appended";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "taken";
        throw error;
      }
    },

    async read(log, after) {
      const prefix = namePrefix(log);
      // A caller that reads on has read a whole append, so that the next entry begins another one.
      const items = await queryItems(client, between(log.job_id, prefix + logNumber(after + 1), `${prefix}~`));
      return items.flatMap(logEntriesIn);
    },

    async remove(job) {
      const prefix = jobPrefix(job);
      const items = await queryItems(client, between(job.job_id, prefix, `${prefix}~`));
      await removeAll(items);
      return items.flatMap(logEntriesIn).flatMap(({ value }) => (value && "blob" in value ? [value.blob] : []));
    },

    async park(product, job_id, until) {
      const key = { [partitionKey]: parkedPrefix + product, [sortKey]: job_id };
      const Item = toAttributes({ ...key, [ttlAttribute]: Math.ceil(until / 1000) });
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async parked(product, most) {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :parked`,
        ExpressionAttributeValues: toAttributes({ ":parked": parkedPrefix + product }),
        ConsistentRead: true,
        Limit: most,
      };
      const items = await queryItems(client, query, most);
      return items.map((item) => item[sortKey]?.S ?? "");
    },

    unpark: (product, job_ids) =>
      removeAll(job_ids.map((id) => toAttributes({ [partitionKey]: parkedPrefix + product, [sortKey]: id }))),

    async need({ sha256, until }) {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: bundleKeyOf(sha256),
        UpdateExpression: "SET #until = :until",
        ConditionExpression: "attribute_not_exists(#until) OR #until < :until",
        ExpressionAttributeNames: untilName,
        ExpressionAttributeValues: toAttributes({ ":until": until }),
      });
      await client.send(update).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    },

    async needed() {
      const items = await queryItems(client, {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :bundles`,
        ExpressionAttributeValues: toAttributes({ ":bundles": bundlesPartition }),
        ConsistentRead: true,
      });
      return items.map((item) => ({ sha256: item[sortKey]?.S ?? "", until: readItem(item, needCodec).until }));
    },

    async forget({ sha256, until }) {
      try {
        const command = new DeleteItemCommand({
          TableName: table,
          Key: bundleKeyOf(sha256),
          ConditionExpression: "#until = :until",
          ExpressionAttributeNames: untilName,
          ExpressionAttributeValues: toAttributes({ ":until": until }),
        });
        await client.send(command);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  });
}
