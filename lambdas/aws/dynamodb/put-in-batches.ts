import { BatchWriteItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TransientError } from "../../core/kernel/errors.ts";
import { inParallel } from "../../core/kernel/in-parallel.ts";
import type { Refused } from "../../core/ports/refused.ts";
import { classifyError } from "../client/aws-errors.ts";
import { systemClock } from "../start/system-clock.ts";
import type { Item } from "./job-item.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const largestBatch = 25;
/** The pauses before each further try of the items for which DynamoDB had no capacity. */
const pausesMs = [50, 150, 450];
/** How many items are put at a time after their batch was refused as a whole. */
const singlesAtOnce = 5;

interface IndexedItem {
  index: number;
  item: Item;
}

/**
 * Puts an item for each value, without conditions, in batches that are sent in parallel. Returns the values that were refused. A
 * value that cannot be converted to an item is refused alone.
 */
export async function putInBatches<T>(
  client: DynamoDBClient,
  table: string,
  values: readonly T[],
  itemOf: (value: T) => Item,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  const items = values.flatMap((value, index): IndexedItem[] => {
    try {
      return [{ index, item: itemOf(value) }];
    } catch (cause) {
      refused.push({ index, cause });
      return [];
    }
  });
  const starts = Array.from({ length: Math.ceil(items.length / largestBatch) }, (_, i) => i * largestBatch);
  const batches = starts.map((start) => writeBatch(client, table, items.slice(start, start + largestBatch)));
  return [...refused, ...(await Promise.all(batches)).flat()];
}

const keyString = (item: Item): string => `${item.PK?.S} ${item.SK?.S}`;

/**
 * Returns the items that DynamoDB has not accepted after several tries. After a transient error all items that are left count as
 * refused, since it is unknown which of them were written. Any other error may be about a single item, so each is put alone.
 */
async function writeBatch(client: DynamoDBClient, table: string, batch: readonly IndexedItem[]): Promise<Refused[]> {
  let left = batch;
  try {
    for (const pause of [...pausesMs, 0]) {
      const requests = left.map(({ item }) => ({ PutRequest: { Item: item } }));
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      const unprocessed = (UnprocessedItems?.[table] ?? []).map(({ PutRequest }) => PutRequest?.Item ?? {});
      const keys = new Set(unprocessed.map(keyString));
      left = left.filter(({ item }) => keys.has(keyString(item)));
      if (left.length === 0) return [];
      await systemClock.sleep(pause);
    }
    const cause = new TransientError("UNPROCESSED", "DynamoDB had no capacity for the item");
    return left.map(({ index }) => ({ index, cause }));
  } catch (error) {
    const cause = classifyError(error);
    if (cause instanceof TransientError || left.length === 1) return left.map(({ index }) => ({ index, cause }));
    return (await inParallel(singlesAtOnce, left, (one) => writeBatch(client, table, [one]))).flat();
  }
}
