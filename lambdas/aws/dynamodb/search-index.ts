import { hash } from "node:crypto";
import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { comparePositions } from "../../core/job/index-position.ts";
import { shardOf } from "../../core/job/job-id.ts";
import type { SearchEntry, SearchIn } from "../../core/job/search-entries.ts";
import type { SearchIndex } from "../../core/ports/search-index.ts";
import { partitionKey, searchPrefix, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { endOfTimeKey, positionKey, timeKey } from "./job-item.ts";
import { putInBatches } from "./put-in-batches.ts";

/** Over how many partitions the entries of a value are spread, so that one which all jobs have holds up no write. Each search reads all. */
const shards = 4;

/** The largest number that `timeKey` has room for. */
const latest = Number.MAX_SAFE_INTEGER;

/** Entries in the table of jobs, an item each, in partitions of a value. They are keys only: the value itself is nowhere in them. */
export function dynamoSearchIndex({ client, table }: { client: DynamoDBClient; table: string }): SearchIndex {
  const readShard = async (
    of: SearchIn,
    shard: number,
    { after, from = 0, until = latest, limit }: Parameters<SearchIndex["page"]>[1],
  ) => {
    const low = `${searchKeyStart(of)}${timeKey(Math.max(0, from))}`;
    const end = `${searchKeyStart(of)}${endOfTimeKey(Math.min(latest, until))}`;
    const place = after && `${searchKeyStart(of)}${positionKey(after)}`;
    const high = place !== undefined && place < end ? place : end;
    // DynamoDB refuses a range that ends before it starts.
    if (low > high) return [];
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :value AND ${sortKey} BETWEEN :low AND :high`,
        ExpressionAttributeValues: toAttributes({ ":value": searchPartition(of, shard), ":low": low, ":high": high }),
        ScanIndexForward: false,
        // One more than is asked for says whether there are more; another one is that of the position itself.
        Limit: limit + (after ? 2 : 1),
      }),
    );
    return Items.map((item) => positionIn(item[sortKey]?.S ?? "")).filter(
      ({ id, time }) => id !== after?.id || time !== after.time,
    );
  };

  return withClassifiedErrors<SearchIndex>({
    put: (entries) => putInBatches(client, table, entries, itemOf),

    async page(of, query) {
      const read = await Promise.all(Array.from({ length: shards }, (_, shard) => readShard(of, shard, query)));
      const found = read.flat().sort(comparePositions("desc"));
      return { found: found.slice(0, query.limit), more: found.length > query.limit };
    },
  });
}

/** A text may have any characters and be long; its hash is neither. What is sealed is a hash with a key already. */
const searchPartition = ({ product, env, value, sealed }: SearchIn, shard: number): string =>
  `${searchPrefix}${product}#${env}#${hash("sha256", JSON.stringify([sealed, value]), "base64url")}#${shard}`;

/** Names of fields have no `#` and no `!`. */
const searchKeyStart = ({ field, failed }: SearchIn): string => `${failed ? "!" : ""}${field}#`;

const itemOf = (entry: SearchEntry) =>
  toAttributes({
    [partitionKey]: searchPartition(entry, shardOf(entry.job_id, shards)),
    [sortKey]: `${searchKeyStart(entry)}${positionKey({ time: entry.at, id: entry.job_id })}`,
    [ttlAttribute]: Math.ceil(entry.until / 1000),
  });

function positionIn(key: string) {
  const [, time, id = ""] = key.split("#");
  return { time: Number(time), id };
}
