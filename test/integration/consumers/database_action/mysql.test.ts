import mysql from "mysql2/promise";
import { closeMysql } from "../../../../lambdas/consumers/types/database_action/engines/mysql.ts";
import { type Dialect, describeSql, type SqlUnderTest } from "../../../support/databases/describe-sql.ts";
import { mariadb, startMysql } from "../../../support/databases/mysql.ts";
import { failureOf } from "../../../support/databases/run-action.ts";

async function start(): Promise<SqlUnderTest> {
  const server = await startMysql();
  const url = (port = server.port, user = "root", password = "", database = "shop") =>
    server.url(port, user, password, database);
  const owner = await mysql.createConnection({ uri: server.url(), multipleStatements: true });
  await owner.query("CREATE DATABASE shop; USE shop");
  return {
    port: server.port,
    url,
    query: async (sql) => (await owner.query(sql))[0] as mysql.RowDataPacket[],
    session: () => mysql.createConnection({ uri: url() }),
    async stop() {
      await owner.end();
      await server.stop();
    },
  };
}

const dialect: Dialect = {
  engine: "mysql",
  name: "MySQL",
  program: ["MariaDB", mariadb, "test/support/databases/install.sh"],
  start,
  close: closeMysql,
  tables: `CREATE TABLE orders (
      id bigint AUTO_INCREMENT PRIMARY KEY, customer varchar(64) CHARACTER SET utf8mb4 NOT NULL, total decimal(12, 2), note varchar(64) UNIQUE,
      extra json, due timestamp NULL, local datetime(3), day date, paid boolean, raw blob, CONSTRAINT positive CHECK (total >= 0));
    CREATE TABLE order_lines (order_id bigint, CONSTRAINT of_order FOREIGN KEY (order_id) REFERENCES orders (id));
    CREATE USER reader IDENTIFIED BY 'reader'; GRANT SELECT ON shop.order_lines TO reader;
    CREATE PROCEDURE fail(state varchar(5)) BEGIN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'secret'; END;
    CREATE PROCEDURE write_then_fail(error int) BEGIN
      INSERT INTO orders (customer) VALUES ('Ann'); COMMIT;
      SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = error;
    END;
    CREATE TABLE kept (n int) ENGINE = MyISAM;
    CREATE FUNCTION refused(n int) RETURNS int DETERMINISTIC BEGIN
      IF n = 1 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290; END IF; RETURN n;
    END`,
  empty: "DELETE FROM kept; DELETE FROM order_lines; DELETE FROM orders; ALTER TABLE orders AUTO_INCREMENT = 1",
  ids: (count) => ({ insert_ids: Array.from({ length: count }, (_, i) => i + 1) }),
  contains: "customer LIKE concat('%', {{part}}, '%')",
  many: "SELECT seq, repeat('x', 100) AS x FROM seq_1_to_50000",
  slow: "SELECT count(*) FROM seq_1_to_100000 a, seq_1_to_100000 b",
  connection: "SELECT connection_id() AS id",
  end: (id) => `KILL ${id}`,
  waits: "SHOW GLOBAL STATUS WHERE Variable_name = 'Innodb_row_lock_current_waits' AND Value > 0",
  settled: (server) => server.query("SELECT 1 FROM orders FOR UPDATE"),
  hostile: [
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    "\\'; DROP TABLE orders; #",
    "?",
    "{{total:float}}",
    "\u02bc OR 1",
  ],
  faults: [
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
  ],
  wrong: (url) => ["mysql://u:hunter2@host", `${url}?ssl-mode=hunter2`],
  verified: "?ssl-mode=VERIFY_IDENTITY",
};

describeSql(dialect, ({ server, run }) => {
  const insert = "INSERT INTO orders (customer, total) VALUES ({{customer}}, {{total:float}})";

  it("returns the id of a row that it creates", async () => {
    expect(await run("create", insert, { customer: "Ann", total: 1 })).toEqual({ affected_rows: 1, insert_id: 1 });
  });

  it("commits its writes though the server begins sessions without autocommit", async () => {
    await server().query("SET GLOBAL autocommit = 0");
    try {
      closeMysql();
      await run("create", insert, { customer: "Ann", total: 1 });
      closeMysql();
      expect(await run("read", "SELECT customer FROM orders")).toMatchObject({ rows: [{ customer: "Ann" }] });
    } finally {
      closeMysql();
      await server().query("SET GLOBAL autocommit = 1");
    }
  });

  it("binds every type, whatever the server's time zone and modes", async () => {
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

  it("binds integers as integers, to the last digit", async () => {
    const statement = `SELECT {{n:integer}} AS n, JSON_OBJECT('n', {{n:integer}}) AS object, {{n:integer}} % 2 AS odd,
      {{text:string}} AS text, 7 / {{seven:integer}} AS one LIMIT {{limit:integer}} OFFSET {{offset:integer}}`;
    const n = Number.MAX_SAFE_INTEGER;
    expect(await run("read", statement, { n, text: "5", seven: 7, limit: 1, offset: 0 })).toMatchObject({
      rows: [{ n, object: { n }, odd: 1, text: "5", one: "1.0000" }],
    });
  });

  it("returns integers in JSON to the last digit", async () => {
    await run("create", insert, { customer: "Ann", total: 1 });
    await server().query('UPDATE orders SET extra = \'{"id": 9007199254740993, "few": [1, 2.5]}\'');
    expect(await run("read", "SELECT extra FROM orders")).toMatchObject({
      rows: [{ extra: { id: "9007199254740993", few: [1, 2.5] } }],
    });
  });

  it.each([
    [1142, "FORBIDDEN"],
    [1290, "SERVICE_UNAVAILABLE"],
  ])("takes error %i of a procedure, which has committed, as no proof that nothing was done", async (error, code) => {
    const call = "/* all at once */ CALL write_then_fail({{error:integer}})";
    expect(await failureOf(run("create", call, { error }))).toMatchObject({ code, nothingDone: false });
    expect(await failureOf(run("create", call, [{ error }]))).toMatchObject({ code, nothingDone: false });
    expect(await run("read", "SELECT count(*) AS n FROM orders")).toMatchObject({ rows: [{ n: 2 }] });
  });

  it("names a later row at which the server became read-only, and knows that rows before it may stay", async () => {
    const rows = [{ n: 0 }, { n: 1 }];
    expect(await failureOf(run("create", "INSERT INTO kept VALUES (refused({{n:integer}}))", rows))).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      nothingDone: false,
      message: expect.stringMatching(/^In row 1: /),
    });
    expect(await run("read", "SELECT n FROM kept")).toMatchObject({ rows: [{ n: 0 }] });
  });

  it("prepares the statement of a list once", async () => {
    const prepared = async () => Number((await server().query("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'"))[0]?.Value);
    const before = await prepared();
    const data = [0, 3, 4].map((i) => ({ customer: `customer ${i}`, total: 50 }));
    expect(await run("create", insert, data)).toMatchObject({ affected_rows: 3 });
    expect((await prepared()) - before).toBe(1);
  });
});
