import { BatchWriteItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Refused } from "../core/ports.ts";
import type { Item } from "./job-item.ts";
import { systemClock } from "./system-clock.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const largestBatch = 25;
/** What DynamoDB leaves out of a batch it had no capacity for: worth asking again, a little later each time. */
const pausesMs = [50, 150, 450];

/** Puts items without a condition, in batches at once. A batch that throws is refused whole: what it wrote is not known. */
export async function putAll(client: DynamoDBClient, table: string, items: Item[]): Promise<Refused[]> {
  const starts = Array.from({ length: Math.ceil(items.length / largestBatch) }, (_, i) => i * largestBatch);
  const refused = await Promise.all(
    starts.map(async (start) => {
      const batch = items.slice(start, start + largestBatch);
      const all = batch.map((item, i) => ({ index: start + i, item }));
      try {
        const left = new Set((await putBatch(client, table, batch)).map(keyText));
        const cause = new Error("DynamoDB had no capacity for the item");
        return all.filter(({ item }) => left.has(keyText(item))).map(({ index }) => ({ index, cause }));
      } catch (cause) {
        return all.map(({ index }) => ({ index, cause }));
      }
    }),
  );
  return refused.flat();
}

const keyText = (item: Item): string => `${item.PK?.S} ${item.SK?.S}`;

/** Answers the items that DynamoDB has not taken after several tries. */
async function putBatch(client: DynamoDBClient, table: string, items: Item[]): Promise<Item[]> {
  let left = items;
  for (const pause of [...pausesMs, 0]) {
    const requests = left.map((Item) => ({ PutRequest: { Item } }));
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    left = (UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) => (PutRequest?.Item ? [PutRequest.Item] : []));
    if (left.length === 0) return [];
    await systemClock.sleep(pause);
  }
  return left;
}
