import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Approval } from "../../core/job/approval.ts";
import type { Approvals } from "../../core/ports/approvals.ts";
import { approvalsPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, readItem } from "./read-item.ts";

const codec: Codec<Approval> = {
  needed: {
    ...{ id: "string", product: "string", env: "string", job_id: "string", step: "string", title: "string" },
    ...{ run: "number", attempt: "number", opened_at: "number", until: "number" },
    ...{ show: "object", choices: "object", asked: "object" },
  },
};

/** How long an item stays after its time: DynamoDB deletes it within days after that. */
const marginSeconds = 24 * 3600;

/** An item for each open approval, in a partition of its product and env. */
export function dynamoApprovals({ client, table }: { client: DynamoDBClient; table: string }): Approvals {
  const partitionOf = (product: string, env: string) => `${approvalsPrefix}${product}#${env}`;
  const keyOf = ({ product, env, id }: Pick<Approval, "product" | "env" | "id">): Item =>
    toAttributes({ [partitionKey]: partitionOf(product, env), [sortKey]: id });

  return withClassifiedErrors<Approvals>({
    async open(approval) {
      const expires = { [ttlAttribute]: Math.ceil(approval.until / 1000) + marginSeconds };
      const Item = { ...keyOf(approval), ...toAttributes({ ...approval, ...expires }) };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async close(approval) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(approval) }));
    },

    async get(product, env, id) {
      const Key = keyOf({ product, env, id });
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item && readItem(Item, codec);
    },

    async list(product, env, limit, after = "") {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :tenant AND ${sortKey} > :after`,
        ExpressionAttributeValues: toAttributes({ ":tenant": partitionOf(product, env), ":after": after || " " }),
        Limit: limit,
        ConsistentRead: true,
      };
      return (await queryItems(client, query, limit)).map((item) => readItem(item, codec));
    },
  });
}
