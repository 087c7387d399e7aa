import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { GatePart } from "../../core/flow/gate.ts";
import { phaseIndex, ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { crowdedPartition, crowdedSortKey, partKey } from "./gate-item.ts";

/** A job that still waits then lines up again: the reconciler sends its message now and then. */
export const waiterKeptMs = 8 * 24 * 3_600_000;

/** Frees a slot that is held by this turn. */
export const releasing = (
  table: string,
  part: GatePart,
  { job, turn, lease }: { job: string; turn: string; lease?: number },
) =>
  new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: lease === undefined ? "#job.#turn = :turn" : "#job.#turn = :turn AND #job.#lease = :lease",
    UpdateExpression: "SET #n = #n - :one REMOVE #job",
    ExpressionAttributeNames: {
      "#job": job,
      "#turn": "turn",
      "#n": "n",
      ...(lease !== undefined && { "#lease": "lease" }),
    },
    ExpressionAttributeValues: toAttributes({
      ":turn": turn,
      ":one": 1,
      ...(lease !== undefined && { ":lease": lease }),
    }),
    ReturnValues: "ALL_NEW",
  });

/** Drops a slot whose lease is the one that was seen. */
export const dropping = (table: string, part: GatePart, { dead, seen }: { dead: string; seen: number }) =>
  new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: "#dead.#lease = :seen",
    UpdateExpression: "SET #n = #n - :one REMOVE #dead",
    ExpressionAttributeNames: { "#dead": dead, "#lease": "lease", "#n": "n" },
    ExpressionAttributeValues: toAttributes({ ":seen": seen, ":one": 1 }),
  });

/** Marks a part; part 0 is the one that the index lists. An index attribute that stays the same costs no write there. */
export function marking(table: string, part: GatePart, { mark, since }: { mark: string; since: number }) {
  const isListed = part.part === 0;
  return new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    UpdateExpression: `SET #waiting = :mark, #expires = if_not_exists(#expires, :expires)${isListed ? ", #partition = :partition, #position = :position" : ""}`,
    ExpressionAttributeNames: {
      "#waiting": "waiting",
      "#expires": ttlAttribute,
      ...(isListed && { "#partition": phaseIndex.partitionKey, "#position": phaseIndex.sortKey }),
    },
    ExpressionAttributeValues: toAttributes({
      ":mark": mark,
      ":expires": Math.ceil((since + waiterKeptMs) / 1000),
      ...(isListed && { ":partition": crowdedPartition(part), ":position": crowdedSortKey(part) }),
    }),
  });
}

/** Removes the mark of a part, if it is still the one that was seen. */
export const unmarking = (table: string, part: GatePart, seen: string) =>
  new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: "#waiting = :seen",
    UpdateExpression: "REMOVE #waiting, #partition, #position",
    ExpressionAttributeNames: {
      "#waiting": "waiting",
      "#partition": phaseIndex.partitionKey,
      "#position": phaseIndex.sortKey,
    },
    ExpressionAttributeValues: toAttributes({ ":seen": seen }),
  });
