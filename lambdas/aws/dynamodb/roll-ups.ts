import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { RollUps } from "../../core/ports/roll-ups.ts";
import { rollUpPartition } from "../../topology.ts";
import { oneItem } from "./one-item.ts";

/** What the reconciler's last round has found, in one item. */
export const dynamoRollUps = (store: { client: DynamoDBClient; table: string }): RollUps =>
  oneItem(store, [rollUpPartition, "LAST"], { at: "number", tenants: "object", others: "number", left: "number" });
