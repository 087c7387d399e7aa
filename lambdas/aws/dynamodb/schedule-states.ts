import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { ScheduleStates, SyncedSchedules } from "../../core/ports/ports.ts";
import { partitionKey, schedulesPartition, sortKey } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";

/** The sort key is not `STATE`, which the stream's filter takes for a job. */
const key = () => toAttributes({ [partitionKey]: schedulesPartition, [sortKey]: "SYNCED" });

/** Which schedules of the catalog have jobs, in one item. */
export const dynamoScheduleStates = ({ client, table }: { client: DynamoDBClient; table: string }): ScheduleStates => ({
  async get() {
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key(), ConsistentRead: true }));
    return Item && (fromAttributes(Item, new Set([partitionKey, sortKey])) as unknown as SyncedSchedules);
  },

  async put(state) {
    await client.send(new PutItemCommand({ TableName: table, Item: { ...toAttributes({ ...state }), ...key() } }));
  },
});
