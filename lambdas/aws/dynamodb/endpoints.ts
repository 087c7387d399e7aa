import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { EndpointState } from "../../core/catalog/endpoint-state.ts";
import type { EndpointName } from "../../core/catalog/webhook.ts";
import type { Endpoints } from "../../core/ports/outbound-ports.ts";
import { endpointPrefix, partitionKey, sortKey } from "../../topology.ts";
import type { Item } from "./job-item.ts";

/** Tags contain no `#`, so the key is unambiguous. The sort key is not `STATE`, which the stream's filter takes for a job. */
const keyOf = ({ product, env, webhook }: EndpointName): Item =>
  marshall({ [partitionKey]: `${endpointPrefix}${product}#${env}#${webhook}`, [sortKey]: "ENDPOINT" });

/** The state of webhook endpoints, in one small item per endpoint. A healthy endpoint has no item, or an empty one. */
export function dynamoEndpoints({ client, table }: { client: DynamoDBClient; table: string }): Endpoints {
  return {
    async get(name) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(name), ConsistentRead: true }),
      );
      return Item && "failures" in Item ? stateOf(Item) : undefined;
    },

    async failed(name, at, code) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(name),
          UpdateExpression:
            "SET failing_since = if_not_exists(failing_since, :at), last_failure = :code ADD failures :one",
          ExpressionAttributeValues: marshall({ ":at": at, ":code": code, ":one": 1 }),
          ReturnValues: "ALL_NEW",
        }),
      );
      return stateOf(Attributes as Item);
    },

    async recovered(name) {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(name),
        UpdateExpression: "REMOVE failures, failing_since, last_failure",
        ConditionExpression: "attribute_not_exists(disabled)",
      });
      try {
        await client.send(update);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async disable(name, disabled) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(name),
          // A recovery may have removed the failures meanwhile, and an item without them does not count as a state.
          UpdateExpression:
            "SET disabled = :disabled, failing_since = if_not_exists(failing_since, :at), last_failure = if_not_exists(last_failure, :none) ADD failures :zero",
          ExpressionAttributeValues: marshall({ ":disabled": disabled, ":at": disabled.at, ":none": "", ":zero": 0 }),
        }),
      );
    },

    async enable(name) {
      const UpdateExpression = "REMOVE failures, failing_since, last_failure, disabled";
      await client.send(new UpdateItemCommand({ TableName: table, Key: keyOf(name), UpdateExpression }));
    },
  };
}

function stateOf(item: Item): EndpointState {
  const { [partitionKey]: _pk, [sortKey]: _sk, ...state } = unmarshall(item);
  return state as EndpointState;
}
