import { isDeepStrictEqual } from "node:util";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { isOver, type Operation } from "../../core/job/operation.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import type { ListedOperation, NotChangedPage, OpenOperation, Operations } from "../../core/ports/operations.ts";
import {
  openOperationsPartition,
  operationPrefix,
  operationsOfPrefix,
  partitionKey,
  sortKey,
  ttlAttribute,
} from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, isItemOf, readItem } from "./read-item.ts";

/** How long an operation is kept that is over, and how long after its beginning what goes with it. An operation may be paused for months. */
const keptMs = { operation: 90 * dayMs, beside: 365 * dayMs };

/** Operations in the table of jobs, one item each; in one partition those that are not over, in one for each product all of them. */
export function dynamoOperations({ client, table }: { client: DynamoDBClient; table: string }): Operations {
  const read = async (key: Item): Promise<Item | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;

  const get = async (id: string): Promise<Operation | undefined> => {
    const item = await read(operationKeyOf(id));
    return item && readItem(item, codec);
  };

  /** Whether a write took effect, which the SDK may repeat because its answer was lost: it finds what it has written then. */
  async function put(item: Item, condition: string, values?: Record<string, unknown>): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: table,
      Item: item,
      ConditionExpression: condition,
      ...(values && { ExpressionAttributeValues: toAttributes(values) }),
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { [partitionKey]: partition, [sortKey]: sort } = item;
      return isDeepStrictEqual(await read({ [partitionKey]: partition, [sortKey]: sort } as Item), item);
    }
  }

  return withClassifiedErrors<Operations>({
    get,

    create: async (operation) =>
      (await put(operationItemOf(operation), `attribute_not_exists(${partitionKey})`)) ? "created" : "exists",

    replace: async (next) =>
      (await put(operationItemOf(next), "version = :before", { ":before": next.version - 1 })) ? "replaced" : "lost",

    enter: async ({ product, slot, id, at }) => {
      const item = { ...openKeyOf({ product, slot }), ...toAttributes({ product, slot, id, at }) };
      return (await put(item, `attribute_not_exists(${partitionKey})`)) ? "entered" : "taken";
    },

    async open(product) {
      const items = await queryItems(client, {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :open${product === undefined ? "" : ` AND begins_with(${sortKey}, :product)`}`,
        ExpressionAttributeValues: toAttributes({
          ":open": openOperationsPartition,
          ":product": product === undefined ? undefined : `${product}#`,
        }),
        ConsistentRead: true,
      });
      return items.filter((item) => isItemOf(item, openCodec)).map((item) => readItem(item, openCodec));
    },

    async leave({ product, slot, id }) {
      const remove = new DeleteItemCommand({
        TableName: table,
        Key: openKeyOf({ product, slot }),
        ConditionExpression: "id = :id",
        ExpressionAttributeValues: toAttributes({ ":id": id }),
      });
      try {
        await client.send(remove);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async enlist(product, { id, created_at }) {
      const key = { [partitionKey]: `${operationsOfPrefix}${product}`, [sortKey]: listKey({ id, created_at }) };
      const item = toAttributes({
        ...key,
        id,
        created_at,
        [ttlAttribute]: operationExpiry(created_at + keptMs.beside),
      });
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },

    async list(product, { limit, after }) {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :product${after ? ` AND ${sortKey} < :after` : ""}`,
        ExpressionAttributeValues: toAttributes({
          ":product": `${operationsOfPrefix}${product}`,
          ":after": after && listKey(after),
        }),
        ScanIndexForward: false,
        Limit: limit,
      };
      return (await queryItems(client, query, limit)).map((item) => readItem(item, listedCodec));
    },

    async putPage(id, turn, page, at) {
      const item = {
        ...pageKeyOf(id, turn),
        ...toAttributes({ ...page, [ttlAttribute]: operationExpiry(at + keptMs.beside) }),
      };
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },

    async page(id, turn) {
      const item = await read(pageKeyOf(id, turn));
      return item && readItem(item, pageCodec);
    },
  });
}

const operationExpiry = (at: number): number => Math.ceil(at / 1000);

const operationKeyOf = (id: string): Item =>
  toAttributes({ [partitionKey]: `${operationPrefix}${id}`, [sortKey]: "OP" });
const pageKeyOf = (id: string, turn: number): Item =>
  toAttributes({ [partitionKey]: `${operationPrefix}${id}`, [sortKey]: `UNCHANGED#${padded(turn)}` });
/** Tags contain no `#`, so the keys are unambiguous: `my-product#0`. */
const openKeyOf = ({ product, slot }: Pick<OpenOperation, "product" | "slot">): Item =>
  toAttributes({ [partitionKey]: openOperationsPartition, [sortKey]: `${product}#${slot}` });
const listKey = ({ id, created_at }: ListedOperation): string => `${padded(created_at)}#${id}`;
const padded = (number: number): string => String(number).padStart(16, "0");

const operationItemOf = (operation: Operation): Item =>
  toAttributes({
    ...operation,
    [partitionKey]: `${operationPrefix}${operation.id}`,
    [sortKey]: "OP",
    ...(isOver(operation) && {
      [ttlAttribute]: operationExpiry((operation.ended_at ?? operation.created_at) + keptMs.operation),
    }),
  });

const codec: Codec<Operation> = {
  needed: {
    ...{ id: "string", product: "string", envs: "object", action: "string", filter: "object" },
    ...{ rate_per_second: "number", fingerprint: "string", made_by: "string", actor: "string", created_at: "number" },
    ...{ state: "string", version: "number", turn: "number", not_before: "number", slot: "number", shards: "number" },
    ...{ list: "object", sample: "object", pos: "number", counts: "object" },
  },
};

const openCodec: Codec<OpenOperation> = { needed: { product: "string", slot: "number", id: "string", at: "number" } };
const listedCodec: Codec<ListedOperation> = { needed: { id: "string", created_at: "number" } };
const pageCodec: Codec<NotChangedPage> = { needed: { jobs: "object" } };
