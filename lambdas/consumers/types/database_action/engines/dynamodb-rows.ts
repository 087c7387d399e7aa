import { createHash } from "node:crypto";
import { type DynamoDBClient, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { JobError } from "../../../../core/job/job-error.ts";
import type { Row } from "../row-list.ts";
import type { DynamoAction } from "../target-dynamodb.ts";
import type { DatabaseCall } from "./call.ts";
import { dynamoFault } from "./dynamodb-fault.ts";
import { inRow } from "./row-fault.ts";

type Rows = Pick<DatabaseCall<DynamoAction>, "action" | "idempotencyKey" | "signal"> & { rows: Row[] };

/** Writes all rows, or none, in one request. `writeOf` is the write of a row. */
export async function writeRows(
  client: Pick<DynamoDBClient, "send">,
  { action, rows, idempotencyKey, signal }: Rows,
  writeOf: (row: Row) => TransactWriteItem,
): Promise<unknown> {
  const TransactItems = rows.map(writeOf);
  const ClientRequestToken = requestTokenOf(idempotencyKey, TransactItems);
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }), { abortSignal: signal });
  } catch (error) {
    throw transactionFault(error, action.table) ?? error;
  }
  return { affected_rows: rows.length };
}

/**
 * For ten minutes DynamoDB recognises a repetition by its token, so an attempt whose answer was lost is not made twice. The
 * token is of the rows too: with another request behind it, DynamoDB would refuse it.
 */
const requestTokenOf = (idempotencyKey: string, items: TransactWriteItem[]): string =>
  createHash("sha256")
    .update(JSON.stringify([idempotencyKey, items]))
    .digest("hex")
    .slice(0, 36);

interface Reason {
  Code?: string;
}

/** The fault of the first row that cancelled the transaction; undefined for any other error. The reasons are in the rows' order. */
function transactionFault(error: unknown, table: string): JobError | undefined {
  const { name, CancellationReasons: reasons = [] } = Object(error) as {
    name?: string;
    CancellationReasons?: Reason[];
  };
  if (name !== "TransactionCanceledException") return undefined;
  const row = reasons.findIndex(({ Code = "None" }) => Code !== "None");
  const code = reasons[row]?.Code;
  return code === undefined
    ? undefined
    : inRow(row, dynamoFault({ name: code, message: "" }, table), { isUndone: true });
}
