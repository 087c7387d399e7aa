import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isDeepStrictEqual } from "node:util";
import {
  inputField,
  jobSortKey,
  partitionKey,
  signalSortKey,
  sortKey,
  typesWithInputOnly,
} from "../../lambdas/topology.ts";
import { type Handler, megabyte, readBody } from "../gateway/http.ts";
import { tableName } from "../runtime/names.ts";
import type { ChangeLog, Image, Open } from "./change-log.ts";
import { makeLocks } from "./locks.ts";

/** dynalite's own handler. It is called directly, because HTTP requests would double the work of each write. */
export type Dynalite = (request: IncomingMessage, response: ServerResponse) => void;

export interface FrontOptions {
  dynalite: Dynalite;
  log: ChangeLog;
  /** Called with writes of jobs once they are in the log. Without an item after it, a write is a deletion. */
  changed: (writes: readonly ItemChange[]) => void;
}

export interface ItemChange {
  key: Image;
  before: Image | undefined;
  after: Image | undefined;
}

/** A write of one item. `after` is known for a Put and a Delete, and read after an Update. */
interface Write {
  key: Image;
  after: Image | undefined | "unknown";
}

interface Body {
  TableName?: string;
  Key?: Image;
  Item?: Image;
  ReturnValues?: string;
  RequestItems?: Record<string, { PutRequest?: { Item: Image }; DeleteRequest?: { Key: Image } }[]>;
}

/**
 * Adds a stream to dynalite, which has none: a front that sees the item before and after each write of a job. Writes of one item
 * run one after the other, so that the log has them in their order. Each is logged before it happens, so that a process that is
 * killed in between loses nothing.
 */
export async function makeFront({ dynalite, log, changed }: FrontOptions): Promise<Handler> {
  const locked = makeLocks();
  const read = async (key: Image): Promise<Image | undefined> =>
    (await askFor(dynalite, "GetItem", { Key: key, ConsistentRead: true })).Item as Image | undefined;

  const latest = makeLatest();
  const write = async (request: IncomingMessage, body: string, asked: Body, writes: Write[]): Promise<Answer> => {
    const begun = [];
    for (const one of writes) {
      const before = latest.take(one.key) ?? (await read(one.key));
      const wanted = one.after === "unknown" ? undefined : one.after;
      begun.push({ ...one, before, sequence: log.begin(one.key, before, wanted) });
    }
    const answer = await ask(dynalite, request.headers, body);
    if (answer.status !== 200) {
      for (const { key, before } of begun) if (answer.status === 400) latest.put(key, before);
      log.remove(begun.map(({ sequence }) => sequence));
      return answer;
    }
    const changes: ItemChange[] = [];
    for (const { key, before, after, sequence } of begun) {
      const now = after === "unknown" ? (newImage(asked, answer) ?? (await read(key))) : after;
      latest.put(key, now);
      changes.push({ key, before, after: now });
      // As with the filter of the stack's event source, a deletion is delivered only if it may leave something behind.
      if (now || mayLeave(before)) log.complete(sequence, after === "unknown" ? now : undefined);
      else log.remove([sequence]);
    }
    changed(changes);
    return answer;
  };

  for (const open of log.open()) await settle(dynalite, log, open, await read(open.key));

  return async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    if (!writing.has(operation)) return dynalite(request, response);
    const body = String(await readBody(request, 16 * megabyte));
    const asked = JSON.parse(body) as Body;
    const writes = writesOf(operation, asked).filter(({ key }) => isDelivered(key));
    const keys = writes.map(({ key }) => JSON.stringify(key));
    const answer = await locked(keys, () => write(request, body, asked, writes));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
}

/** The items that were written last. The next write of a job usually follows soon, and needs no read before it. */
function makeLatest() {
  const items = new Map<string, Image>();
  return {
    take(key: Image): Image | undefined {
      const text = JSON.stringify(key);
      const item = items.get(text);
      items.delete(text);
      return item;
    },
    put(key: Image, item: Image | undefined): void {
      if (item) items.set(JSON.stringify(key), item);
      const [oldest] = items.keys();
      if (items.size > 1000 && oldest !== undefined) items.delete(oldest);
    },
  };
}

