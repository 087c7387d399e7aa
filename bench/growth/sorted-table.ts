import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { jobIdOf, jobItemOf } from "../../lambdas/aws/dynamodb/job-item.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { phaseIndex } from "../../lambdas/topology.ts";
import { answering } from "../cost/answering.ts";
import { noCounts } from "../cost/counts.ts";
import { itemBytes } from "../cost/item-size.ts";
import { settings } from "../support/aws.ts";

type Item = Record<string, AttributeValue>;

/** What reading took: requests, items looked at, and read units. */
export interface Reads {
  calls: number;
  items: number;
  units: number;
}

/**
 * A client of a table of any size that is held in memory as DynamoDB holds it: each partition of the index is sorted by its
 * key. Jobs are made when they are read: `jobAt` makes the job of a number, `numberOf` finds the number of an id. It knows
 * only the requests of lists, claims and the reconciler.
 */
export function sortedTable(size: number, jobAt: (number: number) => Job, numberOf: (id: string) => number) {
  const reads: Reads = { calls: 0, items: 0, units: 0 };
  const partitions = partitionsOf(size, jobAt);
  const item = (id: string) => jobItemOf(jobAt(numberOf(id)), 30);
  const looked = (items: Item[], share: number) => {
    reads.items += items.length;
    reads.units += share * Math.max(1, Math.ceil(items.reduce((sum, one) => sum + itemBytes(one), 0) / 4096));
  };

  const client = answering(new DynamoDBClient(settings), "dynamodb", noCounts, {
    GetItem({ Key }) {
      reads.calls++;
      const Item = item(jobIdOf(Key as Item));
      looked([Item], 1);
      return { Item };
    },
    BatchGetItem({ RequestItems }) {
      reads.calls++;
      const [[table, { Keys }]] = Object.entries(RequestItems as Record<string, { Keys: Item[] }>) as [
        [string, { Keys: Item[] }],
      ];
      const found = Keys.map((key) => item(jobIdOf(key)));
      for (const one of found) looked([one], 1);
      return { Responses: { [table]: found } };
    },
    Query({ ExpressionAttributeValues, ScanIndexForward, Limit }) {
      reads.calls++;
      const values = ExpressionAttributeValues as Record<string, { S: string }>;
      const [partition = "", low = "", high = ""] = [":partition", ":low", ":high"].map((name) => values[name]?.S);
      const keys = partitions.get(partition) ?? [];
      const [first, last] = [firstNotBelow(keys, low), firstNotBelow(keys, `${high}\u{10ffff}`)];
      const limit = Limit as number;
      const page = ScanIndexForward
        ? keys.slice(first, Math.min(last, first + limit))
        : keys.slice(Math.max(first, last - limit), last).reverse();
      const Items = page.map(
        (key): Item => ({
          PK: { S: `JOB#${key.slice(key.indexOf("#") + 1)}` },
          SK: { S: "STATE" },
          [phaseIndex.partitionKey]: { S: partition },
          [phaseIndex.sortKey]: { S: key },
        }),
      );
      looked(Items, 0.5);
      return { Items, ...(page.length === limit && { LastEvaluatedKey: {} }) };
    },
    UpdateItem({ Key }) {
      reads.calls++;
      return { Attributes: item(jobIdOf(Key as Item)) };
    },
  });
  return {
    client,
    /** What has been read since the last call. */
    taken(): Reads {
      const soFar = { ...reads };
      Object.assign(reads, { calls: 0, items: 0, units: 0 });
      return soFar;
    },
  };
}

function partitionsOf(size: number, jobAt: (number: number) => Job): Map<string, string[]> {
  const partitions = new Map<string, string[]>();
  for (let number = 0; number < size; number++) {
    const { [phaseIndex.partitionKey]: partition, [phaseIndex.sortKey]: key } = jobItemOf(jobAt(number), 30);
    const keys = partitions.get(partition?.S ?? "");
    if (keys) keys.push(key?.S ?? "");
    else partitions.set(partition?.S ?? "", [key?.S ?? ""]);
  }
  for (const keys of partitions.values()) keys.sort();
  return partitions;
}

/** The index of the first key that does not sort before `bound`. */
function firstNotBelow(keys: readonly string[], bound: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
