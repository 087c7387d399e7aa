import { gunzipSync, gzipSync } from "node:zlib";
import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type HookDelivery, type HookName, mostDeliveryDays, type SentBody } from "../../core/job/hook-delivery.ts";
import { parsedJson } from "../../core/kernel/parsed-json.ts";
import type { HookDeliveries } from "../../core/ports/hook-deliveries.ts";
import { hookDeliveriesPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";

interface DynamoHookDeliveriesOptions {
  client: DynamoDBClient;
  table: string;
  /** How many days a finished job is kept: no delivery is kept for longer. */
  retentionDays: number;
}

/** How the ids of deliveries begin. */
const ids = "dlv_";

/**
 * An item a delivery, in a partition of its hook: the delivery as JSON, and the body compressed, since a write is billed by its size. Lists
 * leave out what was sent.
 */
export function dynamoHookDeliveries({ client, table, retentionDays }: DynamoHookDeliveriesOptions): HookDeliveries {
  const days = Math.min(retentionDays, mostDeliveryDays);
  return withClassifiedErrors<HookDeliveries>({
    async put(delivery, sent) {
      const fields = {
        ...hookDeliveryKey(delivery, delivery.id),
        delivery: JSON.stringify(delivery),
        has_body: sent !== undefined,
        [ttlAttribute]: Math.ceil(delivery.at / 1000) + days * 86_400,
      };
      const kept = sent && { headers: { S: JSON.stringify(sent.headers) }, gzip: { B: gzipSync(sent.body) } };
      const Item = { ...toAttributes(fields), ...kept };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async get(name, id) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: toAttributes(hookDeliveryKey(name, id)), ConsistentRead: true }),
      );
      const [delivery] = Item ? hookDeliveriesIn(Item) : [];
      const sent = Item && sentIn(Item);
      return delivery && { delivery, ...(sent && { sent }) };
    },

    async page(name, { before, limit }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: `${partitionKey} = :hook AND begins_with(${sortKey}, :ids)`,
          ProjectionExpression: "delivery, has_body",
          ExpressionAttributeValues: toAttributes({ ":hook": hookPartition(name), ":ids": ids }),
          // An item with this key need not exist.
          ExclusiveStartKey: toAttributes(hookDeliveryKey(name, before)),
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      const next = LastEvaluatedKey?.[sortKey]?.S;
      const deliveries = Items.flatMap((item) =>
        hookDeliveriesIn(item).map((delivery) => ({ ...delivery, hasBody: item.has_body?.BOOL === true })),
      );
      return { deliveries, ...(next !== undefined && { next }) };
    },
  });
}

/** Tags contain no `#`, so the key is unambiguous. */
const hookPartition = ({ product, env, hook }: HookName): string => `${hookDeliveriesPrefix}${product}#${env}#${hook}`;

const hookDeliveryKey = (name: HookName, id: string) => ({ [partitionKey]: hookPartition(name), [sortKey]: id });

/** What this version cannot read is left out, and stays in the table. */
function hookDeliveriesIn(item: Item): HookDelivery[] {
  const read = parsedJson(item.delivery?.S ?? "") as Partial<HookDelivery> | undefined;
  const isOne = typeof read?.id === "string" && typeof read.at === "number" && typeof read.outcome === "string";
  return isOne ? [read as HookDelivery] : [];
}

function sentIn({ headers, gzip }: Item): SentBody | undefined {
  if (headers?.S === undefined || gzip?.B === undefined) return undefined;
  return { headers: JSON.parse(headers.S), body: gunzipSync(gzip.B) };
}