/** Determines the outcome of a write that was interrupted by the end of the process, and repairs what dynalite left half done. */
async function settle(dynalite: Dynalite, log: ChangeLog, open: Open, now: Image | undefined): Promise<void> {
  const { sequence, key, before, wanted } = open;
  if (now && !isDeepStrictEqual(now, before)) return log.complete(sequence, now);
  // dynalite writes an item's index entry before the item itself. Writing the wanted item and then the actual one removes the
  // wrong entry and restores the right one, without which no list and no reconciler would see the job.
  if (wanted) await askFor(dynalite, "PutItem", { Item: wanted });
  if (now) await askFor(dynalite, "PutItem", { Item: now });
  else await askFor(dynalite, "DeleteItem", { Key: key });
  // Only a deletion leaves nothing where something was.
  if (!now && !wanted && mayLeave(before)) log.complete(sequence);
  else log.remove([sequence]);
}

const writing = new Set(["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"]);

function writesOf(operation: string, { TableName, Key, Item, RequestItems }: Body): Write[] {
  if (operation === "BatchWriteItem") {
    return (RequestItems?.[tableName] ?? []).flatMap(({ PutRequest, DeleteRequest }) =>
      PutRequest ? put(PutRequest.Item) : [{ key: DeleteRequest?.Key ?? {}, after: undefined }],
    );
  }
  if (TableName !== tableName) return [];
  if (operation === "PutItem") return put(Item ?? {});
  return [{ key: Key ?? {}, after: operation === "UpdateItem" ? "unknown" : undefined }];
}

const put = (Item: Image): Write[] => [
  { key: { [partitionKey]: Item[partitionKey], [sortKey]: Item[sortKey] }, after: Item },
];

function mayLeave(item: Image = {}): boolean {
  const { [inputField]: input, type } = item as Record<string, { S?: string; M?: { blob?: unknown } } | undefined>;
  const isOfOther = type !== undefined && !typesWithInputOnly.some((one) => one === type.S);
  return isOfOther || input?.M?.blob !== undefined;
}

/** As with the filter of the stack's event source, other items of the table, such as counters, are not delivered. */
function isDelivered(key: Image): boolean {
  const { S = "" } = (key[sortKey] ?? {}) as { S?: string };
  return S === jobSortKey || S.startsWith(signalSortKey);
}

const newImage = ({ ReturnValues }: Body, { body }: Answer): Image | undefined =>
  ReturnValues === "ALL_NEW" ? (JSON.parse(body) as { Attributes?: Image }).Attributes : undefined;

interface Answer {
  status: number;
  headers: Record<string, string | number>;
  body: string;
}

/** Sends dynalite a request about the table. It requires a signature but does not check it. */
async function askFor(dynalite: Dynalite, operation: string, request: object): Promise<Record<string, unknown>> {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
    "x-amz-date": "20300101T000000Z",
    authorization: "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local",
  };
  const answer = await ask(dynalite, headers, JSON.stringify({ TableName: tableName, ...request }));
  if (answer.status !== 200) throw new Error(`dynalite refused a ${operation}: ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body) as Record<string, unknown>;
}

/** Calls dynalite with the parts of a request and a response that it uses. */
const ask = (dynalite: Dynalite, headers: IncomingMessage["headers"], body: string): Promise<Answer> =>
  new Promise((resolve) => {
    const request = Object.assign(new EventEmitter(), { method: "POST", url: "/", headers });
    const answered: Answer["headers"] = {};
    const response = {
      statusCode: 200,
      setHeader(name: string, value: string | number) {
        answered[name] = value;
      },
      end(content = "") {
        resolve({ status: response.statusCode, headers: answered, body: content });
      },
    };
    dynalite(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    request.emit("data", Buffer.from(body));
    request.emit("end");
  });
