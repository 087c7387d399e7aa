import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { partitionKey, sortKey } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { type Needed, readItem } from "./read-item.ts";

/** A record in one item, which is replaced whole. The sort key is not `STATE`, which the stream's filter takes for a job. */
export function oneItem<T extends object>(
  { client, table }: { client: DynamoDBClient; table: string },
  [partition, sort]: readonly [partition: string, sort: string],
  needed: Needed<T>,
) {
  const key = toAttributes({ [partitionKey]: partition, [sortKey]: sort });
  return {
    async get(): Promise<T | undefined> {
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return Item && readItem<T>(Item, { needed });
    },

    async put(record: T): Promise<void> {
      await client.send(new PutItemCommand({ TableName: table, Item: { ...toAttributes({ ...record }), ...key } }));
    },
  };
}
