import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { slotOf, type Waits } from "../../core/operations/waits.ts";
import { partitionKey, sortKey, ttlAttribute, waitsPrefix } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";

/** Long enough that clock differences do not matter. */
const keptMs = 3_600_000;

/** Counts the waiting requests of each key, in one small item per key and five seconds. */
export const dynamoWaits = ({ client, table }: { client: DynamoDBClient; table: string }): Waits => ({
  async add(caller, now) {
    const slot = slotOf(now);
    const { Attributes = {} } = await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: toAttributes({ [partitionKey]: `${waitsPrefix}${caller}`, [sortKey]: `SLOT#${slot}` }),
        UpdateExpression: "ADD waits :one SET #expires = :expires",
        ExpressionAttributeNames: { "#expires": ttlAttribute },
        ExpressionAttributeValues: toAttributes({ ":one": 1, ":expires": (slot + keptMs) / 1000 }),
        ReturnValues: "UPDATED_NEW",
      }),
    );
    return (fromAttributes(Attributes) as { waits: number }).waits;
  },
});
