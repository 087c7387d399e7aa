import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { partitionKey, phaseIndex, sortKey } from "../../lambdas/topology.ts";
import { settings, table } from "../support/aws.ts";
import { type Counts, count } from "./counts.ts";
import { itemBytes } from "./item-size.ts";

type Item = Record<string, AttributeValue>;

export interface Write {
  before: Item | undefined;
  after: Item | undefined;
}

interface Input {
  Key?: Item;
  Item?: Item;
  IndexName?: string;
  Select?: string;
  ConsistentRead?: boolean;
  ReturnValuesOnConditionCheckFailure?: string;
  RequestItems?: Record<string, { Keys: Item[]; ConsistentRead: boolean }>;
}

interface Output {
  Item?: Item;
  Items?: Item[];
  Responses?: Record<string, Item[]>;
}

const writes = new Set(["PutItemCommand", "UpdateItemCommand", "DeleteItemCommand"]);

/**
 * A client whose requests are counted in the units that DynamoDB bills, from the items before and after them. `written` gets
 * every write that took effect, for the stream. Requests that cannot be counted throw.
 */
export function meteredTable(endpoint: string, counts: () => Counts, written: (write: Write) => void): DynamoDBClient {
  const unmetered = new DynamoDBClient({ ...settings, endpoint });
  const client = new DynamoDBClient({ ...settings, endpoint });
  const read = async (key: Item) =>
    (await unmetered.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;

  /** A query that only counts its items reads them all the same. */
  const counted = async (input: Input): Promise<Output> => {
    const all = new QueryCommand({ ...input, TableName: table, Select: "ALL_ATTRIBUTES" });
    return { Items: (await unmetered.send(all)).Items ?? [] };
  };

  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const input = args.input as Input;
        count(counts().calls, `dynamodb.${commandName.replace("Command", "")}`);
        if (!writes.has(commandName)) {
          const result = await next(args);
          const output = input.Select === "COUNT" ? await counted(input) : (result.output as Output);
          counts().table_read += readUnits(commandName, input, output);
          return result;
        }
        const key = keyOf(input.Key ?? input.Item ?? {});
        const before = await read(key);
        try {
          return await next(args);
        } catch (error) {
          throw asOnAws(error, input, before);
        } finally {
          // A write whose condition fails is billed too, by the size of the existing item.
          const after = await read(key);
          counts().table_write += Math.max(1, writeUnits(before), writeUnits(after));
          counts().index_write += indexUnits(before, after);
          if (JSON.stringify(before) !== JSON.stringify(after)) written({ before, after });
        }
      },
    { step: "initialize", name: "meter" },
  );
  return client;
}

/** dynalite does not answer the item whose condition failed, so our code would read it, which it need not do on AWS. */
function asOnAws(error: unknown, input: Input, before: Item | undefined): unknown {
  const isAnswered = input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && before !== undefined;
  if (isAnswered && error instanceof ConditionalCheckFailedException) error.Item ??= before;
  return error;
}

const keyOf = (item: Item): Item =>
  ({ [partitionKey]: item[partitionKey], [sortKey]: item[sortKey] }) as Record<string, AttributeValue>;

const writeUnits = (item: Item | undefined): number => (item ? Math.ceil(itemBytes(item) / 1024) : 0);

/** An index entry holds the four keys. An entry that stays costs nothing; one that moves is deleted and put again. */
function indexUnits(before: Item | undefined, after: Item | undefined): number {
  const entries = [before, after].map(
    (item) => item && `${item[phaseIndex.partitionKey]?.S} ${item[phaseIndex.sortKey]?.S}`,
  );
  const [from, to] = entries.map((entry) => (entry?.startsWith("undefined") ? undefined : entry));
  if (from === to) return 0;
  return (from === undefined ? 0 : 1) + (to === undefined ? 0 : 1);
}

/** Units of 4 KB, half as many for an eventually consistent read; a query is billed by the sum of what it reads. */
function readUnits(command: string, input: Input, { Item, Items, Responses }: Output): number {
  const { ConsistentRead = false, IndexName, RequestItems } = input;
  const share = ConsistentRead ? 1 : 0.5;
  if (command === "GetItemCommand") return share * Math.max(1, Math.ceil((Item ? itemBytes(Item) : 0) / 4096));
  if (command === "QueryCommand" && Items !== undefined && (IndexName === undefined || IndexName === phaseIndex.name)) {
    return share * Math.max(1, Math.ceil(Items.reduce((sum, item) => sum + itemBytes(item), 0) / 4096));
  }
  if (command === "BatchGetItemCommand" && RequestItems?.[table]?.ConsistentRead) {
    const found = Responses?.[table] ?? [];
    // A missing item costs one unit.
    const missing = RequestItems[table].Keys.length - found.length;
    return missing + found.reduce((sum, item) => sum + Math.ceil(itemBytes(item) / 4096), 0);
  }
  throw new Error(`${command} is not metered: add here what it costs`);
}
