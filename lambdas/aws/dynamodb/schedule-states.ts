import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ScheduleStates } from "../../core/ports/schedule-states.ts";
import { schedulesPartition } from "../../topology.ts";
import { oneItem } from "./one-item.ts";

/** Which schedules of the catalog have jobs, in one item. */
export const dynamoScheduleStates = (store: { client: DynamoDBClient; table: string }): ScheduleStates =>
  oneItem(store, [schedulesPartition, "SYNCED"], { hash: "string", job_ids: "object" });
