import { hash } from "node:crypto";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import {
  addressLimits,
  type Keeping,
  type Signal,
  type SignalAddress,
  signalKeptMs,
  type Waiter,
} from "../../core/job/signal.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import type { Signals } from "../../core/ports/signals.ts";
import {
  countSortKey,
  partitionKey,
  signalSortKey,
  signalsPrefix,
  sortKey,
  ttlAttribute,
  waiterSortKey,
} from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, readItem } from "./read-item.ts";

/** The stored form: its payload is JSON, since numbers of attributes have 38 digits and texts no half characters. */
interface StoredSignal extends Omit<Signal, "payload"> {
  payload?: string;
}

const stored = ({ payload, ...signal }: Signal): StoredSignal => ({
  ...signal,
  ...(payload !== undefined && { payload: JSON.stringify(payload) }),
});

const signalCodec: Codec<StoredSignal> = { needed: { id: "string", at: "number" } };
/** What came to an address with many messages since a time, for as long as a message is kept. */
interface Count {
  since: number;
  messages: number;
  bytes: number;
}
const countCodec: Codec<Count> = { needed: { since: "number", messages: "number", bytes: "number" } };
const waiterCodec: Codec<Waiter> = { needed: { message: "object", step: "string", until: "number" } };

/** How long an item stays after its time: DynamoDB deletes it within days after that. */
const marginSeconds = 24 * 3600;

/** How often a sender counts its message again because another one came between. */
const mostTries = 20;

/** Tags have no `#`, no name of a signal has the mark that follows it (`signalNameFault`), and a key is the last part. */
const signalPartition = ({ product, env, signal, to }: SignalAddress): string =>
  `${signalsPrefix}${product}#${env}#${signal}#${"key" in to ? `KEY#${to.key}` : `RUN#${to.job_id}`}`;

/** The address that a partition is of. */
export function addressOf(partition: string): SignalAddress {
  const [product = "", env = "", ...rest] = partition.slice(signalsPrefix.length).split("#");
  const [, signal = "", kind, name = ""] = /^(.*?)#(KEY|RUN)#(.*)$/s.exec(rest.join("#")) ?? [];
  return { product, env, signal, to: kind === "RUN" ? { job_id: name } : { key: name } };
}

/** The most bytes of the name of a step in a sort key, of which DynamoDB takes 1024. */
const longestStepName = 900;

/** A name as it stands in a sort key. Names of calls in code have up to 900 characters, of up to three bytes each. */
const stepName = (step: string): string =>
  Buffer.byteLength(step) <= longestStepName ? step : `sha256-${hash("sha256", step, "hex")}`;

/** Thirteen digits until the year 2286. */
const signalKeyAt = (at: number): string => `${signalSortKey}${String(at).padStart(13, "0")}#`;

/** Behind the messages of any time: an address has one decision. */
const decisionSortKey = `${signalSortKey}9999999999999#`;

