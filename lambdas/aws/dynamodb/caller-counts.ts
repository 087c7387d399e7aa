import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { grantMs } from "../../core/operations/api-limits.ts";
import { rateSlotMs } from "../../core/operations/key-rate.ts";
import { waitSlot } from "../../core/operations/wait.ts";
import type { CallerCounts, Waits } from "../../core/ports/waits.ts";
import { partitionKey, sortKey, ttlAttribute, waitsPrefix } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { readItem } from "./read-item.ts";

interface Storage {
  client: DynamoDBClient;
  table: string;
}

/** Long enough that clock differences do not matter. */
const keptMs = 3_600_000;

/** Counts what each key does, in one small item per key and slot. */
const counting =
  (kind: "SLOT" | "SECOND", slotMs: number) =>
  ({ client, table }: Storage): CallerCounts => ({
    async add(caller, now) {
      const slot = waitSlot(now, slotMs);
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: toAttributes({ [partitionKey]: `${waitsPrefix}${caller}`, [sortKey]: `${kind}#${slot}` }),
          UpdateExpression: "ADD waits :one SET #expires = :expires",
          ExpressionAttributeNames: { "#expires": ttlAttribute },
          ExpressionAttributeValues: toAttributes({ ":one": 1, ":expires": Math.ceil((slot + keptMs) / 1000) }),
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return readItem<{ waits: number }>(Attributes, { needed: { waits: "number" } }).waits;
    },
  });

/** The requests of a key that wait for jobs. */
export const dynamoWaits: (storage: Storage) => Waits = counting("SLOT", grantMs);
/** All requests of a key that has a rate. */
export const dynamoRequests = counting("SECOND", rateSlotMs);
