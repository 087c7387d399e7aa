import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
  type Update,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, type NativeAttributeValue, unmarshall } from "@aws-sdk/util-dynamodb";
import { JobError } from "../../../../core/job/job-error.ts";
import { clientPerPlace, clientSettings } from "../../../clients/aws/regional-clients.ts";
import type { Placeholder } from "../placeholders.ts";
import { type ExpressionField, readDynamo } from "../read-dynamodb.ts";
import type { DynamoAction } from "../target-dynamodb.ts";
import { fillTemplate } from "../template.ts";
import { type Input, isoOf, placeholderValue } from "../values.ts";
import type { DatabaseCall } from "./call.ts";
import { dynamoFault } from "./dynamodb-fault.ts";
import { writeRows } from "./dynamodb-rows.ts";
import { jsonSafe } from "./json-safe.ts";
import { collector } from "./rows.ts";

interface DynamoCall extends DatabaseCall<DynamoAction> {
  region: string | undefined;
  endpoint: string | undefined;
}

const clients = new Map<string, DynamoDBClient>();

/** The timeouts are short: DynamoDB answers in milliseconds. */
const clientOf = clientPerPlace(
  (region: string | undefined, endpoint: string | undefined) =>
    new DynamoDBClient(clientSettings({ region, endpoint, connectionTimeout: 2000, requestTimeout: 10_000 })),
  clients,
);

export function closeDynamo(): void {
  for (const client of clients.values()) client.destroy();
  clients.clear();
}

/** One request, or one query with all its pages. */
export async function runDynamo(call: DynamoCall): Promise<unknown> {
  const { action, signal } = call;
  try {
    return await performDynamo(call, clientOf(call.region, call.endpoint));
  } catch (error) {
    signal.throwIfAborted();
    throw dynamoFault(error, action.table);
  }
}

async function performDynamo(call: DynamoCall, client: DynamoDBClient): Promise<unknown> {
  const { action, input, rows, signal } = call;
  if (rows) return writeRows(client, { ...call, rows }, (row) => writeOf(action, row));
  const request = dynamoRequestOf(action, input);
  const options = { abortSignal: signal };
  switch (action.operation) {
    case "put": {
      const Item = attributes(action.item, input);
      const command = new PutItemCommand({ ...request, Item, ReturnValues: "ALL_OLD" });
      return writtenItem("replaced", (await client.send(command, options)).Attributes);
    }
    case "get": {
      const Key = attributes(action.key, input);
      const command = new GetItemCommand({ ...request, Key, ConsistentRead: action.consistent });
      return { item: plainItemOf((await client.send(command, options)).Item) };
    }
    case "update": {
      const Key = attributes(action.key, input);
      const command = new UpdateItemCommand({ ...request, Key, ReturnValues: "ALL_NEW" });
      return writtenItem("item", (await client.send(command, options)).Attributes);
    }
    case "delete": {
      const Key = attributes(action.key, input);
      const command = new DeleteItemCommand({ ...request, Key, ReturnValues: "ALL_OLD" });
      return writtenItem("deleted", (await client.send(command, options)).Attributes);
    }
    case "query":
      return queryPages(
        client,
        { ...request, IndexName: action.index, ScanIndexForward: action.forward },
        call,
        action.max_rows,
      );
    case "count":
      return countItems(client, { ...request, IndexName: action.index, Select: "COUNT" }, call);
  }
}

/** The write of a row. An action that reads has none: such a request was refused. */
export function writeOf(action: DynamoAction, input: Input): TransactWriteItem {
  const request = dynamoRequestOf(action, input);
  switch (action.operation) {
    case "put":
      return { Put: { ...request, Item: attributes(action.item, input) } };
    case "update":
      // The catalog's schema requires an update's expression, which `dynamoRequestOf` has compiled.
      return { Update: { ...request, Key: attributes(action.key, input) } as Update };
    case "delete":
      return { Delete: { ...request, Key: attributes(action.key, input) } };
    default:
      throw new JobError("CONFIGURATION_ERROR", "The action reads, and takes no list of rows.");
  }
}

