import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { IndexPosition } from "../../core/job/index-position.ts";
import type { Page, PageQuery } from "../../core/ports/ports.ts";
import { phaseIndex } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { endOfTimeKey, phasePartition, positionKey, positionOf, timeKey } from "./job-item.ts";

/** One Query of the index: the keys of a page, whatever the partition holds beyond it. */
export async function phasePage(
  client: DynamoDBClient,
  table: string,
  query: PageQuery,
  after?: IndexPosition,
): Promise<Page> {
  const { product, env, phase, shard, order, limit } = query;
  const { low, high } = boundsOf(query, after);
  // DynamoDB refuses a range that ends before it starts: the cursor has left it.
  if (low > high) return { jobs: [] };
  const partition = phasePartition(product, env, phase, shard);
  const command = new QueryCommand({
    TableName: table,
    IndexName: phaseIndex.name,
    KeyConditionExpression: "gsi_pk = :partition AND gsi_sk BETWEEN :low AND :high",
    ExpressionAttributeValues: toAttributes({ ":partition": partition, ":low": low, ":high": high }),
    ScanIndexForward: order === "asc",
    // One more than asked for, since DynamoDB names a next page whenever the limit is reached, an empty one too; and one
    // for the place of the cursor itself, which the range includes.
    Limit: limit + (after ? 2 : 1),
  });
  const { Items = [], LastEvaluatedKey } = await client.send(command);
  const places = Items.map(positionOf).filter(({ id, time }) => id !== after?.id || time !== after.time);
  const jobs = places.slice(0, limit);
  const last = jobs.at(-1);
  // DynamoDB ends a page at 1 MB too.
  const more = places.length > limit || LastEvaluatedKey !== undefined;
  return { jobs, ...(more && last && { next: last }) };
}

/** The cursor narrows the range instead of being DynamoDB's own, which is refused once it lies outside of the range. */
function boundsOf({ from = 0, until = latest, order }: PageQuery, after: IndexPosition | undefined) {
  const low = timeKey(Math.max(0, from));
  const high = endOfTimeKey(Math.min(latest, until));
  if (!after) return { low, high };
  const place = positionKey(after);
  if (order === "asc") return place > low ? { low: place, high } : { low, high };
  return place < high ? { low, high: place } : { low, high };
}

/** The largest number that `timeKey` has room for. */
const latest = Number.MAX_SAFE_INTEGER;
