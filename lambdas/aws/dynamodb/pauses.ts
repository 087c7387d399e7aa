import { isDeepStrictEqual } from "node:util";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Pause, pauseIdPattern } from "../../core/job/pause.ts";
import type { StoredPauses } from "../../core/ports/pauses.ts";
import { partitionKey, pausesPartition, sortKey } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, readItem } from "./read-item.ts";

/** Pauses in the table of jobs: one small item per pause, all in one partition, so that one Query reads them. */
export function dynamoPauses({ client, table }: { client: DynamoDBClient; table: string }): StoredPauses {
  async function get(id: string): Promise<Pause | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: pauseKeyOf(id), ConsistentRead: true }),
    );
    return Item && pauseIn(Item);
  }

  return withClassifiedErrors({
    async list() {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :pauses`,
        ExpressionAttributeValues: toAttributes({ ":pauses": pausesPartition }),
        // Consistent, so that the age of a read is the age of what it says.
        ConsistentRead: true,
      };
      return (await queryItems(client, query)).filter(isPause).map(pauseIn);
    },

    async put(next, before) {
      try {
        await client.send(new PutItemCommand({ TableName: table, Item: pauseItemOf(next), ...ifUnchanged(before) }));
        return "written";
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK repeats a write whose answer was lost, and may find the item that it wrote itself.
        return isDeepStrictEqual(await get(next.id), pauseIn(pauseItemOf(next))) ? "written" : "lost";
      }
    },

    async remove(pause) {
      try {
        await client.send(
          new DeleteItemCommand({ TableName: table, Key: pauseKeyOf(pause.id), ...ifUnchanged(pause) }),
        );
        return "removed";
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return (await get(pause.id)) === undefined ? "removed" : "lost";
      }
    },
  });
}

const pauseKeyOf = (id: string): Item => toAttributes({ [partitionKey]: pausesPartition, [sortKey]: id });

const pauseItemOf = (pause: Pause): Item => ({ ...pauseKeyOf(pause.id), ...toAttributes(pause) });

/** Whether an item is a pause, and nothing that a later version keeps beside them. */
const isPause = (item: Item): boolean => pauseIdPattern.test(item[sortKey]?.S ?? "");

const codec: Codec<Pause> = {
  needed: {
    id: "string",
    product: "string",
    reason: "string",
    since: "number",
    drain_per_second: "number",
    version: "number",
  },
};

const pauseIn = (item: Item): Pause => readItem(item, codec);

/** A scope that was paused, drained and paused again begins with version 1 again: `since` tells the two apart. */
const ifUnchanged = (before: Pick<Pause, "version" | "since"> | undefined) =>
  before
    ? {
        ConditionExpression: "version = :version AND since = :since",
        ExpressionAttributeValues: toAttributes({ ":version": before.version, ":since": before.since }),
      }
    : { ConditionExpression: `attribute_not_exists(${partitionKey})` };
