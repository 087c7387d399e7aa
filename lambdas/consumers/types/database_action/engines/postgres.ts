import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import pg from "pg";
import { JobError } from "../../../../core/job/job-error.ts";
import { parseExactly } from "../../../../core/kernel/exact-json.ts";
import { deepestNesting, isDeepJson } from "../../../../core/kernel/json-values.ts";
import { guarded, guardSocket } from "../../../clients/guarded.ts";
import type { PlaceholderType } from "../placeholders.ts";
import { compile } from "../statement.ts";
import { callsProcedure, type SqlAction } from "../target-sql.ts";
import { type Input, isoOf, placeholderValue } from "../values.ts";
import { type ConnectedCall, serverTimeoutMs } from "./call.ts";
import { deepJson, safeInteger } from "./json-safe.ts";
import { provesUndone, unproven, unreadableUrl, withUnconnected } from "./network-fault.ts";
import { type Connecting, type Connection, Pool } from "./pool.ts";
import { endsConnection, isPostgresAnswer, postgresFault } from "./postgres-fault.ts";
import { inRow } from "./row-fault.ts";
import { type Collector, collectorOf, marksOf } from "./rows.ts";

interface PostgresConnection extends Connection {
  client: pg.Client;
  /** The statement_timeout that the session has now. */
  timeoutMs: number;
}

const pool = new Pool<PostgresConnection>(connect);
export const closePostgres = () => pool.close();

/** A statement with bound parameters, or one transaction of a statement per row, on a connection that the warm Lambda keeps. */
export async function runPostgres(call: ConnectedCall<SqlAction>): Promise<unknown> {
  const { action, input, rows, signal } = call;
  // pg accepts any string: as a host, or as a database of a server on this machine.
  if (!/^postgres(ql)?:\/\/[^/]/.test(call.url)) throw unreadableUrl(call.reference, urlForm);
  const { text, placeholders } = compile(action.statement, "postgres");
  const valuesOf = (one: Input) =>
    placeholders.map((placeholder) => bindPostgres(placeholder.type, placeholderValue(placeholder, one)));
  try {
    return await pool.use(call.url, call, async (connection) => {
      try {
        if (rows) return await runRows(connection, call, text, rows.map(valuesOf));
        await limitTime(connection, serverTimeoutMs(call));
        return postgresResultOf(
          action,
          await queryPostgres(connection, { text, values: valuesOf(input) }, collectorOf(action)),
        );
      } catch (error) {
        // The fault of a row is an answer too, and its transaction has been rolled back.
        if (!(error instanceof JobError) && (!isPostgresAnswer(error) || endsConnection(error))) connection.destroy();
        // Within the transaction of a list no procedure can commit.
        throw !rows && callsProcedure(action) ? unproven(postgresFault)(error, call.reference) : error;
      }
    });
  } catch (error) {
    if (!provesUndone(error)) signal.throwIfAborted();
    throw withUnconnected(postgresFault)(error, call.reference);
  }
}

/**
 * One transaction. The statement is parsed once, under a name that is removed again: a proxy may give the next transaction
 * another connection to the server.
 */
async function runRows(
  connection: PostgresConnection,
  call: ConnectedCall<SqlAction>,
  text: string,
  rows: unknown[][],
): Promise<unknown> {
  const { client } = connection;
  const collected = collectorOf(call.action);
  const name = `rows_${crypto.randomUUID()}`;
  let affected = 0;
  let returns = false;
  await client.query("BEGIN");
  try {
    for (const [i, values] of rows.entries()) {
      await limitTime(connection, serverTimeoutMs(call));
      const done = await queryPostgres(connection, { name, text, values }, collected).catch((error: unknown) => {
        throw isPostgresAnswer(error) && !endsConnection(error)
          ? inRow(i, postgresFault(error, call.reference), { isUndone: true })
          : error;
      });
      affected += done.rowCount ?? 0;
      returns ||= done.returns;
    }
    await client.query(`DEALLOCATE "${name}"`);
    await client.query("COMMIT");
  } catch (error) {
    await rollBack(connection, name);
    throw error;
  }
  return postgresResultOf(call.action, { ...collectedResult(collected), rowCount: affected, returns });
}

/** A connection that cannot be rolled back is destroyed, and the server rolls it back. */
async function rollBack(connection: PostgresConnection, name: string): Promise<void> {
  // The session's settings are those of before the transaction again.
  connection.timeoutMs = 0;
  try {
    await connection.client.query("ROLLBACK");
    // Whether there is such a statement depends on what failed.
    await connection.client.query(`DEALLOCATE "${name}"`).catch(() => {});
  } catch {
    connection.destroy();
  }
}

const urlForm = "postgres://user:password@host:5432/database?sslmode=verify-full";

/** Results must not depend on the settings of a server or role. */
const session = "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex'";

