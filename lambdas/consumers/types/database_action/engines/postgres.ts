import { Socket } from "node:net";
import pg from "pg";
import { parseExactly } from "../../../../core/schema/exact-json.ts";
import type { PlaceholderType } from "../placeholders.ts";
import { compile } from "../statement.ts";
import type { SqlAction } from "../target-sql.ts";
import { isoOf, lookUp } from "../values.ts";
import { type ConnectedCall, serverTimeoutMs } from "./call.ts";
import { wholeNumber } from "./json-safe.ts";
import { unreadableUrl } from "./network-fault.ts";
import { type Connecting, type Connection, Pool } from "./pool.ts";
import { endsConnection, isAnswer, postgresFault } from "./postgres-fault.ts";
import { collector } from "./rows.ts";

interface PostgresConnection extends Connection {
  client: pg.Client;
  /** The statement_timeout that the session has now. */
  timeoutMs: number;
}

const pool = new Pool<PostgresConnection>(connect);
export const closePostgres = () => pool.close();

/** One statement with bound parameters, on a connection that the warm Lambda keeps. */
export async function runPostgres(call: ConnectedCall<SqlAction>): Promise<unknown> {
  const { action, input, signal } = call;
  // pg accepts any string: as a host, or as a database of a server on this machine.
  if (!/^postgres(ql)?:\/\/[^/]/.test(call.url)) throw unreadableUrl(call.reference, urlForm);
  const { text, placeholders } = compile(action.statement, "postgres");
  const values = placeholders.map((placeholder) => bound(placeholder.type, lookUp(placeholder, input)));
  try {
    return await pool.use(call.url, call, async (connection) => {
      try {
        await limitTime(connection, serverTimeoutMs(call));
        return resultOf(action, await query(connection.client, text, values, action.max_rows));
      } catch (error) {
        if (!isAnswer(error) || endsConnection(error)) connection.destroy();
        throw error;
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    throw postgresFault(error, call.reference);
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
  return { connection, ready: client.connect().then(() => client.query(session)) };
}

async function limitTime(connection: PostgresConnection, ms: number): Promise<void> {
  if (connection.timeoutMs === ms) return;
  await connection.client.query(`SET statement_timeout = ${ms}`);
  connection.timeoutMs = ms;
}

/** Dates are ISO in UTC; arrays and objects are JSON, for json and jsonb columns and functions. */
export function bound(type: PlaceholderType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type === "array" || type === "object") return JSON.stringify(value);
  if (type === "date") return isoOf(String(value));
  return String(value);
}

function query(client: pg.Client, text: string, values: unknown[], maxRows: number | undefined) {
  const { rows, add, isTruncated } = collector(maxRows);
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
  // Without a callback the query keeps no rows: those beyond the limit are read and dropped.
  const running = client.query(
    new pg.Query({ text, values, types: { getTypeParser }, queryMode: "extended" } as never),
  );
  running.on("row", add);
  running.on("error", reject);
  running.on("end", resolve);
  return promise.then(({ rowCount, fields }) => ({
    rows,
    rowCount,
    returns: fields.length > 0,
    truncated: isTruncated(),
  }));
}

type Outcome = Awaited<ReturnType<typeof query>>;

function resultOf({ operation }: SqlAction, { rows, rowCount, returns, truncated }: Outcome) {
  if (operation === "read" || operation === "aggregate") return { rows, row_count: rowCount ?? rows.length, truncated };
  return { affected_rows: rowCount ?? 0, ...(returns && { rows, truncated }) };
}

const { INT8, NUMERIC, BYTEA, DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL, JSON: PLAIN_JSON, JSONB } = pg.types.builtins;
type Parser = (text: string) => unknown;
const asWritten: Parser = (text) => text;

/** The parser of each type. Types that are missing here are parsed by pg: bool becomes a boolean. */
const parsers: Record<number, Parser> = {
  [INT8]: (text) => wholeNumber(BigInt(text)),
  [NUMERIC]: asWritten,
  [BYTEA]: (text) => Buffer.from(text.slice(2), "hex").toString("base64"),
  // Kept as the server wrote them: a Date has only milliseconds, and turns a day into a moment in some time zone.
  [DATE]: asWritten,
  [TIMESTAMP]: (text) => text.replace(" ", "T"),
  [TIMESTAMPTZ]: (text) => text.replace(" ", "T").replace(/\+00$/, "Z"),
  [INTERVAL]: asWritten,
  [PLAIN_JSON]: parseExactly,
  [JSONB]: parseExactly,
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
