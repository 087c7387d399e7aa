import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { addCounts, type Counts, noCounts } from "../../core/job/stats.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import { allOver } from "../../core/kernel/in-parallel.ts";
import type { Counted, HourCounts, StatsStore } from "../../core/ports/stats-store.ts";
import { partitionKey, sortKey, statsPrefix, ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { type Counters, type Counting, dynamoCounters } from "./counters.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { readItem } from "./read-item.ts";

interface DynamoStatsStoreOptions {
  client: DynamoDBClient;
  table: string;
}

/** How long counters are kept, in milliseconds. */
export const keptMs = 90 * dayMs;

/** Counters in the table of jobs: one item per tenant and hour, and per event that has its own. The increments of an hour are one update. */
export const dynamoStatsStore = (options: DynamoStatsStoreOptions): StatsStore =>
  statsStore(options, dynamoCounters(options));

const statsStore = ({ client, table }: DynamoStatsStoreOptions, counters: Counters): StatsStore => ({
  async add(increments) {
    const hours = Map.groupBy(increments, ({ product, env, event, hour }) =>
      JSON.stringify([product, env, event, hour]),
    );
    await allOver([...hours.values()].map((entries) => counters.count(hourCounting(entries))));
  },

  async read(product, env, fromHour, toHour, event) {
    const query = {
      TableName: table,
      KeyConditionExpression: `${partitionKey} = :tenant AND ${sortKey} BETWEEN :first AND :last`,
      // BETWEEN includes both ends, so the last hour is the one before `toHour`.
      ExpressionAttributeValues: toAttributes({
        ":tenant": statsPartitionOf(product, env, event),
        ":first": hourKey(fromHour),
        ":last": hourKey(toHour - 1),
      }),
    };
    if (toHour <= fromHour) return [];
    return (await queryItems(client, query)).map((item) => ({ hour: hourIn(item), counts: storedCounts(item) }));
  },

  async latest(product, env) {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: `${partitionKey} = :tenant AND begins_with(${sortKey}, :hours)`,
      ExpressionAttributeValues: toAttributes({ ":tenant": statsPartitionOf(product, env), ":hours": hourPrefix }),
      ScanIndexForward: false,
      Limit: 1,
    });
    const [item] = (await client.send(query)).Items ?? [];
    return item && hourIn(item);
  },
});

/** Tags contain no `#`, so the key is unambiguous. */
const statsPartitionOf = (product: string, env: string, event?: string) =>
  statsPrefix + [product, env, ...(event === undefined ? [] : [event])].join("#");

const hourPrefix = "HOUR#";
/** `HOUR#2030-01-01T12`: sorts by time. */
const hourKey = (time: number) => hourPrefix + new Date(time).toISOString().slice(0, "YYYY-MM-DDTHH".length);
const hourIn = (item: Item) => Date.parse(`${item[sortKey]?.S?.slice(hourPrefix.length)}:00:00Z`);

type HourIncrement = HourCounts & Counted;

/** Adds the counts that are not zero. The attributes are flat, since ADD works on top-level attributes only. */
function hourCounting(entries: readonly HourIncrement[]): Counting<HourIncrement> {
  const { product, env, event, hour } = entries[0] as HourIncrement;
  return {
    key: toAttributes({ [partitionKey]: statsPartitionOf(product, env, event), [sortKey]: hourKey(hour) }),
    from: hour,
    entries,
    additionOf: (some) => ({
      add: Object.fromEntries(Object.entries(countAttributesOf(sumOf(some))).filter(([, value]) => value > 0)),
      set: { [ttlAttribute]: (hour + keptMs) / 1000 },
    }),
  };
}

const sumOf = (entries: readonly HourIncrement[]): Counts =>
  entries.reduce((sum, { counts }) => addCounts(sum, counts), noCounts());

/** `lateness_7` is the count of the histogram's bucket 7. */
function countAttributesOf({ lateness, duration, ...counters }: Counts): Record<string, number> {
  const spread = (name: string, histogram: number[]) => histogram.map((count, i) => [`${name}_${i}`, count]);
  return { ...counters, ...Object.fromEntries([...spread("lateness", lateness), ...spread("duration", duration)]) };
}

function storedCounts(item: Item): Counts {
  const stored = readItem<Partial<Record<string, number>>>(item, { needed: {} });
  const { lateness, duration, ...counters } = noCounts();
  const gathered = (name: string, histogram: number[]) => histogram.map((_, i) => stored[`${name}_${i}`] ?? 0);
  return {
    ...(Object.fromEntries(Object.keys(counters).map((name) => [name, stored[name] ?? 0])) as typeof counters),
    lateness: gathered("lateness", lateness),
    duration: gathered("duration", duration),
  };
}
