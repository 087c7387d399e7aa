import type { Fault } from "../../../core/kernel/errors.ts";
import { isRecord } from "../../../core/kernel/json-values.ts";
import { jsonPointer } from "../../../core/kernel/schema.ts";
import type { Placeholder } from "./placeholders.ts";
import type { DatabaseTarget } from "./target.ts";
import { type Input, type NameRule, placeholderFaults } from "./values.ts";

/** The most rows of a list: each is a round trip to the database, all of them within one timeout. */
export const mostRows = 1000;
/** The most actions of one TransactWriteItems: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const mostDynamoRows = 100;

/** One row of a list, as the input of one statement. */
export type Row = Input & { data: Record<string, unknown> };

/** The rows of an input whose `data` is a list, with the same `filter` for all; undefined if one statement runs. */
export function rowsOf(placeholders: readonly Placeholder[], { data, filter }: Input): Row[] | undefined {
  if (!Array.isArray(data) || takesList(placeholders)) return undefined;
  return data.map((row) => ({ data: row as Record<string, unknown>, filter }));
}

/** An action with a placeholder `{{data:array}}` takes the list as one value. */
const takesList = (placeholders: readonly Placeholder[]): boolean =>
  placeholders.some(({ source, path, type }) => source === "data" && path.length === 0 && type === "array");

/** What an action can do with a list, and how many rows it takes at most. */
interface ListRule {
  writes: boolean;
  most: number;
}

const reads = [
  "read",
  "aggregate",
  "find",
  "findOne",
  "countDocuments",
  "estimatedDocumentCount",
  "get",
  "query",
  "count",
];

export const listRuleOf = (engine: DatabaseTarget["engine"], operation: string | undefined): ListRule => ({
  writes: operation !== undefined && !reads.includes(operation),
  most: engine === "dynamodb" ? mostDynamoRows : mostRows,
});

/** The faults of a list of rows. Each row is checked as if it were the whole of `data`, and the filter once. */
export function rowFaults(
  placeholders: readonly Placeholder[],
  rows: readonly Row[],
  { rule, names }: { rule: ListRule; names: NameRule },
): Fault[] {
  const ofList = listFault(placeholders, rows.length, rule);
  if (ofList !== undefined) return [{ pointer: "/input/data", detail: ofList }];
  const [ofData, ofFilter] = ["data", "filter"].map((source) => placeholders.filter((one) => one.source === source));
  return [
    ...rows.flatMap((row, i) =>
      isRecord(row.data) ? placeholderFaults(ofData ?? [], row, names, ["data", i]) : [notRecord(i)],
    ),
    ...placeholderFaults(ofFilter ?? [], rows[0] ?? {}, names),
  ];
}

function listFault(placeholders: readonly Placeholder[], rows: number, { writes, most }: ListRule): string | undefined {
  if (!writes) return "must be an object: a list of rows is for actions that create, update or delete.";
  if (rows > most)
    return `has ${rows} rows, and one transaction of the database takes ${most} at most: send several jobs.`;
  // The statement would run again and again, each time with the same values.
  return placeholders.some(({ source }) => source === "data")
    ? undefined
    : "must be an object: no placeholder of the action takes a value of a row.";
}

const notRecord = (row: number): Fault => ({
  pointer: jsonPointer(["input", "data", row]),
  detail: "must be an object.",
});
