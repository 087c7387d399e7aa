import { gunzipSync, gzipSync } from "node:zlib";
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { definitionIdPattern, type FeatureDefinition } from "../../core/catalog/feature-definition.ts";
import { remember } from "../../core/kernel/recent.ts";
import type { DefinedEvent, Definitions, KeptDefinition } from "../../core/ports/definitions.ts";
import { definitionsPrefix, partitionKey, sortKey } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";

/** How many a process remembers, of those that it stored and of those that it read. */
const mostRemembered = 100;

const definitionKeyOf = (id: string) =>
  toAttributes({ [partitionKey]: definitionsPrefix + id, [sortKey]: "DEFINITION" });

/** Which definitions an event has had: an attribute each, by the id, with the time. */
const pastKeyOf = ({ product, event }: DefinedEvent) =>
  toAttributes({ [partitionKey]: `${definitionsPrefix}EVENT#${product}#${event}`, [sortKey]: "DEFINITIONS" });

/** Neither tag may contain the separator. */
const definedEventName = ({ product, event }: DefinedEvent): string => `${product}#${event}`;

function eventNamed(name: string): DefinedEvent {
  const [product = "", event = ""] = name.split("#");
  return { product, event };
}

/**
 * An item each, of compressed JSON and the set of its events. A process stores each of them once an event, and reads it once to go on
 * with a run, since none ever changes.
 */
export function dynamoDefinitions({ client, table }: { client: DynamoDBClient; table: string }): Definitions {
  const known = new Map<string, KeptDefinition>();
  const read = async (id: string): Promise<KeptDefinition | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: definitionKeyOf(id), ConsistentRead: true }),
    );
    const gzip = Item?.gzip?.B;
    if (!gzip) return undefined;
    const definition = JSON.parse(gunzipSync(gzip).toString()) as FeatureDefinition;
    const found = { definition, events: (Item.events?.SS ?? []).map(eventNamed) };
    remember(known, id, found, mostRemembered);
    return found;
  };
  return withClassifiedErrors<Definitions>({
    async put(id, definition, event, now) {
      const { events = [] } = known.get(id) ?? {};
      if (events.some((one) => definedEventName(one) === definedEventName(event))) return;
      const noted = client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: pastKeyOf(event),
          UpdateExpression: "SET #id = if_not_exists(#id, :now)",
          ExpressionAttributeNames: { "#id": id },
          ExpressionAttributeValues: { ":now": { N: String(now) } },
        }),
      );
      const stored = client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: definitionKeyOf(id),
          // Two events, and two products, may say the same.
          UpdateExpression: "SET #gzip = :gzip ADD #events :event",
          ExpressionAttributeNames: { "#gzip": "gzip", "#events": "events" },
          ExpressionAttributeValues: {
            ":gzip": { B: gzipSync(JSON.stringify(definition)) },
            ":event": { SS: [definedEventName(event)] },
          },
        }),
      );
      await Promise.all([noted, stored]);
      remember(known, id, { definition, events: [...events, event] }, mostRemembered);
    },

    get: async (id) => (known.get(id) ?? (await read(id)))?.definition,

    find: read,

    async of(event) {
      const { Item = {} } = await client.send(new GetItemCommand({ TableName: table, Key: pastKeyOf(event) }));
      const past = Object.entries(Item).flatMap(([id, { N }]) =>
        definitionIdPattern.test(id) && N !== undefined ? [{ id, first_at: Number(N) }] : [],
      );
      return past.sort((a, b) => b.first_at - a.first_at);
    },
  });
}
