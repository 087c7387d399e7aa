import { BatchWriteItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TransientError } from "../../core/errors.ts";
import { inParallel } from "../../core/operations/in-parallel.ts";
import type { Refused } from "../../core/ports/ports.ts";
import { classifyError } from "../client/aws-errors.ts";
import { systemClock } from "../start/system-clock.ts";
import type { Item } from "./job-item.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const largestBatch = 25;
/** What DynamoDB leaves out of a batch it had no capacity for: worth asking again, a little later each time. */
const pausesMs = [50, 150, 450];
/** Of a batch that was refused whole, so many items are put at a time. */
const singlesAtOnce = 5;

interface IndexedItem {
  index: number;
  item: Item;
}

/** Puts the items of these values without a condition, in batches at once. A value that makes no item refuses itself alone. */
export async function putInBatches<T>(
  client: DynamoDBClient,
  table: string,
  values: readonly T[],
  itemOf: (value: T) => Item,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  const placed = values.flatMap((value, index): IndexedItem[] => {
    try {
      return [{ index, item: itemOf(value) }];
    } catch (cause) {
      refused.push({ index, cause });
      return [];
    }
  });
  const starts = Array.from({ length: Math.ceil(placed.length / largestBatch) }, (_, i) => i * largestBatch);
  const batches = starts.map((start) => putBatch(client, table, placed.slice(start, start + largestBatch)));
  return [...refused, ...(await Promise.all(batches)).flat()];
}

const keyText = (item: Item): string => `${item.PK?.S} ${item.SK?.S}`;

/**
 * Answers what DynamoDB has not taken after several tries. An error that passes refuses all that is left, since what was
 * written of it is not known. Any other error may be about a single item: each is then put by itself.
 */
async function putBatch(client: DynamoDBClient, table: string, batch: readonly IndexedItem[]): Promise<Refused[]> {
  let left = batch;
  try {
    for (const pause of [...pausesMs, 0]) {
      const requests = left.map(({ item }) => ({ PutRequest: { Item: item } }));
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      const unprocessed = (UnprocessedItems?.[table] ?? []).map(({ PutRequest }) => PutRequest?.Item ?? {});
      const keys = new Set(unprocessed.map(keyText));
      left = left.filter(({ item }) => keys.has(keyText(item)));
      if (left.length === 0) return [];
      await systemClock.sleep(pause);
    }
    const cause = new TransientError("UNPROCESSED", "DynamoDB had no capacity for the item");
    return left.map(({ index }) => ({ index, cause }));
  } catch (error) {
    const cause = classifyError(error);
    if (cause instanceof TransientError || left.length === 1) return left.map(({ index }) => ({ index, cause }));
    return (await inParallel(singlesAtOnce, left, (one) => putBatch(client, table, [one]))).flat();
  }
}
