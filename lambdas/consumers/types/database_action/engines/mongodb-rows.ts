import type { ClientSession, MongoClient } from "mongodb";
import type { Row } from "../row-list.ts";
import type { Input } from "../values.ts";
import type { ConnectedCall } from "./call.ts";
import { mongoFault } from "./mongodb-fault.ts";
import { inRow } from "./row-fault.ts";

type MongoCall = Pick<ConnectedCall<unknown>, "signal" | "reference">;
type Results = Record<string, unknown>[];
type Perform = (input: Input, session?: ClientSession) => Promise<Record<string, unknown>>;

/**
 * Runs an operation per row of a list, in their order, until one fails. A replica set and a sharded cluster do that in one
 * transaction; a standalone server has none, so there the rows before the one that failed stay written.
 */
export async function performRows(
  call: MongoCall,
  client: MongoClient,
  rows: Row[],
  perform: Perform,
): Promise<unknown> {
  return bulkSummary(
    (await hasTransactions(client)) ? await together(call, client, rows, perform) : await runAlone(call, rows, perform),
  );
}

/** A member of a replica set names the set, and a router of a sharded cluster says that it is one. */
async function hasTransactions(client: MongoClient): Promise<boolean> {
  const { setName, msg } = await client.db().command({ hello: 1 });
  return setName !== undefined || msg === "isdbgrid";
}

async function together(call: MongoCall, client: MongoClient, rows: Row[], perform: Perform): Promise<Results> {
  const session = client.startSession();
  try {
    session.startTransaction();
    const results = await each(call, rows, (row) => perform(row, session), { isUndone: true });
    call.signal.throwIfAborted();
    await session.commitTransaction();
    return results;
  } finally {
    // Ends an open transaction as well. The fault that left it open is the one to report.
    await session.endSession().catch(() => {});
  }
}

const runAlone = (call: MongoCall, rows: Row[], perform: Perform): Promise<Results> =>
  each(call, rows, perform, { isUndone: false });

function left(done: number): string {
  const many = done === 1 ? "1 row before it was" : `${done} rows before it were`;
  return done === 0 ? "" : ` The ${many} written and stay: this server has no transactions.`;
}

/** The work is not stopped by an abort, so the signal is read before each row. */
async function each(
  { signal, reference }: MongoCall,
  rows: Row[],
  perform: (row: Row) => Promise<Record<string, unknown>>,
  { isUndone }: { isUndone: boolean },
): Promise<Results> {
  const results: Results = [];
  for (const [i, row] of rows.entries()) {
    signal.throwIfAborted();
    const result = await perform(row).catch((error: unknown) => {
      throw inRow(i, mongoFault(error, reference), { isUndone, after: isUndone ? "" : left(i) });
    });
    results.push(result);
  }
  return results;
}

/** Counts are added up; ids are collected in the order of the rows. */
function bulkSummary(results: Results): Record<string, unknown> {
  const summed: Record<string, unknown> = {};
  const collect = (name: string, ids: unknown[]) => {
    summed[name] = [...((summed[name] as unknown[] | undefined) ?? []), ...ids];
  };
  for (const result of results) {
    for (const [name, value] of Object.entries(result)) {
      if (name.endsWith("_count")) summed[name] = Number(summed[name] ?? 0) + Number(value);
      else if (name === "inserted_id") collect("inserted_ids", [value]);
      else if (name === "upserted_id") collect("upserted_ids", [value]);
      else collect(name, value as unknown[]);
    }
  }
  const { inserted_ids } = summed;
  return Array.isArray(inserted_ids) ? { ...summed, inserted_count: inserted_ids.length } : summed;
}
