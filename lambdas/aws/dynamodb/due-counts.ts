import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { minuteMs, quarterOf } from "../../core/job/due-time.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import type { DueCounts, DueQuarter } from "../../core/ports/due-counts.ts";
import { duePrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";

/**
 * One item per quarter hour, in one partition per day. It holds the sum of all tenants and a number per tenant and minute. The
 * attributes are flat, since ADD works on top-level attributes only.
 */
export const dynamoDueCounts = ({ client, table }: { client: DynamoDBClient; table: string }): DueCounts => ({
  async add({ product, env, minute }, jobs) {
    const quarter = quarterOf(minute);
    const update = new UpdateItemCommand({
      TableName: table,
      Key: toAttributes({ [partitionKey]: duePartitionOf(quarter), [sortKey]: quarterKeyOf(quarter) }),
      UpdateExpression: "ADD #all :jobs, #minute :jobs SET #expires = :expires",
      ExpressionAttributeNames: {
        "#all": allJobs,
        // Tags contain no `#`, so the name is unambiguous.
        "#minute": `${product}#${env}#${(minute - quarter) / minuteMs}`,
        "#expires": ttlAttribute,
      },
      ExpressionAttributeValues: toAttributes({ ":jobs": jobs, ":expires": (quarter + dayMs) / 1000 }),
      ReturnValues: "UPDATED_NEW",
    });
    const { Attributes = {} } = await client.send(update);
    return Number(Attributes[allJobs]?.N);
  },

  async read(from, to) {
    if (to <= from) return [];
    const days = Array.from({ length: dayNumber(to - 1) - dayNumber(from) + 1 }, (_, i) =>
      duePartitionOf(from + i * dayMs),
    );
    const items = await Promise.all(days.map((day) => readDay(client, table, day)));
    return items.flat().filter(({ quarter }) => quarter >= from && quarter < to);
  },
});

const allJobs = "jobs";
const dayNumber = (time: number): number => Math.floor(time / dayMs);
/** `DUE#2030-01-01`. */
const duePartitionOf = (time: number) => duePrefix + new Date(time).toISOString().slice(0, "YYYY-MM-DD".length);
/** `2030-01-01T12:15`. */
const quarterKeyOf = (quarter: number) => new Date(quarter).toISOString().slice(0, "YYYY-MM-DDTHH:MM".length);

async function readDay(client: DynamoDBClient, table: string, day: string): Promise<DueQuarter[]> {
  const query = {
    TableName: table,
    KeyConditionExpression: `${partitionKey} = :day`,
    ExpressionAttributeValues: toAttributes({ ":day": day }),
  };
  return (await queryItems(client, query)).map(quarterIn);
}

function quarterIn(item: Item): DueQuarter {
  const quarter = Date.parse(`${item[sortKey]?.S}:00Z`);
  const minutes = Object.entries(item).flatMap(([name, value]) => {
    const [product, env, minute] = name.split("#");
    if (product === undefined || env === undefined || minute === undefined) return [];
    return [{ product, env, minute: quarter + Number(minute) * minuteMs, jobs: Number(value.N) }];
  });
  return { quarter, jobs: Number(item[allJobs]?.N ?? 0), minutes };
}