/** A partition for each address: small items, each of which DynamoDB deletes when its time is over. */
export function dynamoSignals(
  { client, table }: { client: DynamoDBClient; table: string },
  limits: typeof addressLimits = addressLimits,
): Signals {
  const keyOf = (address: SignalAddress, sort: string): Item =>
    toAttributes({ [partitionKey]: signalPartition(address), [sortKey]: sort });
  const waiterKey = (address: SignalAddress, { message, step }: Waiter): Item =>
    keyOf(address, `${waiterSortKey}${message.job_id}#${stepName(step)}`);
  const put = (key: Item, fields: object, until: number, unless: Partial<PutItemCommandInput> = {}) => {
    const expires = { [ttlAttribute]: Math.ceil(until / 1000) + marginSeconds };
    const Item = { ...key, ...toAttributes({ ...fields, ...expires }) };
    return client.send(new PutItemCommand({ TableName: table, Item, ...unless }));
  };
  const between = (address: SignalAddress, from: string, to: string) => ({
    TableName: table,
    KeyConditionExpression: `${partitionKey} = :address AND ${sortKey} BETWEEN :from AND :to`,
    ExpressionAttributeValues: toAttributes({ ":address": signalPartition(address), ":from": from, ":to": to }),
    ConsistentRead: true,
  });

  /**
   * The first message that is wanted, page by page. The first page is a small one: it usually has it, and DynamoDB would read a megabyte.
   */
  const first = async (address: SignalAddress, since: number, wanted: (signal: Signal) => boolean) => {
    let from: Item | undefined;
    do {
      const query = between(address, signalKeyAt(since), `${signalSortKey}~`);
      const more = from ? { ExclusiveStartKey: from } : { Limit: limits.page };
      const page = await client.send(new QueryCommand({ ...query, ...more }));
      const found = (page.Items ?? []).map(signalIn).find(wanted);
      if (found) return found;
      from = page.LastEvaluatedKey;
    } while (from);
    return undefined;
  };

  /** Whether an address has a page of messages or more. */
  const hasMany = async (address: SignalAddress): Promise<boolean> => {
    const all = between(address, signalKeyAt(0), `${signalSortKey}~`);
    const counted = { ...all, Select: "COUNT", Limit: limits.page, ConsistentRead: false } as const;
    const { Count = 0, LastEvaluatedKey } = await client.send(new QueryCommand(counted));
    return LastEvaluatedKey !== undefined || Count >= limits.page;
  };

  const countAt = async (address: SignalAddress): Promise<Count | undefined> => {
    const read = { TableName: table, Key: keyOf(address, countSortKey), ConsistentRead: true };
    const { Item } = await client.send(new GetItemCommand(read));
    return Item && readItem(Item, countCodec);
  };

  /** Until when a count lets nobody pass. It lasts as long as a message is kept, and then begins anew. */
  const fullUntilOf = (counted: Count | undefined, now: number): number | undefined => {
    if (!counted || counted.since + signalKeptMs <= now) return undefined;
    const isFull = counted.messages >= limits.messages || counted.bytes >= limits.bytes;
    return isFull ? counted.since + signalKeptMs : undefined;
  };

  /**
   * Counts a message before it is put, so that of many senders at once none goes beyond the limit. One that dies between has counted too much.
   * Senders at the same moment try again: an address that they keep busy for long is full soon.
   */
  const count = async (address: SignalAddress, at: number, bytes: number): Promise<Keeping> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const before = await countAt(address);
      const until = fullUntilOf(before, at);
      if (until !== undefined) return { is: "full", until };
      const goesOn = before && before.since + signalKeptMs > at ? before : undefined;
      // What was there before anything was counted.
      const { since, ...sums } = goesOn ?? { since: at, messages: limits.page, bytes: 0 };
      const counted: Count = { since, messages: sums.messages + 1, bytes: sums.bytes + bytes };
      const unchanged = before
        ? {
            ConditionExpression: "#since = :since AND #messages = :messages",
            ExpressionAttributeNames: { "#since": "since", "#messages": "messages" },
            ExpressionAttributeValues: toAttributes({ ":since": before.since, ":messages": before.messages }),
          }
        : { ConditionExpression: `attribute_not_exists(${partitionKey})` };
      try {
        await put(keyOf(address, countSortKey), counted, since + signalKeptMs, unchanged);
        return { is: "kept" };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
    throw new TransientError("BUSY", "Too many messages come to one address at the same moment.");
  };

  return withClassifiedErrors<Signals>({
    async put(address, signal, keptUntil) {
      const own = stored(signal);
      const bytes = Buffer.byteLength(own.payload ?? "");
      const kept: Keeping = (await hasMany(address)) ? await count(address, signal.at, bytes) : { is: "kept" };
      if (kept.is === "kept") await put(keyOf(address, signalKeyAt(signal.at) + signal.id), own, keptUntil);
      return kept;
    },

    fullUntil: async (address, now) => fullUntilOf(await countAt(address), now),

    find: (address, id) => first(address, 0, (one) => one.id === id),

    first,

    async latest(address, most) {
      const all = between(address, signalKeyAt(0), `${signalSortKey}~`);
      const items = await queryItems(client, { ...all, ScanIndexForward: false, Limit: most }, most);
      return items.map(signalIn);
    },

    async decide(address, signal, keptUntil) {
      const isFirst = { ConditionExpression: `attribute_not_exists(${partitionKey})` };
      try {
        await put(keyOf(address, decisionSortKey), stored(signal), keptUntil, isFirst);
        return signal;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const [item] = await queryItems(client, between(address, decisionSortKey, decisionSortKey), 1);
        // Only one that has expired is gone by now.
        if (!item) throw error;
        return signalIn(item);
      }
    },

    async listen(address, waiter) {
      await put(waiterKey(address, waiter), waiter, waiter.until);
    },

    async leave(address, waiter) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: waiterKey(address, waiter) }));
    },

    async waiters(address, most, after) {
      const from = after && { ExclusiveStartKey: waiterKey(address, after) };
      const query = { ...between(address, waiterSortKey, `${waiterSortKey}~`), Limit: most, ...from };
      const items = await queryItems(client, query, most);
      return items.map((item) => readItem(item, waiterCodec));
    },
  });
}

/** Whom a message wakes. Its payload, which may be large, is not read. */
export function wakeIn({ payload: _payload, ...item }: Item): Signal["wake"] {
  return readItem(item, signalCodec).wake;
}

function signalIn(item: Item): Signal {
  const { payload, ...signal } = readItem(item, signalCodec);
  return { ...signal, ...(payload !== undefined && { payload: JSON.parse(payload) }) };
}
