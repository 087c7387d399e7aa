import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { TransientError } from "../../core/kernel/errors.ts";
import type { Counted } from "../../core/ports/stats-store.ts";
import { stream } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";

/** What entries add to an item. */
interface Addition {
  /** Numbers that are added to those of the item. */
  add: Record<string, number>;
  set: Record<string, unknown>;
  /** Set unless the item has it. */
  setOnce?: Record<string, unknown>;
}

export interface Counting<Entry extends Counted> {
  key: Item;
  /** The beginning of the hour or day that is counted, epoch milliseconds. */
  from: number;
  entries: readonly Entry[];
  additionOf: (entries: readonly Entry[]) => Addition;
  /** Nothing is counted where there is no item yet. */
  mustExist?: boolean;
}

/** The item after the entries were counted, or that there is none. */
type CountedIn = Item | "no item";

export interface Counters {
  count<Entry extends Counted>(counting: Counting<Entry>): Promise<CountedIn>;
}

/** A mark is an attribute whose name begins so. Its value is when what it marks was written, in seconds after the beginning of the period. */
const markPrefix = "~";
const mostTries = 5;
/** How many marks an item keeps at least, and how many times those of the last update: the item should stay below 1 KB. */
const kept = { least: 40, updates: 3 };
/** An expression may have 4 KB and 300 operators. */
const mostAtOnce = stream.batchSize;
const mostRemoved = stream.batchSize;
const mostRemembered = 1000;

/**
 * Counters that count an entry once, although the SDK repeats an update whose answer was lost, and the stream delivers a batch
 * again, with other bounds. The update that adds an entry leaves its mark in the same item, on condition that the item has none
 * of it. The oldest marks are removed by later updates, so that this costs no call.
 */
export function dynamoCounters({ client, table }: { client: DynamoDBClient; table: string }): Counters {
  /** The marks of items as this process last saw them: what it may remove. */
  const seen = new Map<string, Map<string, number>>();

  function remember(key: Item, item: Item): void {
    if (seen.size > mostRemembered) seen.clear();
    seen.set(JSON.stringify(key), marksIn(item));
  }

  /** Sent again if it fails, which does no harm: the SDK repeats nothing more once many calls of this process have failed. */
  const sent = (update: UpdateItemCommand) =>
    client.send(update).catch((error: unknown) => {
      if (error instanceof ConditionalCheckFailedException) throw error;
      return client.send(update);
    });

  async function update<Entry extends Counted>(counting: Counting<Entry>, entries: readonly Entry[]) {
    const outdated = outdatedOf(seen.get(JSON.stringify(counting.key)), entries);
    try {
      const { Attributes = {} } = await sent(countUpdate(table, counting, entries, outdated));
      remember(counting.key, Attributes);
      return { counted: Attributes };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { refusedBy: error.Item ?? (await read(counting)) };
    }
  }

  /** The item that refused an update, where the refusal does not bring it: then there is none, unless the server never brings it. */
  async function read({ key, mustExist }: Pick<Counting<Counted>, "key" | "mustExist">): Promise<Item | undefined> {
    if (mustExist) return undefined;
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

  async function countSome<Entry extends Counted>(
    counting: Counting<Entry>,
    some: readonly Entry[],
  ): Promise<CountedIn> {
    let left = some;
    for (let tries = 0; tries < mostTries; tries++) {
      const { counted, refusedBy } = await update(counting, left);
      if (counted) return counted;
      if (!refusedBy) {
        if (counting.mustExist) return "no item";
        continue;
      }
      remember(counting.key, refusedBy);
      const marks = marksIn(refusedBy);
      left = left.filter(({ mark }) => !marks.has(mark));
      if (left.length === 0) return refusedBy;
    }
    throw new TransientError("CONTENDED", "a counter was changed by others at every try");
  }

  return {
    async count(counting) {
      let item: CountedIn = "no item";
      for (let done = 0; done < counting.entries.length; done += mostAtOnce)
        item = await countSome(counting, counting.entries.slice(done, done + mostAtOnce));
      return item;
    },
  };
}

const marksIn = (item: Item): Map<string, number> =>
  new Map(
    Object.entries(item)
      .filter(([name]) => name.startsWith(markPrefix))
      .map(([name, value]) => [name.slice(markPrefix.length), Number(value.N)]),
  );

/** Attributes of an item without its marks. */
export const withoutMarks = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith(markPrefix)));

/** The oldest marks beyond those that are kept. */
function outdatedOf(marks: ReadonlyMap<string, number> | undefined, added: readonly Counted[]): string[] {
  if (!marks) return [];
  const own = new Set(added.map(({ mark }) => mark));
  const others = [...marks].filter(([mark]) => !own.has(mark)).sort(([, a], [, b]) => a - b);
  const surplus = others.length + own.size - Math.max(kept.least, kept.updates * own.size);
  return others.slice(0, Math.max(0, Math.min(surplus, mostRemoved))).map(([mark]) => mark);
}

function countUpdate<Entry extends Counted>(
  table: string,
  { key, from, entries: _, additionOf, mustExist }: Counting<Entry>,
  entries: readonly Entry[],
  outdated: readonly string[],
): UpdateItemCommand {
  const { add, set, setOnce = {} } = additionOf(entries);
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (of: string) => nameFor(names, "#", of);
  const value = (of: unknown) => nameFor(values, ":", of);
  const marks = [...new Set(entries.map(({ mark }) => markPrefix + mark))].map(name);
  const at = value(Math.max(0, Math.round(((entries[0]?.written_at ?? from) - from) / 1000)));
  const sets = [
    ...marks.map((mark) => `${mark} = ${at}`),
    ...Object.entries(set).map(([field, given]) => `${name(field)} = ${value(given)}`),
    ...Object.entries(setOnce).map(
      ([field, given]) => `${name(field)} = if_not_exists(${name(field)}, ${value(given)})`,
    ),
  ];
  const adds = Object.entries(add).map(([field, given]) => `${name(field)} ${value(given)}`);
  const removes = outdated.map((mark) => name(markPrefix + mark));
  return new UpdateItemCommand({
    TableName: table,
    Key: key,
    ConditionExpression: [
      ...(mustExist ? ["attribute_exists(PK)"] : []),
      ...marks.map((mark) => `attribute_not_exists(${mark})`),
    ].join(" AND "),
    UpdateExpression: [
      `ADD ${adds.join(", ")} SET ${sets.join(", ")}`,
      ...(removes.length > 0 ? [`REMOVE ${removes.join(", ")}`] : []),
    ].join(" "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: toAttributes(values),
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

/** The placeholder of a name or value in an expression. A name has one place only. */
function nameFor<T>(taken: Record<string, T>, sign: string, of: T): string {
  const known = sign === "#" && Object.entries(taken).find(([, name]) => name === of)?.[0];
  if (known) return known;
  const placeholder = `${sign}${Object.keys(taken).length}`;
  taken[placeholder] = of;
  return placeholder;
}
