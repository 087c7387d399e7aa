import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { RoundPlaces } from "../../core/ports/round-places.ts";
import { roundsPartition } from "../../topology.ts";
import { oneItem } from "./one-item.ts";

/** How far the reconciler has come, in one item. */
export const dynamoRoundPlaces = (store: { client: DynamoDBClient; table: string }): RoundPlaces =>
  oneItem(store, [roundsPartition, "PLACE"], { tries: "number" });
