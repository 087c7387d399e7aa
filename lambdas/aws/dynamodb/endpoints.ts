import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type EndpointState, keptFailures } from "../../core/catalog/endpoint-state.ts";
import type { EndpointName } from "../../core/catalog/webhook.ts";
import type { Endpoints } from "../../core/ports/endpoints.ts";
import { endpointPrefix, partitionKey, sortKey } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { type Codec, readItem } from "./read-item.ts";

/** Tags contain no `#`, so the key is unambiguous. The sort key is not `STATE`, which the stream's filter takes for a job. */
const endpointKeyOf = ({ product, env, webhook }: EndpointName): Item =>
  toAttributes({ [partitionKey]: `${endpointPrefix}${product}#${env}#${webhook}`, [sortKey]: "ENDPOINT" });

/** The state of webhook endpoints, in one small item per endpoint. A healthy endpoint has no item, or an empty one. */
export function dynamoEndpoints({ client, table }: { client: DynamoDBClient; table: string }): Endpoints {
  /** Sends a conditional write, whose condition may fail. Returns whether it held. */
  async function ifSo(update: UpdateItemCommand): Promise<boolean> {
    try {
      await client.send(update);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return false;
    }
  }

  /** Removes all but the last failures. Where another one is added meanwhile, one more is kept. */
  async function trim(name: EndpointName, kept: number): Promise<void> {
    const old = Array.from({ length: kept - keptFailures }, (_, i) => `recent_failures[${keptFailures + i}]`);
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: endpointKeyOf(name),
        UpdateExpression: `REMOVE ${old.join(", ")}`,
      }),
    );
  }

  return {
    async get(name) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: endpointKeyOf(name), ConsistentRead: true }),
      );
      return Item && "failures" in Item ? endpointStateIn(Item) : undefined;
    },

    async failed(name, failure) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: endpointKeyOf(name),
          UpdateExpression: `SET failing_since = if_not_exists(failing_since, :at), last_failure = :code, ${latestFirst} ADD failures :one`,
          ExpressionAttributeValues: toAttributes({
            ":at": failure.at,
            ":code": failure.code,
            ":one": 1,
            ":failure": [failure],
            ":none": [],
          }),
          ReturnValues: "ALL_NEW",
        }),
      );
      const kept = Attributes?.recent_failures?.L?.length ?? 0;
      if (kept >= 2 * keptFailures) await trim(name, kept);
      return endpointStateIn(Attributes as Item);
    },

    async recovered(name) {
      await ifSo(
        new UpdateItemCommand({
          TableName: table,
          Key: endpointKeyOf(name),
          UpdateExpression: "REMOVE failures, failing_since, last_failure, recent_failures",
          ConditionExpression: "attribute_not_exists(disabled)",
        }),
      );
    },

    async disable(name, disabled) {
      return ifSo(
        new UpdateItemCommand({
          TableName: table,
          Key: endpointKeyOf(name),
          // One delivery disables it, whose repetition does so again.
          ConditionExpression:
            "attribute_not_exists(disabled) OR disabled.#url <> :url OR disabled.announced_by = :announced_by",
          ExpressionAttributeNames: { "#url": "url" },
          // A recovery may have removed the failures meanwhile, and an item without them does not count as a state.
          UpdateExpression:
            "SET disabled = :disabled, failing_since = if_not_exists(failing_since, :at), last_failure = if_not_exists(last_failure, :none) ADD failures :zero",
          ExpressionAttributeValues: toAttributes({
            ":disabled": disabled,
            ":at": disabled.at,
            ":none": "",
            ":zero": 0,
            ":url": disabled.url,
            ":announced_by": disabled.announced_by ?? "",
          }),
        }),
      );
    },

    async announced(name) {
      await ifSo(
        new UpdateItemCommand({
          TableName: table,
          Key: endpointKeyOf(name),
          UpdateExpression: "REMOVE disabled.announced_by",
          ConditionExpression: "attribute_exists(disabled)",
        }),
      );
    },

    async enable(name) {
      await ifSo(
        new UpdateItemCommand({
          TableName: table,
          Key: endpointKeyOf(name),
          UpdateExpression: "REMOVE failures, failing_since, last_failure, recent_failures, disabled",
          ConditionExpression: "attribute_exists(disabled)",
        }),
      );
    },
  };
}

/** An expression cannot also shorten the list that it adds to, so the list grows to twice what is shown, and is cut then. */
const latestFirst = "recent_failures = list_append(:failure, if_not_exists(recent_failures, :none))";

const codec: Codec<EndpointState> = {
  needed: { failures: "number", failing_since: "number", last_failure: "string" },
};

function endpointStateIn(item: Item): EndpointState {
  const { recent_failures, ...rest } = readItem(item, codec);
  return { ...rest, ...(recent_failures && { recent_failures: recent_failures.slice(0, keptFailures) }) };
}
