import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type Counts, noCounts } from "../../core/job/stats.ts";
import type { HourCounts, StatsStore } from "../../core/ports/ports.ts";
import { partitionKey, sortKey, statsPrefix, ttlAttribute } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";

export interface DynamoStatsStoreOptions {
  client: DynamoDBClient;
  table: string;
}

/** How long counters are kept, in milliseconds. */
export const keptMs = 90 * 86_400_000;

/** Counters in the table of jobs: one item per tenant and hour. Each increment is one update. */
export const dynamoStatsStore = ({ client, table }: DynamoStatsStoreOptions): StatsStore => ({
  async add(increments) {
    const updates = increments.map((increment) => client.send(addUpdate(table, increment)));
    const failed = (await Promise.allSettled(updates)).filter((update) => update.status === "rejected");
    if (failed.length > 0) throw failed[0]?.reason;
  },

  async read(product, env, fromHour, toHour) {
    const query = {
      TableName: table,
      KeyConditionExpression: `${partitionKey} = :tenant AND ${sortKey} BETWEEN :first AND :last`,
      // BETWEEN includes both ends, so the last hour is the one before `toHour`.
      ExpressionAttributeValues: toAttributes({
        ":tenant": partitionOf(product, env),
        ":first": hourKey(fromHour),
        ":last": hourKey(toHour - 1),
      }),
    };
    if (toHour <= fromHour) return [];
    return (await queryItems(client, query)).map((item) => ({ hour: hourIn(item), counts: countsIn(item) }));
  },
});

/** Tags contain no `#`, so the key is unambiguous. */
const partitionOf = (product: string, env: string) => `${statsPrefix}${product}#${env}`;

const hourPrefix = "HOUR#";
/** `HOUR#2030-01-01T12`: sorts by time. */
const hourKey = (time: number) => hourPrefix + new Date(time).toISOString().slice(0, "YYYY-MM-DDTHH".length);
const hourIn = (item: Item) => Date.parse(`${item[sortKey]?.S?.slice(hourPrefix.length)}:00:00Z`);

/** Adds the counts that are not zero. The attributes are flat, since ADD works on top-level attributes only. */
function addUpdate(table: string, { product, env, hour, counts }: HourCounts): UpdateItemCommand {
  const fields = Object.entries(attributesOf(counts)).filter(([, value]) => value > 0);
  const values = fields.map(([, value], i) => [`:v${i}`, value]);
  return new UpdateItemCommand({
    TableName: table,
    Key: toAttributes({ [partitionKey]: partitionOf(product, env), [sortKey]: hourKey(hour) }),
    UpdateExpression: `ADD ${fields.map((_, i) => `#f${i} :v${i}`).join(", ")} SET #expires = :expires`,
    ExpressionAttributeNames: {
      "#expires": ttlAttribute,
      ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
    },
    ExpressionAttributeValues: toAttributes({ ...Object.fromEntries(values), ":expires": (hour + keptMs) / 1000 }),
  });
}

/** `lateness_7` is the count of the histogram's bucket 7. */
function attributesOf({ lateness, duration, ...counters }: Counts): Record<string, number> {
  const spread = (name: string, histogram: number[]) => histogram.map((count, i) => [`${name}_${i}`, count]);
  return { ...counters, ...Object.fromEntries([...spread("lateness", lateness), ...spread("duration", duration)]) };
}

function countsIn(item: Item): Counts {
  const stored = fromAttributes(item) as Record<string, number | undefined>;
  const { lateness, duration, ...counters } = noCounts();
  const gathered = (name: string, histogram: number[]) => histogram.map((_, i) => stored[`${name}_${i}`] ?? 0);
  return {
    ...(Object.fromEntries(Object.keys(counters).map((name) => [name, stored[name] ?? 0])) as typeof counters),
    lateness: gathered("lateness", lateness),
    duration: gathered("duration", duration),
  };
}
