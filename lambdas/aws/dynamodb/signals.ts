import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import type { Signal, SignalAddress, Waiter } from "../../core/job/signal.ts";
import type { Signals } from "../../core/ports/signals.ts";
import { partitionKey, signalSortKey, signalsPrefix, sortKey, ttlAttribute, waiterSortKey } from "../../topology.ts";
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
const waiterCodec: Codec<Waiter> = { needed: { message: "object", step: "string", until: "number" } };

/** How long an item stays after its time: DynamoDB deletes it within days after that. */
const marginSeconds = 24 * 3600;

/** Tags have no `#`, and a key is the last part, so that no key is the address of a run. */
const partitionOf = ({ product, env, signal, to }: SignalAddress): string =>
  `${signalsPrefix}${product}#${env}#${signal}#${"key" in to ? `KEY#${to.key}` : `RUN#${to.job_id}`}`;

/** The address that a partition is of. */
export function addressOf(partition: string): SignalAddress {
  const [product = "", env = "", signal = "", kind, ...rest] = partition.slice(signalsPrefix.length).split("#");
  const name = rest.join("#");
  return { product, env, signal, to: kind === "RUN" ? { job_id: name } : { key: name } };
}

/** Thirteen digits until the year 2286. */
const signalKeyAt = (at: number): string => `${signalSortKey}${String(at).padStart(13, "0")}#`;

/** Behind the messages of any time: an address has one decision. */
const decisionSortKey = `${signalSortKey}9999999999999#`;

/** A partition for each address: small items, each of which DynamoDB deletes when its time is over. */
export function dynamoSignals({ client, table }: { client: DynamoDBClient; table: string }): Signals {
  const keyOf = (address: SignalAddress, sort: string): Item =>
    toAttributes({ [partitionKey]: partitionOf(address), [sortKey]: sort });
  const waiterKey = (address: SignalAddress, { message, step }: Waiter): Item =>
    keyOf(address, `${waiterSortKey}${message.job_id}#${step}`);
  const put = (key: Item, fields: object, until: number, unless: { ConditionExpression?: string } = {}) => {
    const expires = { [ttlAttribute]: Math.ceil(until / 1000) + marginSeconds };
    const Item = { ...key, ...toAttributes({ ...fields, ...expires }) };
    return client.send(new PutItemCommand({ TableName: table, Item, ...unless }));
  };
  const between = (address: SignalAddress, from: string, to: string) => ({
    TableName: table,
    KeyConditionExpression: `${partitionKey} = :address AND ${sortKey} BETWEEN :from AND :to`,
    ExpressionAttributeValues: toAttributes({ ":address": partitionOf(address), ":from": from, ":to": to }),
    ConsistentRead: true,
  });

  return withClassifiedErrors<Signals>({
    async put(address, signal, keptUntil) {
      await put(keyOf(address, signalKeyAt(signal.at) + signal.id), stored(signal), keptUntil);
    },

    async first(address, since, wanted) {
      let from: Item | undefined;
      do {
        const query = between(address, signalKeyAt(since), `${signalSortKey}~`);
        const page = await client.send(new QueryCommand({ ...query, ...(from && { ExclusiveStartKey: from }) }));
        const found = (page.Items ?? []).map(signalIn).find(wanted);
        if (found) return found;
        from = page.LastEvaluatedKey;
      } while (from);
      return undefined;
    },

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

    async waiters(address, most) {
      const query = { ...between(address, waiterSortKey, `${waiterSortKey}~`), Limit: most };
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
