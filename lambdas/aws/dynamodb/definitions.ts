import { gunzipSync, gzipSync } from "node:zlib";
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { FeatureDefinition } from "../../core/catalog/feature-definition.ts";
import { remember } from "../../core/kernel/recent.ts";
import type { Definitions } from "../../core/ports/definitions.ts";
import { definitionsPrefix, partitionKey, sortKey } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";

/** How many a process remembers: of those that it stored, that it has, and of those that it read, what they say. */
const mostRemembered = 100;

const definitionKeyOf = (id: string) =>
  toAttributes({ [partitionKey]: definitionsPrefix + id, [sortKey]: "DEFINITION" });

/** An item each, of compressed JSON. A process reads and stores each of them once, since they never change. */
export function dynamoDefinitions({ client, table }: { client: DynamoDBClient; table: string }): Definitions {
  const known = new Map<string, FeatureDefinition>();
  return withClassifiedErrors<Definitions>({
    async put(id, definition) {
      if (known.has(id)) return;
      const gzip = { B: gzipSync(JSON.stringify(definition)) };
      await client.send(new PutItemCommand({ TableName: table, Item: { ...definitionKeyOf(id), gzip } }));
      remember(known, id, definition, mostRemembered);
    },

    async get(id) {
      const remembered = known.get(id);
      if (remembered) return remembered;
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: definitionKeyOf(id), ConsistentRead: true }),
      );
      const gzip = Item?.gzip?.B;
      if (!gzip) return undefined;
      const definition = JSON.parse(gunzipSync(gzip).toString()) as FeatureDefinition;
      remember(known, id, definition, mostRemembered);
      return definition;
    },
  });
}