async function queryPages(
  client: DynamoDBClient,
  request: QueryCommandInput,
  { signal }: DynamoCall,
  maxRows?: number,
) {
  const { rows, add, isTruncated } = collector(maxRows);
  for await (const { Items = [] } of pages(client, request, signal)) {
    for (const item of Items) add(plainItemOf(item));
    if (isTruncated()) break;
  }
  return { items: rows, count: rows.length, truncated: isTruncated() };
}

async function countItems(client: DynamoDBClient, request: QueryCommandInput, { signal }: DynamoCall) {
  let total = 0;
  for await (const { Count = 0 } of pages(client, request, signal)) total += Count;
  return { count: total };
}

async function* pages(client: DynamoDBClient, request: QueryCommandInput, abortSignal: AbortSignal) {
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(new QueryCommand({ ...request, ExclusiveStartKey }), { abortSignal });
    yield page;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}

const parameters: Record<ExpressionField, string> = {
  key_condition: "KeyConditionExpression",
  filter: "FilterExpression",
  projection: "ProjectionExpression",
  update: "UpdateExpression",
  condition: "ConditionExpression",
};

/** The compiled expressions. Values of the input are in ExpressionAttributeValues only. */
export function dynamoRequestOf(action: DynamoAction, input: Input) {
  const { expressions, values } = readDynamo(action);
  const pairs = values.map((placeholder, i) => [`:p${i}`, bindAttribute(placeholder, input)]);
  return {
    TableName: action.table,
    ...Object.fromEntries(
      Object.entries(expressions).map(([field, text]) => [parameters[field as ExpressionField], text]),
    ),
    ...(action.names && { ExpressionAttributeNames: action.names }),
    ...(pairs.length > 0 && { ExpressionAttributeValues: marshalled(Object.fromEntries(pairs)) }),
  };
}

/** DynamoDB accepts items of up to 400 KB. Larger ones could fill the memory, because each attribute becomes an object. */
const largestRequest = 1024 * 1024;

/** A number is passed on as the input's JSON was read; DynamoDB refuses the ones that it cannot store. */
function marshalled(value: unknown): Record<string, AttributeValue> {
  if (Buffer.byteLength(JSON.stringify(value) ?? "") > largestRequest) {
    throw new JobError("VALIDATION_ERROR", "The action's values are larger than a DynamoDB request may be.");
  }
  return marshall(value as Record<string, NativeAttributeValue>, { allowImpreciseNumbers: true });
}

const attributes = (template: unknown, input: Input): Record<string, AttributeValue> =>
  marshalled(fillTemplate(template, "plain", ({ placeholder }) => bindAttribute(placeholder, input)));

function bindAttribute(placeholder: Placeholder, input: Input): unknown {
  const value = placeholderValue(placeholder, input) ?? null;
  return placeholder.type === "date" && value !== null ? isoOf(String(value)) : value;
}

/** Numbers that JavaScript cannot represent exactly stay the strings that DynamoDB sent. */
const numberOf = (text: string): number | string => {
  const digits = text.replace(/^-?[0.]*|[.]|0*$|E.*$/g, "").length;
  return Number.isSafeInteger(Number(text)) || (text.includes(".") && digits <= 15) ? Number(text) : text;
};

type Item = Record<string, AttributeValue> | undefined;

const plainItemOf = (item: Item, noteDeep?: () => void) =>
  item === undefined ? null : jsonSafe(unmarshall(item, { wrapNumbers: numberOf }), noteDeep);

/** The result of a write, which fails nothing any more, whatever the item is. */
function writtenItem(name: "replaced" | "item" | "deleted", item: Item): Record<string, unknown> {
  const marks: { too_deep?: true } = {};
  const kept = plainItemOf(item, () => {
    marks.too_deep = true;
  });
  return { [name]: kept, ...marks };
}
