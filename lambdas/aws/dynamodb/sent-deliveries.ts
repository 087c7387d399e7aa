import { type DynamoDBClient, GetItemCommand, QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type SentDelivery, type SentMessage, sentIdOf, sentMessageOf } from "../../core/catalog/sent-delivery.ts";
import type { EndpointName } from "../../core/catalog/webhook.ts";
import { mostDeliveryDays } from "../../core/job/hook-delivery.ts";
import { parsedJson } from "../../core/kernel/parsed-json.ts";
import type { SentDeliveries } from "../../core/ports/sent-deliveries.ts";
import { partitionKey, sentDeliveriesPrefix, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";

interface DynamoSentDeliveriesOptions {
  client: DynamoDBClient;
  table: string;
  /** How many days a finished job is kept: no delivery is kept for longer. */
  retentionDays: number;
}

/** How the ids of deliveries begin. */
const ids = "dlv_";

/** An item for each event and endpoint, in a partition of the endpoint. An attempt is one update: it reads nothing. */
export function dynamoSentDeliveries({ client, table, retentionDays }: DynamoSentDeliveriesOptions): SentDeliveries {
  const days = Math.min(retentionDays, mostDeliveryDays);
  return withClassifiedErrors<SentDeliveries>({
    async note(message, { outcome, next_at, attempt, answer }, now) {
      const kept = [
        "message = if_not_exists(message, :message)",
        "outcome = :outcome",
        "attempts = list_append(if_not_exists(attempts, :none), :attempts)",
        "#expires = :expires",
        ...(next_at === undefined ? [] : ["next_at = :next_at"]),
        ...(answer === undefined ? [] : ["answer = :answer"]),
      ];
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: toAttributes(sentDeliveryKey(message, sentIdOf(message))),
          UpdateExpression: `SET ${kept.join(", ")}${next_at === undefined ? " REMOVE next_at" : ""}`,
          ExpressionAttributeNames: { "#expires": ttlAttribute },
          ExpressionAttributeValues: toAttributes({
            ":message": JSON.stringify(sentMessageOf(message)),
            ":outcome": outcome,
            ":none": [],
            ":attempts": attempt ? [attempt] : [],
            ":expires": Math.ceil(now / 1000) + days * 86_400,
            ":next_at": next_at,
            ":answer": answer,
          }),
        }),
      );
    },

    async get(name, id) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: toAttributes(sentDeliveryKey(name, id)), ConsistentRead: true }),
      );
      return Item && sentDeliveriesIn(Item)[0];
    },

    async page(name, { before, limit }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: `${partitionKey} = :endpoint AND begins_with(${sortKey}, :ids)`,
          ExpressionAttributeValues: toAttributes({ ":endpoint": endpointPartition(name), ":ids": ids }),
          // An item with this key need not exist.
          ExclusiveStartKey: toAttributes(sentDeliveryKey(name, before)),
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      const next = LastEvaluatedKey?.[sortKey]?.S;
      return { deliveries: Items.flatMap(sentDeliveriesIn), ...(next !== undefined && { next }) };
    },
  });
}

/** Tags contain no `#`, so the key is unambiguous. */
const endpointPartition = ({ product, env, webhook }: EndpointName): string =>
  `${sentDeliveriesPrefix}${product}#${env}#${webhook}`;

const sentDeliveryKey = (name: EndpointName, id: string) => ({
  [partitionKey]: endpointPartition(name),
  [sortKey]: id,
});

/** What this version cannot read is left out, and stays in the table. */
function sentDeliveriesIn(item: Item): SentDelivery[] {
  const read = fromAttributes(item) as Partial<Record<keyof SentDelivery, never>> & { SK: string };
  const { SK: id, message: text, outcome, attempts, next_at, answer } = read;
  const message = parsedJson(text ?? "") as SentMessage | undefined;
  if (typeof message?.id !== "string" || outcome === undefined || attempts === undefined) return [];
  const { product, env, webhook } = message;
  const more = { ...(next_at !== undefined && { next_at }), ...(answer !== undefined && { answer }) };
  return [{ product, env, webhook, id, message, outcome, attempts, ...more }];
}
