import { PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { GateItem, GateName, LineMark } from "../../core/limits/gate.ts";
import type { Pump } from "../../core/limits/pump.ts";
import type { Waiter } from "../../core/ports/gates.ts";
import { phaseIndex, ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { crowdedPartition, crowdedSortKey, markAttributes, partKey, pumpKey, waiterKey } from "./gate-item.ts";

/** A job that still waits then lines up again: the reconciler sends its message now and then. */
const waiterKeptMs = 8 * 24 * 3_600_000;
/** The pump remembers what it has called anew with each tick. */
const pumpKeptMs = 8 * 24 * 3_600_000;

const expiry = (time: number): number => Math.ceil(time / 1000);

/** Frees a slot that is held by this turn. */
export const releasing = (
  table: string,
  part: GateItem,
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
export const dropping = (table: string, part: GateItem, { dead, seen }: { dead: string; seen: number }) =>
  new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: "#dead.#lease = :seen",
    UpdateExpression: "SET #n = #n - :one REMOVE #dead",
    ExpressionAttributeNames: { "#dead": dead, "#lease": "lease", "#n": "n" },
    ExpressionAttributeValues: toAttributes({ ":seen": seen, ":one": 1 }),
  });

/** Notes the highest part that has had a slot. The slot was taken before, so a part that is new to the table lasts as any other. */
export const peaking = (table: string, gate: GateName, peak: number) =>
  new UpdateItemCommand({
    TableName: table,
    Key: partKey({ ...gate, part: 0 }),
    ConditionExpression: "attribute_not_exists(#peak) OR #peak < :peak",
    UpdateExpression: "SET #peak = :peak, #expires = if_not_exists(#expires, :expires)",
    ExpressionAttributeNames: { "#peak": "peak", "#expires": ttlAttribute },
    ExpressionAttributeValues: toAttributes({ ":peak": peak, ":expires": expiry(Date.now() + waiterKeptMs) }),
  });

/** The fields of a mark by which a write knows that it has not changed. The others only count. */
const compared = ["id", "emptyAt", "nextCall", "promised"] as const;
const marked = Object.keys(markAttributes) as (keyof LineMark)[];

/** Whether two marks are the same to a write that compares them. */
export const isSameMark = (a: LineMark | undefined, b: LineMark | undefined): boolean =>
  compared.every((field) => a?.[field] === b?.[field]);

/**
 * Writes the mark of a gate as a whole, if it is still the one that was seen. The index lists gates by the item with the mark; index
 * attributes that stay the same cost no write there.
 */
export function marking(table: string, gate: GateName, next: LineMark | undefined, seen: LineMark | undefined) {
  const part: GateItem = { ...gate, part: 0 };
  const index = { [phaseIndex.partitionKey]: crowdedPartition(gate), [phaseIndex.sortKey]: crowdedSortKey(gate) };
  const fields = [
    ...marked.map((field) => ({ name: markAttributes[field] as string, value: next?.[field] })),
    ...Object.entries(index).map(([name, value]) => ({ name, value: next && value })),
  ];
  const sets = fields.filter(({ value }) => value !== undefined);
  const removes = fields.filter(({ value }) => value === undefined);
  // What a version that knew the mark alone has left beside it says nothing without it.
  const conditions = seen ? compared : (["id"] as const);
  const latest = Math.max(Date.now(), next?.emptyAt ?? 0, next?.nextCall ?? 0);
  return new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: conditions
      .map((field) => {
        const name = `#${markAttributes[field]}`;
        return seen?.[field] === undefined ? `attribute_not_exists(${name})` : `${name} = :seen_${field}`;
      })
      .join(" AND "),
    UpdateExpression:
      `SET ${[...sets.map(({ name }) => `#${name} = :${name}`), "#expires = if_not_exists(#expires, :expires)"].join(", ")}` +
      (removes.length > 0 ? ` REMOVE ${removes.map(({ name }) => `#${name}`).join(", ")}` : ""),
    ExpressionAttributeNames: {
      ...Object.fromEntries(fields.map(({ name }) => [`#${name}`, name])),
      "#expires": ttlAttribute,
    },
    ExpressionAttributeValues: toAttributes({
      ...Object.fromEntries(sets.map(({ name, value }) => [`:${name}`, value])),
      ...Object.fromEntries(conditions.map((field) => [`:seen_${field}`, seen?.[field]])),
      ":expires": expiry(latest + waiterKeptMs),
    }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

/** Puts a waiter into its place. What was noted of it there stays, unless the waiter says otherwise. */
export function standing(table: string, gate: GateName, { since, ...waiter }: Waiter) {
  const until = expiry(Math.max(since, Date.now()) + waiterKeptMs);
  const fields = Object.entries({ ...waiter, [ttlAttribute]: until }).filter(([, value]) => value !== undefined);
  return new UpdateItemCommand({
    TableName: table,
    Key: waiterKey(gate, waiter),
    UpdateExpression: `SET #since = if_not_exists(#since, :since), ${fields.map(([name]) => `#${name} = :${name}`).join(", ")} REMOVE #until`,
    ExpressionAttributeNames: {
      "#since": "since",
      "#until": "reserved_until",
      ...Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: toAttributes({
      ":since": since,
      ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
    }),
  });
}

/** Reserves a waiter that is about to get a slot. */
export const reserving = (
  table: string,
  gate: GateName,
  at: Pick<Waiter, "job" | "order">,
  { now, until }: { now: number; until: number },
) =>
  new UpdateItemCommand({
    TableName: table,
    Key: waiterKey(gate, at),
    ConditionExpression: "attribute_exists(#job) AND (attribute_not_exists(#until) OR #until < :now)",
    UpdateExpression: "SET #until = :until",
    ExpressionAttributeNames: { "#job": "job", "#until": "reserved_until" },
    ExpressionAttributeValues: toAttributes({ ":now": now, ":until": until }),
  });

/** Keeps what the pump of a gate remembers. */
export const pumping = (table: string, gate: GateName, pump: Pump) =>
  new PutItemCommand({
    TableName: table,
    Item: {
      ...toAttributes({ ...pump, [ttlAttribute]: expiry((pump.lastTick ?? Date.now()) + pumpKeptMs) }),
      ...pumpKey(gate),
    },
  });
