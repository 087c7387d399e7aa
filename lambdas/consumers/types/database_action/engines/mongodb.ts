import { type ClientSession, type Collection, type Document, type Filter, ObjectId, type UpdateFilter } from "mongodb";
import { defined } from "../../../../core/kernel/defined.ts";
import { untilAborted } from "../../../clients/until-aborted.ts";
import { readingOf, type TemplateField } from "../read-mongodb.ts";
import type { MongoAction } from "../target-mongodb.ts";
import { fillTemplate, type Hole } from "../template.ts";
import { type Input, instantOf, placeholderValue } from "../values.ts";
import { type ConnectedCall, serverTimeoutMs } from "./call.ts";
import { jsonSafe } from "./json-safe.ts";
import { withClient } from "./mongodb-clients.ts";
import { mongoFault } from "./mongodb-fault.ts";
import { performRows } from "./mongodb-rows.ts";
import { unreadableUrl, withUnconnected } from "./network-fault.ts";
import { collector } from "./rows.ts";

export { closeMongo } from "./mongodb-clients.ts";

/** One operation, or one per row of a list, with the input's values in the action's JSON. */
export async function runMongo(call: ConnectedCall<MongoAction>): Promise<unknown> {
  const { action, signal, url, reference } = call;
  if (!/^mongodb(\+srv)?:\/\/[^/]+\/[^/?]+/.test(url)) {
    throw unreadableUrl(reference, "mongodb+srv://user:password@host/database");
  }
  try {
    return await withClient(call, (client) => {
      const collection = client.db().collection(action.collection);
      const work = call.rows
        ? performRows(call, client, call.rows, (input, session) =>
            performMongo({ ...call, input }, collection, session),
          )
        : performMongo(call, collection);
      return untilAborted(signal, work);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw withUnconnected(mongoFault)(error, reference);
  }
}

async function performMongo(
  call: ConnectedCall<MongoAction>,
  collection: Collection,
  session?: ClientSession,
): Promise<Record<string, unknown>> {
  const { action, input } = call;
  const filled = (field: TemplateField) => fillField(field, (action as Record<string, unknown>)[field], input);
  const filter = (filled("filter") ?? {}) as Filter<Document>;
  const options = { maxTimeMS: serverTimeoutMs(call), ...defined({ session }) };
  switch (action.operation) {
    case "find": {
      const { sort, skip, limit } = action;
      const asked = { ...options, ...defined({ sort, skip, limit, projection: filled("projection") as Document }) };
      return documentsOf(collection.find(filter, asked), action.max_rows);
    }
    case "findOne": {
      const { sort, skip } = action;
      const asked = { ...options, ...defined({ sort, skip, projection: filled("projection") as Document }) };
      return { document: jsonSafe(await collection.findOne(filter, asked)) };
    }
    case "countDocuments":
      return { count: await collection.countDocuments(filter, options) };
    case "estimatedDocumentCount":
      return { count: await collection.estimatedDocumentCount(options) };
    case "insertOne": {
      const { insertedId } = await collection.insertOne(filled("document") as Document, options);
      return { inserted_id: idSafe(insertedId) };
    }
    case "insertMany": {
      const { insertedIds, insertedCount } = await collection.insertMany(filled("documents") as Document[], options);
      return { inserted_count: insertedCount, inserted_ids: Object.values(insertedIds).map(idSafe) };
    }
    case "updateOne":
    case "updateMany": {
      const update = filled("update") as UpdateFilter<Document>;
      const done = await collection[action.operation](filter, update, {
        ...options,
        ...defined({ upsert: action.upsert }),
      });
      const { matchedCount, modifiedCount, upsertedId } = done;
      const upserted = upsertedId === null ? {} : { upserted_id: idSafe(upsertedId) };
      return { matched_count: matchedCount, modified_count: modifiedCount, ...upserted };
    }
    case "deleteOne":
    case "deleteMany":
      return { deleted_count: (await collection[action.operation](filter, options)).deletedCount };
    case "aggregate":
      return documentsOf(collection.aggregate(filled("pipeline") as Document[], options), action.max_rows);
  }
}

/** The id of what has been written, which fails nothing any more. */
const idSafe = (id: unknown): unknown => jsonSafe(id, () => {});

/** The action's JSON with the input's values filled in. */
export const fillField = (field: TemplateField, template: unknown, input: Input): unknown =>
  template === undefined
    ? undefined
    : fillTemplate(template, readingOf(field, template), (hole) => bindHole(hole, input));

function bindHole({ placeholder, reading }: Hole, input: Input): unknown {
  const value = placeholderValue(placeholder, input) ?? null;
  if (value === null) return null;
  if (placeholder.type === "date") return new Date(instantOf(String(value)) as number);
  if (placeholder.type === "objectid") return new ObjectId(String(value));
  // "$password" as an expression is the field of that name.
  return reading === "expression" && typeof value !== "number" && typeof value !== "boolean"
    ? { $literal: value }
    : value;
}

interface Cursor {
  [Symbol.asyncIterator](): AsyncIterator<Document>;
  close(): Promise<void>;
}

async function documentsOf(cursor: Cursor, maxRows: number | undefined): Promise<Record<string, unknown>> {
  const { rows, add, isTruncated } = collector(maxRows);
  try {
    for await (const document of cursor) if (!add(document)) break;
  } finally {
    await cursor.close();
  }
  return { documents: rows, count: rows.length, truncated: isTruncated() };
}