function connect(url: string): Connecting<PostgresConnection> {
  const socket = new Socket();
  const client = new pg.Client({ connectionString: url, stream: () => socket, keepAlive: true });
  const connection: PostgresConnection = {
    client,
    timeoutMs: 0,
    broken: false,
    ping: () => client.query("SELECT 1"),
    destroy() {
      connection.broken = true;
      socket.destroy();
    },
  };
  // An error of an idle connection, too, would end the process if there were no listener.
  client.on("error", () => connection.destroy());
  client.on("end", () => connection.destroy());
  guardSocket(socket);
  const { connection: protocol } = client as unknown as { connection: EventEmitter & { stream: Socket } };
  // With TLS the server's answers arrive at another socket.
  protocol.on("sslconnect", () => guardSocket(protocol.stream));
  return { connection, ready: client.connect().then(() => client.query(session)) };
}

async function limitTime(connection: PostgresConnection, ms: number): Promise<void> {
  if (connection.timeoutMs === ms) return;
  await connection.client.query(`SET statement_timeout = ${ms}`);
  connection.timeoutMs = ms;
}

/** Dates are ISO in UTC; arrays and objects are JSON, for json and jsonb columns and functions. */
export function bindPostgres(type: PlaceholderType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type === "array" || type === "object") return JSON.stringify(value);
  if (type === "date") return isoOf(String(value));
  return String(value);
}

interface Statement {
  name?: string;
  text: string;
  values: unknown[];
}

function queryPostgres(connection: PostgresConnection, statement: Statement, collected: Collector) {
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
  // Without a callback the query keeps no rows: those beyond the limit are read and dropped.
  const running = connection.client.query(
    new pg.Query({ ...statement, types: { getTypeParser }, queryMode: "extended" } as never),
  );
  // A query whose rows are not wanted any more goes on, so its connection is of no more use.
  const refuse = (error: unknown) => {
    reject(error);
    connection.destroy();
  };
  running.on("row", guarded(collected.add, refuse));
  running.on("error", reject);
  running.on("end", resolve);
  return promise.then(({ rowCount, fields }) => ({
    ...collectedResult(collected),
    rowCount,
    returns: fields.length > 0,
  }));
}

const collectedResult = (collected: Collector) => ({ rows: collected.rows, ...marksOf(collected) });

type CollectedRows = Awaited<ReturnType<typeof queryPostgres>>;

function postgresResultOf({ operation }: SqlAction, { rows, rowCount, returns, ...marks }: CollectedRows) {
  if (operation === "read" || operation === "aggregate") return { rows, row_count: rowCount ?? rows.length, ...marks };
  return { affected_rows: rowCount ?? 0, ...(returns && { rows, ...marks }) };
}

const { INT8, NUMERIC, BYTEA, DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL, JSON: PLAIN_JSON, JSONB } = pg.types.builtins;
type Parser = (text: string) => unknown;
const asSent: Parser = (text) => text;
/** Shorter JSON cannot be nested too deeply. */
const parseJsonColumn: Parser = (text) =>
  text.length > 2 * deepestNesting && isDeepJson(Buffer.from(text)) ? deepJson : parseExactly(text);

/** The parser of each type. Types that are missing here are parsed by pg: bool becomes a boolean. */
const parsers: Record<number, Parser> = {
  [INT8]: (text) => safeInteger(BigInt(text)),
  [NUMERIC]: asSent,
  [BYTEA]: (text) => Buffer.from(text.slice(2), "hex").toString("base64"),
  // Kept as the server wrote them: a Date has only milliseconds, and turns a day into a moment in some time zone.
  [DATE]: asSent,
  [TIMESTAMP]: (text) => text.replace(" ", "T"),
  [TIMESTAMPTZ]: (text) => text.replace(" ", "T").replace(/\+00$/, "Z"),
  [INTERVAL]: asSent,
  [PLAIN_JSON]: parseJsonColumn,
  [JSONB]: parseJsonColumn,
};

/** The array type of each type of items (pg_type.typarray), because pg would parse the items of arrays differently. */
const arrays: [array: number, item: number][] = [
  [1016, INT8],
  [1231, NUMERIC],
  [1001, BYTEA],
  [1182, DATE],
  [1115, TIMESTAMP],
  [1185, TIMESTAMPTZ],
  [1187, INTERVAL],
  [199, PLAIN_JSON],
  [3807, JSONB],
];
const textArray = pg.types.getTypeParser(1009 as number, "text") as Parser;

for (const [array, item] of arrays) {
  const parse = parsers[item] as Parser;
  const each = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(each) : value === null ? null : parse(value as string);
  parsers[array] = (text) => each(textArray(text));
}

const getTypeParser = (oid: number) => parsers[oid] ?? pg.types.getTypeParser(oid, "text");
