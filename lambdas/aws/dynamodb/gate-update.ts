import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  type Ask,
  countsLag,
  type GateItem,
  type GateItemState,
  type GateItemWrite,
  isBounded,
  newHolder,
} from "../../core/limits/gate.ts";
import { aheadMs, type Pace } from "../../core/limits/gcra.ts";
import { ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { markAttributes, partKey } from "./gate-item.ts";

/**
 * How long a part is kept after what it holds is over: no one needs it then, and idle gates vanish. It is twice as long as a waiter is
 * kept, so that the mark of a line outlives the jobs that stand in it although a mark makes nothing last longer.
 */
const keptMs = 16 * 24 * 3_600_000;

interface UpdateExpression {
  conditions: string[];
  sets: string[];
  removes: string[];
  names: Record<string, string>;
  values: Record<string, unknown>;
}

const nothing: UpdateExpression = { conditions: [], sets: [], removes: [], names: {}, values: {} };

interface Writing {
  write: GateItemWrite;
  ask: Ask;
  /** What the write was derived from. */
  seen: GateItemState;
}

/**
 * A write to which `gateStep` has led, as an update that holds only while what it was derived from does: it fails wherever
 * `gateStep` would have led to another one.
 */
export function gateUpdate(table: string, part: GateItem, writing: Writing): UpdateItemCommand {
  const { write, ask } = writing;
  const isDrop = write.slot?.do === "drop";
  const parts = [
    slotExpression(writing),
    rateExpression(writing),
    ...(part.part === 0 && !isDrop ? [lineExpression(writing), lagExpression(writing)] : []),
    expiryExpression(ask),
  ];
  const of = (field: "conditions" | "sets" | "removes") => parts.flatMap((one) => one[field]);
  const removes = of("removes");
  return new UpdateItemCommand({
    TableName: table,
    Key: partKey(part),
    ConditionExpression: of("conditions").join(" AND "),
    UpdateExpression: `SET ${of("sets").join(", ")}${removes.length > 0 ? ` REMOVE ${removes.join(", ")}` : ""}`,
    ExpressionAttributeNames: Object.assign({}, ...parts.map(({ names }) => names)),
    ExpressionAttributeValues: toAttributes(Object.assign({}, ...parts.map(({ values }) => values))),
    // Another step follows a drop, and starts from all that is stored.
    ReturnValues: isDrop ? "ALL_NEW" : "UPDATED_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

function slotExpression({ write: { slot: write }, ask, seen }: Writing): UpdateExpression {
  const { job, slot } = ask;
  if (!slot) return nothing;
  if (!write) return heldExpression(job, seen);
  const only = onlyPart(slot);
  const isNew = ["attribute_not_exists(#job)", ...only.conditions];
  const names = { "#job": job, "#n": "n", ...only.names };
  const holder = { ":holder": newHolder(seen.holders[job], ask) };
  switch (write.do) {
    case "renew":
      return renewExpression(ask, seen);
    case "add":
      return {
        conditions: [...isNew, "(attribute_not_exists(#n) OR #n < :slots)"],
        sets: ["#job = :holder", "#n = if_not_exists(#n, :zero) + :one"],
        removes: [],
        names,
        values: { ...holder, ":slots": slot.limit, ":zero": 0, ":one": 1 },
      };
    case "replace":
      return {
        conditions: [...isNew, "#dead.#lease = :seen", "#n <= :slots"],
        sets: ["#job = :holder"],
        removes: ["#dead"],
        names: { ...names, "#dead": write.dead, "#lease": "lease" },
        values: { ...holder, ":seen": write.seen, ":slots": slot.limit },
      };
    case "drop":
      return {
        conditions: ["#dead.#lease = :seen"],
        sets: ["#n = #n - :one"],
        removes: ["#dead"],
        names: { "#n": "n", "#dead": write.dead, "#lease": "lease" },
        values: { ":seen": write.seen, ":one": 1 },
      };
  }
}

/** A holder is the one that was seen if its lease and turn are: sharing a slot changes one of them. */
function heldExpression(job: string, { holders: { [job]: held } }: GateItemState): UpdateExpression {
  if (!held) return nothing;
  const isGiven = `${held.given ? "attribute_exists" : "attribute_not_exists"}(#job.#given)`;
  return {
    ...nothing,
    conditions: ["#job.#lease = :held", "#job.#turn = :turn", isGiven],
    names: { "#job": job, "#lease": "lease", "#turn": "turn", "#given": "given" },
    values: { ":held": held.lease, ":turn": held.turn },
  };
}

function renewExpression(ask: Ask, seen: GateItemState): UpdateExpression {
  const { job, slot } = ask;
  const held = seen.holders[job];
  const same = heldExpression(job, seen);
  const renewed = { ...same, sets: ["#job = :holder"], values: { ...same.values, ":holder": newHolder(held, ask) } };
  if (!held || !slot || !isBounded(held, ask)) return renewed;
  const only = onlyPart(slot);
  return {
    ...renewed,
    conditions: [...same.conditions, ...only.conditions, "#n <= :slots"],
    names: { ...same.names, ...only.names, "#n": "n" },
    values: { ...renewed.values, ":slots": slot.limit },
  };
}

/** A process that has seen one part alone takes a slot only where it is the only one. */
const onlyPart = ({ seesParts }: Pick<NonNullable<Ask["slot"]>, "seesParts">): UpdateExpression =>
  seesParts ? nothing : { ...nothing, conditions: ["attribute_not_exists(#peak)"], names: { "#peak": "peak" } };

const farthestOf = (now: number, { increment, burst }: Pace): number =>
  (now + aheadMs) * 1000 + increment * (burst - 1);

function rateExpression({ write: { rate: write }, ask: { rate, now }, seen }: Writing): UpdateExpression {
  if (!write || !rate) return nothing;
  const names = { "#tat": "tat", "#inc": "inc" };
  const values = { ":inc": rate.increment, ":now": now * 1000 };
  switch (write.do) {
    case "begin":
      return {
        ...nothing,
        conditions: ["(attribute_not_exists(#tat) OR #tat <= :now)"],
        sets: ["#tat = :next", "#inc = :inc"],
        names,
        values: { ...values, ":next": now * 1000 + rate.increment },
      };
    // It says nothing of where exactly the last start lies, so that many who take one at the same time do not fail on each other.
    case "queue":
      return {
        ...nothing,
        conditions: ["#tat > :now", "#tat <= :farthest", "(attribute_not_exists(#inc) OR #inc = :inc)"],
        sets: ["#tat = #tat + :inc", "#inc = :inc"],
        names,
        values: { ...values, ":farthest": farthestOf(now, rate) },
      };
    case "rescale":
      return {
        ...nothing,
        conditions: ["#tat = :seenTat", "#inc = :seenInc"],
        sets: ["#tat = :next", "#inc = :inc"],
        names,
        values: { ":inc": rate.increment, ":next": write.tat, ":seenTat": seen.tat, ":seenInc": seen.inc },
      };
  }
}

/** A job that was not called passes only a gate without a line, as `gateStep` says. */
function lineExpression({ write, ask }: Writing): UpdateExpression {
  if (ask.isCalled || ask.slot?.isGiven || write.slot?.do === "renew") return nothing;
  return { ...nothing, conditions: ["attribute_not_exists(#waiting)"], names: { "#waiting": markAttributes.id } };
}

/** A mark begins to count anew, so that it does no harm to count at a gate without one. */
function lagExpression({ write, ask }: Writing): UpdateExpression {
  if (!countsLag(ask, write)) return nothing;
  return {
    ...nothing,
    sets: ["#lagSum = if_not_exists(#lagSum, :none) + :lag", "#lagCount = if_not_exists(#lagCount, :none) + :once"],
    names: { "#lagSum": markAttributes.lagSum, "#lagCount": markAttributes.lagCount },
    values: { ":none": 0, ":once": 1, ":lag": ask.lag },
  };
}

/** A slow rate with a burst has starts that lie ahead for long, and must not forget them. */
function expiryExpression({ now, slot, rate }: Ask): UpdateExpression {
  const lastStart = rate ? (farthestOf(now, rate) + rate.increment) / 1000 : 0;
  return {
    ...nothing,
    sets: ["#expires = :expires"],
    names: { "#expires": ttlAttribute },
    values: { ":expires": Math.ceil((Math.max(now, slot?.lease ?? 0, lastStart) + keptMs) / 1000) },
  };
}
