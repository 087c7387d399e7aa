import mysql from "mysql2/promise";
import { closeMysql } from "../../../../lambdas/consumers/types/database_action/engines/mysql.ts";
import { mariadb, startMysql } from "../../../support/databases/mysql.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { describeWith } from "../../../support/servers.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

let server: Awaited<ReturnType<typeof startMysql>>;
let admin: mysql.Connection;

const url = (port = server.port) => server.url(port, "root", "", "shop");
const insert = "INSERT INTO orders (customer, total) VALUES ({{customer}}, {{total:integer}})";
const run = (data: object[], statement = insert, more: Partial<Asked> = {}) =>
  runAction({ engine: "mysql", url: url(), action: { operation: "create", statement }, data, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ customer: `customer ${i}`, total: i }));
const stored = async () => {
  const [found] = await admin.query("SELECT customer FROM orders ORDER BY id");
  return (found as { customer: string }[]).map(({ customer }) => customer);
};

/** Holds the lock of a customer that is not committed while `work` runs. */
async function whileLocked(customer: string, work: () => Promise<void>): Promise<void> {
  const other = await mysql.createConnection({ uri: url() });
  await other.query("START TRANSACTION");
  await other.query("INSERT INTO orders (customer) VALUES (?)", [customer]);
  try {
    await work();
  } finally {
    await other.query("ROLLBACK");
    await other.end();
  }
}
const count = async (sql: string) => ((await admin.query(sql))[0] as unknown[]).length;
const waiting = () =>
  until(
    async () =>
      (await count("SHOW GLOBAL STATUS WHERE Variable_name = 'Innodb_row_lock_current_waits' AND Value > 0")) > 0,
  );
/** Waits for the locks of every row, which a transaction that is rolled back releases. */
const settled = () => admin.query("SELECT 1 FROM orders FOR UPDATE");

describeWith(
  "MariaDB",
  mariadb,
  "test/support/databases/install.sh",
)("a list of rows in MySQL", () => {
  beforeAll(async () => {
    server = await startMysql();
    admin = await mysql.createConnection({ uri: server.url(), multipleStatements: true });
    await admin.query(`CREATE DATABASE shop; USE shop; CREATE TABLE orders (
      id bigint AUTO_INCREMENT PRIMARY KEY, customer varchar(64) UNIQUE, total int CHECK (total >= 0))`);
  });
  afterEach(async () => {
    await admin.query("DELETE FROM orders; ALTER TABLE orders AUTO_INCREMENT = 1");
  });
  afterAll(async () => {
    closeMysql();
    await admin?.end();
    await server?.stop();
  });

  it.each([1, 101])("of %d is written, with the id of each row", async (many) => {
    const ids = Array.from({ length: many }, (_, i) => i + 1);
    expect(await run(rows(many))).toEqual({ affected_rows: many, insert_ids: ids });
    expect(await stored()).toEqual(rows(many).map(({ customer }) => customer));
  });

  it("returns the rows of its statements, up to the limit of a result", async () => {
    const action = { operation: "create", statement: `${insert} RETURNING id`, max_rows: 2 };
    expect(await run(rows(3), "", { action })).toEqual({
      affected_rows: 3,
      rows: [{ id: 1 }, { id: 2 }],
      truncated: true,
    });
  });

  it("is prepared once, and updates with one filter for all", async () => {
    await run(rows(5));
    const prepared = async () => {
      const [[row]] = (await admin.query("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'")) as unknown as [
        [{ Value: string }],
      ];
      return Number(row.Value);
    };
    const before = await prepared();
    const update =
      "UPDATE orders SET total = {{total:integer}} WHERE customer = {{customer}} AND total > {{filter.above:integer}}";
    const data = [0, 3, 4].map((i) => ({ customer: `customer ${i}`, total: 50 }));
    const action = { operation: "update", statement: update };
    expect(await run(data, "", { action, filter: { above: 0 } })).toEqual({ affected_rows: 2 });
    expect((await prepared()) - before).toBe(1);
  });

  it("leaves nothing if its last row fails, says which that is, and the connection stays usable", async () => {
    const secret = "4242-secret";
    const failure = await failureOf(run([...rows(100), { customer: secret, total: -1 }]));
    expect(failure).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
      message: expect.stringMatching(/^In row 100: MySQL: /),
    });
    expect((failure as Error).message).not.toContain(secret);
    expect(await stored()).toEqual([]);
    expect(await run(rows(2))).toMatchObject({ affected_rows: 2 });
    const single = { customer: "later", total: 1 };
    await runAction({ engine: "mysql", url: url(), action: { operation: "create", statement: insert }, data: single });
    expect(await stored()).toHaveLength(3);
  });

  it("leaves nothing on a timeout in the middle, of the server or of the job", async () => {
    const job = new AbortController();
    await whileLocked("customer 2", async () => {
      const failure = await failureOf(run(rows(5), insert, { timeoutMs: 500 }));
      expect(failure).toMatchObject({ retryable: true, message: expect.stringMatching(/^In row 2: /) });
      const running = failureOf(run(rows(5), insert, { signal: job.signal }));
      await waiting();
      job.abort(new Error("the job's timeout"));
      expect(await running).toBe(job.signal.reason);
    });
    await settled();
    expect(await stored()).toEqual([]);
  });

  it("is written once by the attempt after one whose connection was lost", async () => {
    await using gate = await startGate(server.port);
    await whileLocked("customer 2", async () => {
      const running = failureOf(run(rows(5), insert, { url: url(gate.port) }));
      await waiting();
      gate.reset();
      expect(await running).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    });
    await settled();
    expect(await stored()).toEqual([]);
    expect(await run(rows(5), insert, { url: url(gate.port) })).toMatchObject({ affected_rows: 5 });
    expect(await stored()).toHaveLength(5);
    closeMysql();
  });
});
