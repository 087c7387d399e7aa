import { isDeepStrictEqual } from "node:util";
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { ApiKey, usedEveryMs } from "../../core/access/api-key.ts";
import type { ApiKeys } from "../../core/ports/api-keys.ts";
import { keysPartition, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";

interface DynamoApiKeysOptions {
  client: DynamoDBClient;
  table: string;
}

/** How many seconds an expired or revoked key remains in the list. */
export const rememberedSeconds = 90 * 86_400;
/** The same for a key of a person, who gets another one at each sign-in: jobs keep the name, and the list stays readable. */
const personRememberedSeconds = 7 * 86_400;

/** API keys in the table of jobs, one item per key. */
export function dynamoApiKeys({ client, table }: DynamoApiKeysOptions): ApiKeys {
  const get = async (id: string): Promise<ApiKey | undefined> => {
    // A consistent read, so that only API Gateway's cache can still accept a revoked key.
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: apiKeyKeyOf(id), ConsistentRead: true }),
    );
    return Item && apiKeyOf(Item);
  };

  return {
    async create(key) {
      const put = { TableName: table, Item: apiKeyItemOf(key), ConditionExpression: "attribute_not_exists(PK)" };
      try {
        await client.send(new PutItemCommand(put));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK repeats a write whose answer was lost, and may find the item that it wrote itself.
        if (!isDeepStrictEqual(await get(key.id), ApiKey.parse(key))) throw error;
      }
    },

    get,

    async list() {
      const query = {
        TableName: table,
        KeyConditionExpression: "PK = :keys",
        ExpressionAttributeValues: toAttributes({ ":keys": keysPartition }),
        ConsistentRead: true,
      };
      const keys = (await queryItems(client, query)).flatMap((item) => apiKeyOf(item) ?? []);
      return keys.sort((a, b) => a.created_at - b.created_at);
    },

    async used(id, now) {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: apiKeyKeyOf(id),
            // Requests that come at the same time write once.
            ConditionExpression:
              "attribute_exists(PK) AND (attribute_not_exists(last_used_at) OR last_used_at <= :before)",
            UpdateExpression: "SET last_used_at = :now",
            ExpressionAttributeValues: toAttributes({ ":now": now, ":before": now - usedEveryMs }),
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async revoke(id, now) {
      try {
        const { Attributes } = await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: apiKeyKeyOf(id),
            ConditionExpression: "attribute_exists(PK)",
            // Revoking again keeps the first time. The key of a person is forgotten when it would have been in any case.
            UpdateExpression:
              "SET revoked_at = if_not_exists(revoked_at, :now), #expires = if_not_exists(forgotten_at, :forgotten)",
            ExpressionAttributeNames: { "#expires": ttlAttribute },
            ExpressionAttributeValues: toAttributes({ ":now": now, ":forgotten": forgottenAt(now) }),
            ReturnValues: "ALL_NEW",
          }),
        );
        return Attributes && apiKeyOf(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}

const apiKeyKeyOf = (id: string): Item => toAttributes({ [partitionKey]: keysPartition, [sortKey]: id });

const forgottenAt = (ended: number, seconds = rememberedSeconds): number => Math.ceil(ended / 1000) + seconds;

function apiKeyItemOf(key: ApiKey): Item {
  const { expires_at, person } = key;
  const item = { ...key, [partitionKey]: keysPartition, [sortKey]: key.id };
  if (expires_at === undefined) return toAttributes(item);
  if (!person) return toAttributes({ ...item, [ttlAttribute]: forgottenAt(expires_at) });
  const forgotten_at = forgottenAt(expires_at, personRememberedSeconds);
  return toAttributes({ ...item, [ttlAttribute]: forgotten_at, forgotten_at });
}

/** Parses the key and drops the attributes of the table. Undefined for what a later version keeps in another form: it grants nothing. */
const apiKeyOf = (item: Item): ApiKey | undefined => ApiKey.safeParse(fromAttributes(item)).data;
