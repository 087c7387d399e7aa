import { Socket } from "node:net";
import mysql from "mysql2";
import { JobError } from "../../../../core/job/job-error.ts";
import { defined } from "../../../../core/kernel/defined.ts";
import { guardEvents, guarded } from "../../../clients/guarded.ts";
import type { PlaceholderType } from "../placeholders.ts";
import { compile } from "../statement.ts";
import { callsProcedure, type SqlAction } from "../target-sql.ts";
import { type Input, isoOf, placeholderValue } from "../values.ts";
import { type ConnectedCall, serverTimeoutMs } from "./call.ts";
import { endsConnection, isMysqlAnswer, mysqlFault } from "./mysql-fault.ts";
import { mysqlOptionsOf } from "./mysql-url.ts";
import { provesUndone, unproven, withUnconnected } from "./network-fault.ts";
import { type Connecting, type Connection, Pool } from "./pool.ts";
import { inRow } from "./row-fault.ts";
import { collectorOf, marksOf } from "./rows.ts";

interface MysqlConnection extends Connection {
  query(sql: string): Promise<unknown>;
  execute: mysql.Connection["execute"];
  /** Rejects when the connection fails. The driver emits that on the connection; a command without a callback never learns it. */
  lost: Promise<never>;
  mariadb: boolean;
  /** The time limits that the session has now. */
  timeoutMs: number;
}

const pool = new Pool<MysqlConnection>(connect);
export const closeMysql = () => pool.close();

/** A prepared statement with bound parameters, or one transaction of it per row, on a connection that the warm Lambda keeps. */
export async function runMysql(call: ConnectedCall<SqlAction>): Promise<unknown> {
  const { action, input, rows, signal } = call;
  mysqlOptionsOf(call.url, call.reference);
  const { text, placeholders } = compile(action.statement, "mysql");
  const valuesOf = (one: Input) =>
    placeholders.map((placeholder) => bindMysql(placeholder.type, placeholderValue(placeholder, one)));
  try {
    return await pool.use(call.url, call, async (connection) => {
      try {
        if (rows) return await runRows(connection, call, text, rows.map(valuesOf));
        await Promise.race([limitTime(connection, serverTimeoutMs(call)), connection.lost]);
        return await runStatement(connection, action, { sql: text, values: valuesOf(input) });
      } catch (error) {
        // The fault of a row is an answer too, and its transaction has been rolled back.
        if (!(error instanceof JobError) && (!isMysqlAnswer(error) || endsConnection(error))) connection.destroy();
        throw callsProcedure(action) ? unproven(mysqlFault)(error, call.reference) : error;
      }
    });
  } catch (error) {
    if (!provesUndone(error)) signal.throwIfAborted();
    throw withUnconnected(mysqlFault)(error, call.reference);
  }
}

/** One transaction. The driver prepares the statement once. */
async function runRows(connection: MysqlConnection, call: ConnectedCall<SqlAction>, sql: string, rows: Bound[][]) {
  const { action, reference } = call;
  const collected = collectorOf(action);
  const all: Written = { affected_rows: 0 };
  const ids: (number | string | null)[] = [];
  const ask = (text: string) => Promise.race([connection.query(text), connection.lost]);
  await ask("START TRANSACTION");
  try {
    for (const [i, values] of rows.entries()) {
      await Promise.race([limitTime(connection, serverTimeoutMs(call)), connection.lost]);
      // Not every storage engine undoes the rows before it.
      const one = (await runStatement(connection, action, { sql, values }, collected).catch((error: unknown) => {
        if (!isMysqlAnswer(error)) throw error;
        if (endsConnection(error)) connection.destroy();
        throw inRow(i, mysqlFault(error, reference), { isUndone: false });
      })) as Written;
      all.affected_rows += one.affected_rows;
      ids.push(one.insert_id ?? null);
      Object.assign(all, defined({ rows: one.rows, truncated: one.truncated, too_deep: one.too_deep }));
    }
    await ask("COMMIT");
  } catch (error) {
    // A connection that cannot be rolled back is destroyed, and the server rolls it back.
    await ask("ROLLBACK").catch(() => connection.destroy());
    throw error;
  }
  return { ...all, ...(ids.some((id) => id !== null) && { insert_ids: ids }) };
}

