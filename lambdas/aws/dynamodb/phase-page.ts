import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { IndexPosition } from "../../core/job/index-position.ts";
import type { Page, PageQuery } from "../../core/ports/job-store.ts";
import { phaseIndex } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { endOfTimeKey, indexPositionOf, phasePartition, positionKey, timeKey } from "./job-item.ts";

/** Reads one page of keys from the index, with a single Query however large the partition is. */
export async function phasePage(
  client: DynamoDBClient,
  table: string,
  query: PageQuery,
  after?: IndexPosition,
): Promise<Page> {
  const { product, env, phase, shard, order, limit } = query;
  const { low, high } = boundsOf(query, after);
  // The cursor is beyond the range, and DynamoDB refuses a range that ends before it starts.
  if (low > high) return { jobs: [] };
  const partition = phasePartition(product, env, phase, shard);
  const command = new QueryCommand({
    TableName: table,
    IndexName: phaseIndex.name,
    KeyConditionExpression: "gsi_pk = :partition AND gsi_sk BETWEEN :low AND :high",
    ExpressionAttributeValues: toAttributes({ ":partition": partition, ":low": low, ":high": high }),
    ScanIndexForward: order === "asc",
    // One more than requested, since DynamoDB announces a next page whenever it reaches the limit, even if that page is empty;
    // and one for the position of the cursor itself, which the range includes.
    Limit: limit + (after ? 2 : 1),
  });
  const { Items = [], LastEvaluatedKey } = await client.send(command);
  const positions = Items.map(indexPositionOf).filter(({ id, time }) => id !== after?.id || time !== after.time);
  const jobs = positions.slice(0, limit);
  const last = jobs.at(-1);
  // DynamoDB also ends a page at 1 MB.
  const more = positions.length > limit || LastEvaluatedKey !== undefined;
  return { jobs, ...(more && last && { next: last }) };
}

/** The cursor narrows the range. DynamoDB's own start key is not used, since DynamoDB refuses one outside of the range. */
function boundsOf({ from = 0, until = latest, order }: PageQuery, after: IndexPosition | undefined) {
  const low = timeKey(Math.max(0, from));
  const high = endOfTimeKey(Math.min(latest, until));
  if (!after) return { low, high };
  const key = positionKey(after);
  if (order === "asc") return key > low ? { low: key, high } : { low, high };
  return key < high ? { low, high: key } : { low, high };
}

/** The largest number that `timeKey` has room for. */
const latest = Number.MAX_SAFE_INTEGER;
