import pg from "pg";
import { closePostgres } from "../../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { startPostgres } from "../../../support/databases/postgres.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
  await admin.query(`
    CREATE TABLE orders (id bigserial PRIMARY KEY, customer text UNIQUE, total int CHECK (total >= 0));
    CREATE TABLE lines (order_id bigint REFERENCES orders DEFERRABLE INITIALLY DEFERRED)`);
});
afterEach(async () => {
  await admin.query("TRUNCATE orders, lines RESTART IDENTITY");
});
afterAll(async () => {
  closePostgres();
  await admin?.end();
  await server?.stop();
});

const insert = "INSERT INTO orders (customer, total) VALUES ({{customer}}, {{total:integer}})";
const run = (data: object[], statement = insert, more: Partial<Asked> = {}) =>
  runAction({ engine: "postgres", url: server.url(), action: { operation: "create", statement }, data, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ customer: `customer ${i}`, total: i }));
const stored = async () =>
  (await admin.query("SELECT customer FROM orders ORDER BY id")).rows.map((row) => row.customer);
/** Waits until no transaction of another connection is open. */
const settled = () =>
  until(async () => {
    const open =
      "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'";
    return (await admin.query(open)).rows.length === 0;
  });

/** Holds the lock of a customer that is not committed while `work` runs. */
async function whileLocked(customer: string, work: () => Promise<void>): Promise<void> {
  await using gate = await startGate(server.port);
  const other = new pg.Client({ connectionString: server.url(gate.port) });
  await other.connect();
  await other.query("BEGIN");
  await other.query("INSERT INTO orders (customer) VALUES ($1)", [customer]);
  try {
    await work();
  } finally {
    await other.query("ROLLBACK");
    await other.end();
  }
}
const waiting = () =>
  until(
    async () => (await admin.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).rows.length > 0,
  );

describe("a list of rows in PostgreSQL", () => {
  it.each([1, 101, 1000])("of %d is written in one transaction", async (count) => {
    expect(await run(rows(count))).toEqual({ affected_rows: count });
    expect(await stored()).toEqual(rows(count).map(({ customer }) => customer));
    const transactions = await admin.query("SELECT count(DISTINCT xmin::text) AS n FROM orders");
    expect(transactions.rows).toEqual([{ n: "1" }]);
  });

  it("returns the rows of its statements, up to the limit of a result", async () => {
    const returning = `${insert} RETURNING id, customer`;
    expect(await run(rows(2), returning)).toEqual({
      affected_rows: 2,
      rows: [
        { id: 1, customer: "customer 0" },
        { id: 2, customer: "customer 1" },
      ],
      truncated: false,
    });
    await admin.query("DELETE FROM orders");
    const action = { operation: "create", statement: returning, max_rows: 3 };
    expect(await run(rows(5), "", { action })).toMatchObject({
      affected_rows: 5,
      rows: { length: 3 },
      truncated: true,
    });
  });

  it("updates and deletes by row, with one filter for all", async () => {
    await run(rows(5));
    const update =
      "UPDATE orders SET total = {{total:integer}} WHERE customer = {{customer}} AND total > {{filter.above:integer}}";
    const action = { operation: "update", statement: update };
    const data = [0, 3, 4].map((i) => ({ customer: `customer ${i}`, total: 50 }));
    expect(await run(data, "", { action, filter: { above: 0 } })).toEqual({ affected_rows: 2 });
    const remove = { operation: "delete", statement: "DELETE FROM orders WHERE customer = {{customer}}" };
    expect(await run(data, "", { action: remove })).toEqual({ affected_rows: 3 });
  });

  it("leaves nothing if its last row fails, says which that is, and keeps the connection", async () => {
    const pid = () =>
      runAction({
        engine: "postgres",
        url: server.url(),
        action: { operation: "read", statement: "SELECT pg_backend_pid()" },
      });
    const before = await pid();
    const secret = "4242-secret";
    const data = [...rows(100), { customer: secret, total: -1 }];
    const failure = await failureOf(run(data));
    expect(failure).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
      providerCode: "23514",
      message: expect.stringMatching(/^In row 100: PostgreSQL: .*SQLSTATE 23514/),
    });
    expect((failure as Error).message).not.toContain(secret);
    expect(await stored()).toEqual([]);
    expect(await pid()).toEqual(before);
    expect(await run(rows(2))).toEqual({ affected_rows: 2 });
    expect((await admin.query("SELECT name FROM pg_prepared_statements")).rows).toEqual([]);
  });

  it("leaves nothing if only the commit fails, which is no row's fault", async () => {
    const failure = await failureOf(run([{ order: 7 }], "INSERT INTO lines VALUES ({{order:integer}})"));
    expect(failure).toMatchObject({
      code: "VALIDATION_ERROR",
      providerCode: "23503",
      message: expect.stringMatching(/^PostgreSQL/),
    });
    expect((await admin.query("SELECT 1 FROM lines")).rows).toEqual([]);
  });

  it("leaves nothing on the server's own timeout in the middle, and the next statement has its own limit", async () => {
    await whileLocked("customer 2", async () => {
      const failure = await failureOf(run(rows(5), insert, { timeoutMs: 500 }));
      expect(failure).toMatchObject({ code: "TIMEOUT", message: expect.stringMatching(/^In row 2: /) });
    });
    await settled();
    expect(await stored()).toEqual([]);
    expect(await run([{ customer: "slow", total: 1 }], `${insert} RETURNING pg_sleep(0.6)::text`)).toMatchObject({
      affected_rows: 1,
    });
  });

  it("leaves nothing if the job times out in the middle", async () => {
    const job = new AbortController();
    await whileLocked("customer 2", async () => {
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
    const through = { url: server.url(gate.port) };
    await whileLocked("customer 2", async () => {
      const running = failureOf(run(rows(5), insert, through));
      await waiting();
      gate.reset();
      expect(await running).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    });
    await settled();
    expect(await stored()).toEqual([]);
    expect(await run(rows(5), insert, through)).toEqual({ affected_rows: 5 });
    expect(await stored()).toHaveLength(5);
    closePostgres();
  });

  it("is one value where the action takes the list as a whole", async () => {
    const whole = `INSERT INTO orders (customer, total)
      SELECT customer, total FROM jsonb_to_recordset({{data:array}}::jsonb) AS row (customer text, total int)`;
    expect(await run(rows(3), whole)).toEqual({ affected_rows: 3 });
    const failure = await failureOf(run([...rows(1), { customer: "x", total: -1 }], whole));
    expect((failure as Error).message).toMatch(/^PostgreSQL/);
  });
});