function connect(url: string): Connecting<MysqlConnection> {
  const options = mysqlOptionsOf(url, "");
  const socket = new Socket();
  const client = mysql.createConnection({
    ...options,
    // The socket is created here, so that it can be destroyed at any moment, even during the handshake.
    stream: () => socket.connect(options.port as number, options.host as string).setNoDelay(),
    multipleStatements: false,
    flags: ["-LOCAL_FILES"],
    charset: "utf8mb4",
    timezone: "Z",
    dateStrings: true,
    supportBigNumbers: true,
  });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => {});
  const connection: MysqlConnection = {
    broken: false,
    lost,
    mariadb: false,
    timeoutMs: 0,
    query: (sql) => promised((done) => client.query(sql, done)),
    execute: client.execute.bind(client) as mysql.Connection["execute"],
    ping: () => Promise.race([promised((done) => client.ping(done)), lost]),
    destroy() {
      connection.broken = true;
      socket.destroy();
    },
  };
  // An error of an idle connection, too, would end the process if there were no listener.
  client.on("error", fail);
  socket.on("close", () => fail({ code: "PROTOCOL_CONNECTION_LOST" }));
  guardEvents(socket, fail);
  return { connection, ready: Promise.race([prepareConnection(client, connection), lost]) };

  function fail(error: unknown) {
    reject(error);
    connection.destroy();
  }
}

const promised = (ask: (done: (error: unknown, rows?: unknown) => void) => void): Promise<unknown> =>
  new Promise((resolve, reject) => ask((error, rows) => (error ? reject(error) : resolve(rows))));

/** Results must not depend on the server's settings, and a value that does not fit is an error: it is never truncated. */
async function prepareConnection(client: mysql.Connection, connection: MysqlConnection): Promise<void> {
  await promised((done) => client.connect(done));
  const [{ version }] = (await connection.query("SELECT VERSION() AS version")) as [{ version: string }];
  connection.mariadb = /mariadb/i.test(version);
  await connection.query(
    "SET autocommit = 1, time_zone = '+00:00', sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
  );
}

async function limitTime(connection: MysqlConnection, ms: number): Promise<void> {
  if (connection.timeoutMs === ms) return;
  const limit = connection.mariadb ? `max_statement_time = ${ms / 1000}` : `max_execution_time = ${ms}`;
  await connection.query(`SET SESSION ${limit}, innodb_lock_wait_timeout = ${Math.max(1, Math.floor(ms / 1000))}`);
  connection.timeoutMs = ms;
}

type Bound = string | number | boolean | null | ReturnType<typeof mysql.TypedParameter.LONGLONG>;

/** Dates are UTC in MySQL's format, which has no time zone; arrays and objects are JSON. */
export function bindMysql(type: PlaceholderType, value: unknown): Bound {
  if (value === undefined || value === null) return null;
  if (type === "array" || type === "object") return JSON.stringify(value);
  if (type === "date") return isoOf(String(value)).replace("T", " ").replace("Z", "");
  // The driver sends a number as a double, which LIMIT refuses. A string would stay a string in JSON and in results.
  if (type === "integer") return mysql.TypedParameter.LONGLONG(value as number);
  return value as string | number | boolean;
}

interface Header {
  affectedRows: number;
  insertId: number | string;
}

/** The result of a statement that writes. */
interface Written {
  affected_rows: number;
  insert_id?: number | string;
  rows?: unknown[];
  truncated?: boolean;
  too_deep?: true;
}

interface Statement {
  sql: string;
  values: Bound[];
}

async function runStatement(
  connection: MysqlConnection,
  action: SqlAction,
  { sql, values }: Statement,
  collected = collectorOf(action),
) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let header: Header | undefined;
  let columns: Column[] = [];
  let count = 0;
  // Without a callback the query keeps no rows: those beyond the limit are read and dropped.
  const running = connection.execute(sql, values);
  running.on("fields", (fields: Column[] | undefined) => {
    columns = fields ?? [];
  });
  const take = (row: Header | Record<string, unknown>) => {
    if (columns.length === 0) {
      header ??= row as Header;
      return;
    }
    count++;
    collected.add(dated(row as Record<string, unknown>, columns));
  };
  // A query whose rows are not wanted any more goes on, so its connection is of no more use.
  const refuse = (error: unknown) => {
    reject(error);
    connection.destroy();
  };
  running.on("result", guarded(take, refuse));
  running.on("error", reject);
  running.on("end", () => resolve());
  await Promise.race([promise, connection.lost]);
  if (action.operation === "read" || action.operation === "aggregate") {
    return { rows: collected.rows, row_count: count, ...marksOf(collected) };
  }
  const insertId = Number(header?.insertId ?? 0) === 0 ? undefined : header?.insertId;
  return {
    affected_rows: header?.affectedRows ?? count,
    ...(insertId !== undefined && { insert_id: insertId }),
    ...(count > 0 && { rows: collected.rows, ...marksOf(collected) }),
  };
}

interface Column {
  name: string;
  columnType: number;
}

/** The session is in UTC, so a TIMESTAMP gets a `Z`. A DATETIME has no zone and gets none. */
function dated(row: Record<string, unknown>, columns: Column[]): Record<string, unknown> {
  const zones = new Map<number, string>([
    [mysql.Types.DATETIME, ""],
    [mysql.Types.TIMESTAMP, "Z"],
  ]);
  for (const { name, columnType } of columns) {
    const zone = zones.get(columnType);
    const text = row[name];
    if (zone !== undefined && typeof text === "string") row[name] = text.replace(" ", "T") + zone;
  }
  return row;
}
