import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Order } from "../../core/job/index-position.ts";
import type { RunRecord } from "../../core/job/job.ts";
import { jobsPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { type Item, jobExpiryOf, withText, withValue } from "./job-item.ts";
import { type Codec, readItem } from "./read-item.ts";

/** An archived run is stored next to its job, with `RUN#` and its number, padded so that strings sort like numbers. */
const runPrefix = "RUN#";
const runKey = (run: number): string => runPrefix + String(run).padStart(10, "0");

/** Runs are not in the index, and each has its own TTL: old runs are deleted while their job continues. */
export const runItemOf = (run: RunRecord, retentionDays: number): Item =>
  toAttributes({
    ...run,
    result: withText(run.result),
    ...runKeyNames(run),
    [ttlAttribute]: jobExpiryOf(run.finished_at, retentionDays),
  });

const runKeyNames = ({ job_id, run }: RunRecord) => ({ [partitionKey]: jobsPrefix + job_id, [sortKey]: runKey(run) });
export const runKeyOf = (run: RunRecord): Item => toAttributes(runKeyNames(run));

const runCodec: Codec<RunRecord> = {
  needed: {
    ...{ job_id: "string", run: "number", version: "number", created_at: "number", status: "string" },
    ...{ scheduled_at: "number", due_at: "number", finished_at: "number", attempts: "object" },
  },
};

function runRecordIn(item: Item): RunRecord {
  const run = readItem(item, runCodec);
  const result = withValue(run.result, item.result);
  return result === undefined ? run : { ...run, result };
}

export async function runsPage(
  client: DynamoDBClient,
  table: string,
  jobId: string,
  { limit, order }: { limit: number; order: Order },
  after?: number,
): Promise<{ runs: RunRecord[]; next?: number }> {
  const low = order === "asc" && after !== undefined ? after + 1 : 0;
  const high = order === "desc" && after !== undefined ? after - 1 : 9_999_999_999;
  if (low > high) return { runs: [] };
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: "PK = :job AND SK BETWEEN :low AND :high",
    ExpressionAttributeValues: toAttributes({ ":job": jobsPrefix + jobId, ":low": runKey(low), ":high": runKey(high) }),
    ScanIndexForward: order === "asc",
    ConsistentRead: true,
    Limit: limit + 1,
  });
  const { Items = [], LastEvaluatedKey } = await client.send(query);
  const runs = Items.slice(0, limit).map(runRecordIn);
  const last = runs.at(-1);
  // DynamoDB also ends a page at 1 MB.
  const more = Items.length > limit || LastEvaluatedKey !== undefined;
  return { runs, ...(more && last && { next: last.run }) };
}
