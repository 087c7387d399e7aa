import mysql from "mysql2/promise";
import { closeMysql } from "../../../../lambdas/consumers/types/database_action/engines/mysql.ts";
import { mariadb, startMysql } from "../../../support/databases/mysql.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { startSilentServer } from "../../../support/databases/silent-server.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { describeWith } from "../../../support/servers.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

let server: Awaited<ReturnType<typeof startMysql>>;
let admin: mysql.Connection;

const url = (port = server.port) => server.url(port, "root", "", "shop");
const run = (operation: string, statement: string, data = {}, more: Partial<Asked> = {}) =>
  runAction({ engine: "mysql", url: url(), action: { operation, statement }, data, ...more });
const insert = "INSERT INTO orders (customer, total) VALUES ('{{customer:string:1:200}}', {{total:float}})";

describeWith(
  "MariaDB",
  mariadb,
  "test/support/databases/install.sh",
)("a MySQL database", () => {
  beforeAll(async () => {
    server = await startMysql();
    admin = await mysql.createConnection({ uri: server.url(), multipleStatements: true });
    await admin.query(`CREATE DATABASE shop; USE shop;
      CREATE TABLE orders (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer varchar(64) CHARACTER SET utf8mb4 NOT NULL, total decimal(12, 2), note varchar(64) UNIQUE,
        extra json, due timestamp NULL, local datetime(3), day date, paid boolean, raw blob, CONSTRAINT positive CHECK (total >= 0));
      CREATE TABLE order_lines (order_id bigint, CONSTRAINT of_order FOREIGN KEY (order_id) REFERENCES orders (id));
      CREATE USER reader IDENTIFIED BY 'reader'; GRANT SELECT ON shop.order_lines TO reader;
      CREATE PROCEDURE fail(state varchar(5)) BEGIN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'secret'; END`);
  });
  afterEach(async () => {
    await admin.query("DELETE FROM order_lines; DELETE FROM orders; ALTER TABLE orders AUTO_INCREMENT = 1");
  });
  afterAll(async () => {
    closeMysql();
    await admin?.end();
    await server?.stop();
  });

  it("creates, reads, updates, aggregates and deletes", async () => {
    expect(await run("create", insert, { customer: "Ann", total: 5.5 })).toEqual({ affected_rows: 1, insert_id: 1 });
    await run("create", insert, { customer: "Bob", total: 1 });
    const read = "SELECT id, customer, total FROM orders WHERE id = {{filter.id:integer}} LIMIT {{n:integer}}";
    expect(await run("read", read, { n: 1 }, { filter: { id: 1 } })).toEqual({
      rows: [{ id: 1, customer: "Ann", total: "5.50" }],
      row_count: 1,
      truncated: false,
    });
    const update = "UPDATE orders SET total = {{total:float}} WHERE customer IN ('{{a:string}}', '{{b:string}}')";
    expect(await run("update", update, { total: 9, a: "Ann", b: "Bob" })).toEqual({ affected_rows: 2 });
    expect(await run("aggregate", "SELECT count(*) AS n, sum(total) AS total FROM orders")).toMatchObject({
      rows: [{ n: 2, total: "18.00" }],
    });
    expect(
      await run("delete", "DELETE FROM orders WHERE customer = '{{a:string}}' RETURNING id", { a: "Ann" }),
    ).toMatchObject({
      rows: [{ id: 1 }],
    });
  });

  it("commits its writes on a server whose sessions begin without autocommit", async () => {
    await admin.query("SET GLOBAL autocommit = 0");
    try {
      closeMysql();
      await run("create", insert, { customer: "Ann", total: 1 });
      closeMysql();
      expect(await run("read", "SELECT customer FROM orders")).toMatchObject({ rows: [{ customer: "Ann" }] });
    } finally {
      closeMysql();
      await admin.query("SET GLOBAL autocommit = 1");
    }
  });

  it("binds every type, and returns each in one form, whatever the server's time zone and modes", async () => {
    const statement = `INSERT INTO orders (customer, extra, due, local, day, paid, note, raw) VALUES
      ('{{id:uuid}}', '{{extra:object}}', '{{due:date}}', '{{due:date}}', '{{day:date}}', {{paid:boolean}}, {{note?:string}}, x'00ff')`;
    const data = {
      id: "018f4e2a-7b1c-7def-8123-0123456789ab",
      extra: { a: [1, "'\\\u{1f600}"] },
      due: "2030-06-01T10:00:00+02:00",
      day: "2030-06-01",
      paid: true,
    };
    await run("create", statement, data);
    expect(await run("read", "SELECT *, 9007199254740993 AS big FROM orders")).toMatchObject({
      rows: [
        {
          customer: data.id,
          extra: data.extra,
          due: "2030-06-01T08:00:00Z",
          local: "2030-06-01T08:00:00",
          day: "2030-06-01",
          paid: 1,
          note: null,
          raw: "AP8=",
          big: "9007199254740993",
        },
      ],
    });
  });

  it("binds integers as integers, wherever they stand, to the last digit", async () => {
    const statement = `SELECT {{n:integer}} AS n, JSON_OBJECT('n', {{n:integer}}) AS object, {{n:integer}} % 2 AS odd,
      {{text:string}} AS text, 7 / {{seven:integer}} AS one LIMIT {{limit:integer}} OFFSET {{offset:integer}}`;
    const n = Number.MAX_SAFE_INTEGER;
    expect(await run("read", statement, { n, text: "5", seven: 7, limit: 1, offset: 0 })).toMatchObject({
      rows: [{ n, object: { n }, odd: 1, text: "5", one: "1.0000" }],
    });
    await run("create", insert, { customer: "Ann", total: 1 });
    expect(await run("read", "SELECT customer FROM orders WHERE id = {{id:integer}}", { id: 1 })).toMatchObject({
      row_count: 1,
    });
  });

  it("returns integers in JSON to the last digit", async () => {
    await run("create", insert, { customer: "Ann", total: 1 });
    await admin.query('UPDATE orders SET extra = \'{"id": 9007199254740993, "few": [1, 2.5]}\'');
    expect(await run("read", "SELECT extra FROM orders")).toMatchObject({
      rows: [{ extra: { id: "9007199254740993", few: [1, 2.5] } }],
    });
  });

  it("concatenates strings as the fault for a placeholder inside a longer string advises", async () => {
    await run("create", insert, { customer: "Annabel", total: 1 });
    const like = "SELECT customer FROM orders WHERE customer LIKE concat('%', {{part}}, '%')";
    expect(await run("read", like, { part: "nab" })).toMatchObject({ row_count: 1 });
  });

  it.each([
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    "\\'; DROP TABLE orders; #",
    "?",
    "{{total:float}}",
    "\u02bc OR 1",
  ])("stores hostile strings unchanged: %s", async (customer) => {
    await run("create", insert, { customer, total: 1 });
    const [rows] = await admin.query("SELECT customer FROM orders");
    expect(rows).toEqual([{ customer }]);
  });

  it("keeps what fits of a large result, says so, and keeps its connection", async () => {
    const many = "SELECT seq, repeat('x', 100) AS x FROM seq_1_to_50000";
    expect(await run("read", many)).toMatchObject({ row_count: 50_000, truncated: true, rows: { length: 1000 } });
  });

  it.each<[string, string, string, boolean, RegExp]>([
    [
      "a duplicate of a unique value",
      "INSERT INTO orders (customer, note) VALUES ('a', 'secret'), ('b', 'secret')",
      "VALIDATION_ERROR",
      false,
      /key note/,
    ],
    ["a missing value", "INSERT INTO orders (customer) VALUES (NULL)", "VALIDATION_ERROR", false, /required/],
    ["a check", "INSERT INTO orders (customer, total) VALUES ('secret', -1)", "VALIDATION_ERROR", false, /check/],
    ["a foreign key", "INSERT INTO order_lines VALUES (77)", "VALIDATION_ERROR", false, /constraint of_order/],
    [
      "a value that is too long",
      "INSERT INTO orders (customer) VALUES (repeat('secret', 99))",
      "VALIDATION_ERROR",
      false,
      /fit/,
    ],
    ["a value that is not a number", "INSERT INTO order_lines VALUES ('secret')", "VALIDATION_ERROR", false, /fit/],
    ["an unknown table", "INSERT INTO secrets VALUES (1)", "CONFIGURATION_ERROR", false, /1146/],
    ["a syntax error", "INSERT INTO orders secret", "CONFIGURATION_ERROR", false, /1064/],
    ["a deadlock", "CALL fail('40001')", "SERVICE_UNAVAILABLE", true, /1213/],
  ])("fails with %s", async (_what, statement, code, retryable, message) => {
    const failure = (await failureOf(run("create", statement))) as Error;
    expect(failure).toMatchObject({ name: "JobError", code, retryable, message: expect.stringMatching(message) });
    expect(failure.message).not.toMatch(/secret|INSERT/);
    expect(failure.cause).toBeUndefined();
  });

  it("fails on refused or missing credentials, a user without rights, and a server that does not exist", async () => {
    const failWith = (connection: string | undefined) =>
      failureOf(
        runAction({
          engine: "mysql",
          ...(connection && { url: connection }),
          action: { operation: "read", statement: "SELECT * FROM orders" },
        }),
      );
    expect(await failWith(server.url(server.port, "root", "wrong", "shop"))).toMatchObject({ code: "UNAUTHORIZED" });
    expect(await failWith(server.url(server.port, "reader", "reader", "shop"))).toMatchObject({ code: "FORBIDDEN" });
    expect(await failWith(server.url(server.port, "root", "", "nope"))).toMatchObject({ code: "CONFIGURATION_ERROR" });
    expect(await failWith(`${url()}?ssl-mode=VERIFY_IDENTITY`)).toMatchObject({ code: "CONFIGURATION_ERROR" });
    expect(await failWith(url(1))).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    for (const wrong of [
      undefined,
      "hunter2",
      "https://user:hunter2@host/db",
      "mysql://u:hunter2@host",
      `${url()}?ssl-mode=hunter2`,
    ]) {
      const failure = (await failWith(wrong)) as Error;
      expect(failure).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringContaining('secret("shop/db#url")'),
      });
      expect(failure.message).not.toContain("hunter2");
    }
  });

  it("fails on a statement that takes too long, which the server itself aborts", async () => {
    const slow = run("read", "SELECT count(*) FROM seq_1_to_100000 a, seq_1_to_100000 b", {}, { timeoutMs: 400 });
    expect(await failureOf(slow)).toMatchObject({ code: "TIMEOUT", retryable: true });
    expect(await run("read", "SELECT 1 AS one")).toMatchObject({ rows: [{ one: 1 }] });
  });

  it("keeps and reuses its connections", async () => {
    const id = "SELECT connection_id() AS id";
    const first = await run("read", id);
    expect(await run("read", id)).toEqual(first);
    const results = await Promise.all(Array.from({ length: 12 }, () => run("read", id)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBeLessThanOrEqual(4);
  });

  it("replaces connections that were reset, ended or hung until the job's timeout", async () => {
    const gate = await startGate(server.port);
    const through = { url: url(gate.port) };
    const one = () => run("read", "SELECT 1 AS one", {}, through);
    await one();
    gate.reset();
    const soon = await one().catch((error: unknown) => error);
    if (soon instanceof Error) expect(soon).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    const [row] = ((await run("read", "SELECT connection_id() AS id", {}, through)) as { rows: { id: number }[] }).rows;
    await admin.query(`KILL ${row?.id}`);
    const killed = await one().catch((error: unknown) => error);
    if (killed instanceof Error) expect(killed).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    expect(await one()).toMatchObject({ rows: [{ one: 1 }] });
    gate.hang(true);
    const job = new AbortController();
    const hanging = failureOf(run("read", "SELECT 1", {}, { ...through, signal: job.signal }));
    await new Promise(setImmediate);
    job.abort(new Error("the job's timeout"));
    expect(await hanging).toBe(job.signal.reason);
    gate.hang(false);
    expect(await one()).toMatchObject({ rows: [{ one: 1 }] });
    await gate.stop();
  });

  it("gives up on a server that accepts and never answers", async () => {
    const silent = await startSilentServer();
    const clock = fakeClock();
    const failing = failureOf(run("read", "SELECT 1", {}, { url: url(silent.port), clock }));
    await silent.accepted;
    await clock.advance(10_000);
    expect(await failing).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    await until(() => silent.open() === 0);
    await silent.stop();
  });
});
