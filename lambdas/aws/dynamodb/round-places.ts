import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { RoundPlace, RoundPlaces } from "../../core/ports/ports.ts";
import { partitionKey, roundsPartition, sortKey } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";

/** The sort key is not `STATE`, which the stream's filter takes for a job. */
const key = () => toAttributes({ [partitionKey]: roundsPartition, [sortKey]: "PLACE" });

/** How far the reconciler has come, in one item. */
export const dynamoRoundPlaces = ({ client, table }: { client: DynamoDBClient; table: string }): RoundPlaces => ({
  async get() {
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key(), ConsistentRead: true }));
    return Item && (fromAttributes(Item, new Set([partitionKey, sortKey])) as unknown as RoundPlace);
  },

  async put(place) {
    await client.send(new PutItemCommand({ TableName: table, Item: { ...toAttributes({ ...place }), ...key() } }));
  },
});
