import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  type Ask,
  farthestOf,
  type GatePart,
  holderOf,
  type PartState,
  type PartWrite,
  whoOf,
} from "../../core/flow/gate.ts";
import { horizonMs } from "../../core/flow/gcra.ts";
import { ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { partKey, reservationAttributes } from "./gate-item.ts";

/** How long a part is kept after what it holds is over: no one needs it then, and idle gates vanish. */
const keptMs = 2 * 24 * 3_600_000;

interface Expression {
  conditions: string[];
  sets: string[];
  removes: string[];
  names: Record<string, string>;
  values: Record<string, unknown>;
}

const nothing: Expression = { conditions: [], sets: [], removes: [], names: {}, values: {} };

/** A write of `applied` in core/flow/gate.ts as an update that holds only while what it was derived from does. */
export function gateUpdate(table: string, part: GatePart, { write, ask, seen }: Writing): UpdateItemCommand {
  const parts = [slotExpression(write.slot, ask, seen), rateExpression(write.rate, ask, seen), expiryExpression(ask)];
  const of = (field: "conditions" | "sets" | "removes") => parts.flatMap((one) => one[field]);
  const removes = of("removes");
  return new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: of("conditions").join(" AND "),
    UpdateExpression: `SET ${of("sets").join(", ")}${removes.length > 0 ? ` REMOVE ${removes.join(", ")}` : ""}`,
    ExpressionAttributeNames: Object.assign({}, ...parts.map(({ names }) => names)),
    ExpressionAttributeValues: toAttributes(Object.assign({}, ...parts.map(({ values }) => values))),
    ReturnValues: "UPDATED_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

export interface Writing {
  write: PartWrite;
  ask: Ask;
  /** What the write was derived from. */
  seen: PartState;
}

function slotExpression(write: PartWrite["slot"], ask: Ask, seen: PartState): Expression {
  const { job, slot } = ask;
  if (!write || !slot) return nothing;
  const names = { "#job": job, "#n": "n", "#waiting": "waiting" };
  const holder = { ":holder": holderOf(seen.holders[job], ask) };
  const inOrder = slot.isGiven ? [] : ["attribute_not_exists(#waiting)"];
  const isNew = ["attribute_not_exists(#job)", ...inOrder];
  switch (write.do) {
    case "renew":
      return {
        ...nothing,
        conditions: ["#job.#lease = :held"],
        sets: ["#job = :holder"],
        names: { "#job": job, "#lease": "lease" },
        values: { ...holder, ":held": seen.holders[job]?.lease },
      };
    case "add":
      return {
        conditions: [...isNew, "(attribute_not_exists(#n) OR #n < :slots)"],
        sets: ["#job = :holder", "#n = if_not_exists(#n, :zero) + :one"],
        removes: [],
        names: slot.isGiven ? { "#job": job, "#n": "n" } : names,
        values: { ...holder, ":slots": slot.limit, ":zero": 0, ":one": 1 },
      };
    case "replace":
      return {
        conditions: [...isNew, "#dead.#lease = :seen", "#n <= :slots"],
        sets: ["#job = :holder"],
        removes: ["#dead"],
        names: { ...(slot.isGiven ? { "#job": job, "#n": "n" } : names), ...deadNames(write.dead) },
        values: { ...holder, ":seen": write.seen, ":slots": slot.limit },
      };
    case "drop":
      return dropExpression(write);
  }
}

const deadNames = (dead: string) => ({ "#dead": dead, "#lease": "lease" });

const dropExpression = ({ dead, seen }: { dead: string; seen: number }): Expression => ({
  conditions: ["#dead.#lease = :seen"],
  sets: ["#n = #n - :one"],
  removes: ["#dead"],
  names: { "#n": "n", ...deadNames(dead) },
  values: { ":seen": seen, ":one": 1 },
});

function rateExpression(write: PartWrite["rate"], ask: Ask, seen: PartState): Expression {
  const { rate, now } = ask;
  if (!write || !rate) return nothing;
  const own = reservationAttributes(write.place);
  const last = seen.reserved[write.place];
  const names = { "#tat": "tat", "#who": own.who, "#before": own.tat };
  const values = { ":who": whoOf(ask), ":now": now * 1000 };
  // The same turn may reserve again only if its last reservation is the one that was seen to be too old.
  const isOld = last?.who === whoOf(ask);
  const fresh = isOld ? "#before = :last" : "(attribute_not_exists(#who) OR #who <> :who)";
  const again = isOld ? { ":last": last?.tat } : {};
  if (write.do === "begin") {
    return {
      ...nothing,
      conditions: [fresh, "(attribute_not_exists(#tat) OR #tat <= :now)"],
      sets: ["#tat = :next", "#who = :who", "#before = :now"],
      names,
      values: { ...values, ...again, ":next": now * 1000 + rate.increment },
    };
  }
  const farthest = farthestOf(ask) * 1000 + rate.increment * (rate.burst - 1);
  return {
    ...nothing,
    conditions: [fresh, "#tat > :now", "#tat <= :farthest"],
    sets: ["#before = #tat", "#tat = #tat + :increment", "#who = :who"],
    names,
    values: { ...values, ...again, ":farthest": farthest, ":increment": rate.increment },
  };
}

function expiryExpression({ now, slot }: Ask): Expression {
  const until = Math.max(now + horizonMs, slot?.lease ?? 0) + keptMs;
  return {
    ...nothing,
    sets: ["#expires = :expires"],
    names: { "#expires": ttlAttribute },
    values: { ":expires": Math.ceil(until / 1000) },
  };
}
