import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { Item } from "./job-item.ts";

/**
 * The items of a query, page after page, and no more than `most` of them. The SDK's paginator refuses a client whose class is not its own: an adapter that is loaded
 * later is a bundle with its own copy of the SDK, and gets the client that was made at the start (`infra/bundle/bundle.ts`).
 */
export async function queryItems(
  client: DynamoDBClient,
  query: QueryCommandInput,
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(new QueryCommand({ ...query, ...(from && { ExclusiveStartKey: from }) }));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from && items.length < most);
  return items.slice(0, most);
}
