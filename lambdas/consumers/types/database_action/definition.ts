import * as z from "zod";
import { ownValue } from "../../../core/catalog/catalog.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { must } from "../../../core/kernel/plain-faults.ts";
import { didYouMean, strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { defineJobType } from "../define-job-type.ts";
import type { Placeholder } from "./placeholders.ts";
import { readDynamo } from "./read-dynamodb.ts";
import { mongoNames, readMongo } from "./read-mongodb.ts";
import { listRuleOf, mostRows, type Row, rowFaults, rowsOf } from "./row-list.ts";
import { compile } from "./statement.ts";
import type { DatabaseTarget } from "./target.ts";
import { type Input, placeholderFaults, plainNames } from "./values.ts";

const Records = z.record(z.string(), z.unknown());
// What a row must be depends on the action, and the faults of rows have other pointers: see `databaseFaults`.
const Rows = z
  .array(z.unknown().meta({ type: "object" }))
  .min(1)
  .max(mostRows);
const Data = z.union([Records, Rows], must(`must be an object, or a list of 1 to ${mostRows} objects`));

/** What fills the placeholders of a named action, which say whether it needs `data`, `filter` or both. */
export const databaseInput = strict({
  data: Data.optional().meta({
    description:
      "The values of the action's placeholders, or a list of them to run the action once for each. Default: none, for an action that has only a filter.",
    examples: [{ status: "shipped" }],
  }),
  filter: Records.optional().meta({
    description: "The values of the placeholders that select records. Default: none.",
    examples: [{ id: 12345 }],
  }),
});

/** The values that the placeholders of the target's action require and the input lacks. */
export function databaseFaults(target: DatabaseTarget, action: string, input: Input): Fault[] {
  const placeholders = placeholdersOf(target, action);
  const names = target.engine === "mongodb" ? mongoNames : plainNames;
  const rows = rowsOf(placeholders, input);
  if (!rows) return placeholderFaults(placeholders, input, names);
  const rule = listRuleOf(target.engine, ownValue<{ operation: string }>(target.actions, action)?.operation);
  return rowFaults(placeholders, rows, { rule, names });
}

/** The rows of a list `data`, each the input of one statement; undefined if one statement runs. */
export const databaseRows = (target: DatabaseTarget, action: string, input: Input): Row[] | undefined =>
  rowsOf(placeholdersOf(target, action), input);

function placeholdersOf(target: DatabaseTarget, name: string): Placeholder[] {
  switch (target.engine) {
    case "postgres":
    case "mysql":
      return compile(ownValue(target.actions, name)?.statement ?? "", target.engine).placeholders;
    case "mongodb":
      return readMongo(ownValue(target.actions, name) ?? {}).placeholders;
    case "dynamodb":
      return readDynamo(ownValue(target.actions, name) ?? {}).placeholders;
  }
}

/** The operations of the engines without statements that change nothing. An aggregation may write, with `$out` or `$merge`. */
const reads = new Set(["find", "findOne", "countDocuments", "estimatedDocumentCount", "get", "query", "count"]);

/** A statement that starts with WITH may change rows, whatever its operation is called. */
const isRead = ({ operation, statement = "" }: { operation: string; statement?: string }): boolean =>
  reads.has(operation) ||
  (/^(read|aggregate)$/.test(operation) && /^[\s(]*(SELECT|VALUES|TABLE|SHOW)\b/i.test(statement));

export const databaseAction = defineJobType<DatabaseTarget>()({
  type: "database_action",
  summary: "Run a named action of a database.",
  requestName: "IDbActionRequest",
  section: "databases",
  targetField: "database",
  input: databaseInput,
  event: () => ({ database: Tag, action: Tag }),
  eventNames: ({ database, action }) => [{ name: `${database}:${action}` }],
  isRepeatable(event, { actions }) {
    const action = ownValue<{ operation: string; statement?: string }>(actions, event.action);
    return action !== undefined && isRead(action);
  },
  checkEvent(event, { actions }) {
    if (Object.hasOwn(actions, event.action)) return [];
    const hint = didYouMean(event.action, Object.keys(actions));
    return [{ pointer: "/action", detail: `database ${event.database} has no such action.${hint}` }];
  },
  checkInput: ({ target, event, input }) => databaseFaults(target, event.action, input),
  example: {
    event: "record_order",
    input: { data: { id: "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e", customer: "c-42", total: 12.5 } },
  },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 300_000, memory_mb: 256 },
});
