import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { isPin, type Pin } from "../../core/limits/limit-rule.ts";
import type { Gates } from "../../core/ports/gates.ts";
import { toAttributes } from "./attributes.ts";
import { pinsKey } from "./gate-item.ts";
import { readItem } from "./read-item.ts";

/** Consumers look this often for other numbers. */
const keptMs = 5000;

/** The names of limits are tags, and some tags are names of the table's own attributes. */
const prefix = "pin:";

/** The pinned numbers of limits: one small item per tenant. */
export function dynamoPins({
  client,
  table,
}: {
  client: DynamoDBClient;
  table: string;
}): Pick<Gates, "pins" | "pin" | "unpin"> {
  const cached = new Map<string, { until: number; pins: Record<string, Pin> }>();
  const update = (tenant: { product: string; env: string }, limit: string, pin?: Pin) =>
    new UpdateItemCommand({
      TableName: table,
      Key: pinsKey(tenant),
      UpdateExpression: pin ? "SET #limit = :pin" : "REMOVE #limit",
      ExpressionAttributeNames: { "#limit": prefix + limit },
      ...(pin && { ExpressionAttributeValues: toAttributes({ ":pin": pin }) }),
    });

  return {
    async pins(tenant, { fresh = false } = {}) {
      const name = `${tenant.product}#${tenant.env}`;
      const known = cached.get(name);
      if (known && !fresh && known.until > performance.now()) return known.pins;
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: pinsKey(tenant), ConsistentRead: fresh }),
      );
      const fields = Object.entries(Item ? readItem<Record<string, unknown>>(Item, { needed: {} }) : {});
      const pins = Object.fromEntries(
        fields.flatMap(([field, pin]) =>
          field.startsWith(prefix) && isPin(pin) ? [[field.slice(prefix.length), pin]] : [],
        ),
      );
      cached.set(name, { until: performance.now() + keptMs, pins });
      return pins;
    },

    async pin({ limit, ...tenant }, pin) {
      await client.send(update(tenant, limit, pin));
      cached.clear();
    },

    async unpin({ limit, ...tenant }) {
      await client.send(update(tenant, limit));
      cached.clear();
    },
  };
}
