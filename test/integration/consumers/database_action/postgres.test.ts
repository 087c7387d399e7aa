import pg from "pg";
import { closePostgres } from "../../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { expectShape, shapesIn } from "../../../support/catalog-pages.ts";
import { type Dialect, describeSql, type SqlUnderTest } from "../../../support/databases/describe-sql.ts";
import { startPostgres } from "../../../support/databases/postgres.ts";
import { failureOf } from "../../../support/databases/run-action.ts";
import { until } from "../../../support/until.ts";

async function start(): Promise<SqlUnderTest> {
  const server = await startPostgres();
  const session = async () => {
    const client = new pg.Client({ connectionString: server.url() });
    await client.connect();
    return client;
  };
  const owner = await session();
  return {
    ...server,
    query: async (sql) => (await owner.query(sql)).rows,
    session,
    async stop() {
      await owner.end();
      await server.stop();
    },
  };
}

/** The sessions of clients, but for this one. */
const others = "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";

const dialect: Dialect = {
  engine: "postgres",
  name: "PostgreSQL",
  start,
  close: closePostgres,
  tables: `CREATE TABLE orders (
      id bigserial PRIMARY KEY, customer text NOT NULL, total numeric(12, 2) CHECK (total >= 0), note text UNIQUE,
      extra jsonb, due timestamptz, day date, local timestamp, paid boolean, raw bytea);
    CREATE TABLE order_lines (order_id bigint REFERENCES orders DEFERRABLE);
    CREATE ROLE reader LOGIN PASSWORD 'reader';
    CREATE FUNCTION fail(code text) RETURNS int LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = code; END $$;
    CREATE PROCEDURE write_then_fail(code text) LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO orders (customer) VALUES ('Ann'); COMMIT; PERFORM fail(code); END $$;
    CREATE PROCEDURE write_and_fail(code text) LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO orders (customer) VALUES ('Ann'); PERFORM fail(code); END $$`,
  empty: "TRUNCATE orders, order_lines RESTART IDENTITY",
  ids: () => ({}),
  contains: "customer LIKE '%' || {{part}}::text || '%'",
  many: "SELECT i, repeat('x', 100) AS x FROM generate_series(1, 50000) i",
  slow: "SELECT pg_sleep(60)",
  connection: "SELECT pg_backend_pid() AS id, pg_sleep(0.01)",
  end: (id) => `SELECT pg_terminate_backend(${id})`,
  waits: "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
  settled: ({ query }) => until(async () => (await query(`${others} AND xact_start IS NOT NULL`)).length === 0),
  hostile: [
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    "\\'; DROP TABLE orders; --",
    "$1",
    "'); DELETE FROM order_lines; --",
    "{{total:float}}",
    "\u02bc; DROP TABLE orders",
  ],
  faults: [
    [
      "a duplicate of a unique value",
      "INSERT INTO orders (customer, note) VALUES ('a', 'secret'), ('b', 'secret')",
      "VALIDATION_ERROR",
      false,
      /constraint orders_note_key/,
    ],
    ["a missing value", "INSERT INTO orders (note) VALUES ('secret')", "VALIDATION_ERROR", false, /column customer/],
    ["a check", "INSERT INTO orders (customer, total) VALUES ('secret', -1)", "VALIDATION_ERROR", false, /check/],
    ["a foreign key", "INSERT INTO order_lines VALUES (77)", "VALIDATION_ERROR", false, /order_lines_order_id_fkey/],
    ["a value that is not a number", "INSERT INTO order_lines VALUES ('secret')", "VALIDATION_ERROR", false, /22P02/],
    ["an unknown table", "INSERT INTO secrets VALUES (1)", "CONFIGURATION_ERROR", false, /42P01/],
    ["a syntax error", "INSERT INTO orders secret", "CONFIGURATION_ERROR", false, /42601/],
    ["a conflict", "WITH x AS (SELECT fail('40001')) SELECT * FROM x", "SERVICE_UNAVAILABLE", true, /40001/],
    ["a deadlock", "WITH x AS (SELECT fail('40P01')) SELECT * FROM x", "SERVICE_UNAVAILABLE", true, /40P01/],
  ],
  wrong: () => ["postgres://u:hunter2@[/x"],
  verified: "?sslmode=verify-full",
};

describeSql(dialect, ({ server, run }) => {
  const insert = "INSERT INTO orders (customer, total) VALUES ({{customer}}, {{total:float}})";

  it("returns what the catalog's page shows", async () => {
    const [reads, writes] = await shapesIn("database_action");
    expectShape(await run("read", "SELECT 1 AS one"), reads);
    expectShape(await run("create", insert, { customer: "Ann", total: 1 }), writes);
    expectShape(await run("create", `${insert} RETURNING id`, { customer: "Ann", total: 1 }), writes);
  });

  it.each([
    ["42501", "FORBIDDEN"],
    ["25006", "SERVICE_UNAVAILABLE"],
  ])("takes %s of a procedure, which may have committed, as no proof that nothing was done", async (state, code) => {
    const call = "CALL write_then_fail({{state}}::text)";
    expect(await failureOf(run("create", call, { state }))).toMatchObject({ code, nothingDone: false });
    expect(await run("read", "SELECT customer FROM orders")).toMatchObject({ rows: [{ customer: "Ann" }] });
  });

  it("knows that a procedure cannot commit within the transaction of a list", async () => {
    const call = "CALL write_and_fail({{state}}::text)";
    const rows = [{ state: "42501" }];
    expect(await failureOf(run("create", call, rows))).toMatchObject({ code: "FORBIDDEN", nothingDone: true });
    expect(await run("read", "SELECT customer FROM orders")).toMatchObject({ row_count: 0 });
  });

  it("binds every type, whatever the server's time zone", async () => {
    const statement = `INSERT INTO orders (customer, extra, due, day, local, paid, note, raw)
      VALUES ({{id:uuid}}, {{extra:object}}, '{{due:date}}', '{{day:date}}', '{{due:date}}', {{paid:boolean}}, {{note?:string}},
        decode('00ff', 'hex')) RETURNING *, 9007199254740993::bigint AS big, 'NaN'::float8 AS nan,
        {{list:array}}::jsonb AS list, interval '1 day 2 hours' AS span, ARRAY[1, 2] AS numbers`;
    const data = {
      id: "018f4e2a-7b1c-7def-8123-0123456789ab",
      extra: { a: [1, "'"], __proto: null },
      due: "2030-06-01T10:00:00+02:00",
      day: "2030-06-01",
      paid: true,
      list: [1, "two", { three: 3 }],
    };
    expect(await run("create", statement, data)).toMatchObject({
      rows: [
        {
          customer: data.id,
          extra: data.extra,
          due: "2030-06-01T08:00:00Z",
          day: "2030-06-01",
          local: "2030-06-01T08:00:00",
          paid: true,
          note: null,
          raw: "AP8=",
          big: "9007199254740993",
          nan: "NaN",
          list: data.list,
          span: "P1DT2H",
          numbers: [1, 2],
        },
      ],
    });
  });

  it("returns the items of an array in the form of single values", async () => {
    const statement = `SELECT ARRAY[12345678901234567890.12, NULL] AS numerics, ARRAY[[9007199254740993, 5]] AS bigs,
      ARRAY['2030-06-01'::date] AS days, ARRAY['2030-06-01 10:00:00.123456'::timestamp] AS locals,
      ARRAY['2030-06-01 10:00:00.123456+02'::timestamptz] AS moments, ARRAY[interval '1 day'] AS spans,
      ARRAY['\\x00ff'::bytea] AS raws, ARRAY['a,"b']::varchar[] AS texts, ARRAY[]::bigint[] AS none`;
    expect(await run("read", statement)).toMatchObject({
      rows: [
        {
          numerics: ["12345678901234567890.12", null],
          bigs: [["9007199254740993", 5]],
          days: ["2030-06-01"],
          locals: ["2030-06-01T10:00:00.123456"],
          moments: ["2030-06-01T08:00:00.123456Z"],
          spans: ["P1D"],
          raws: ["AP8="],
          texts: ['a,"b'],
          none: [],
        },
      ],
    });
  });

  it("returns integers in JSON to the last digit", async () => {
    const json = `'{"id": 9007199254740993, "few": [1, 2.5, -9007199254740993]}'`;
    const object = { id: "9007199254740993", few: [1, 2.5, "-9007199254740993"] };
    const statement = `SELECT ${json}::json AS a, ${json}::jsonb AS b, ARRAY[${json}::jsonb, NULL] AS list, '7'::jsonb AS n`;
    expect(await run("read", statement)).toMatchObject({
      rows: [{ a: object, b: object, list: [object, null], n: 7 }],
    });
  });

  it.each(["concat('%', {{part}})", "jsonb_build_object('a', {{part}})", "{{part}} + {{other}}"])(
    "suggests a cast where PostgreSQL cannot tell the type: %s",
    async (untyped) => {
      const failure = failureOf(run("read", `SELECT ${untyped} AS x`, { part: "a", other: "b" }));
      expect(await failure).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringContaining("{{name}}::text"),
      });
    },
  );

  it("keeps of wide rows only what fits", async () => {
    const wide = await run("read", "SELECT repeat('x', 3000000) FROM generate_series(1, 3)");
    expect(wide).toMatchObject({ rows: { length: 1 }, row_count: 3, truncated: true });
  });

  it("treats a real deadlock as repeatable", async () => {
    await run("create", "INSERT INTO orders (customer) VALUES ('a'), ('b')");
    await server().query("BEGIN; UPDATE orders SET total = 1 WHERE id = 2");
    // Locks 1, then waits for 2; the other side holds 2, then requests 1.
    const both =
      "WITH a AS (UPDATE orders SET total = 2 WHERE id = 1 RETURNING 1), b AS (SELECT 1 FROM a), c AS (UPDATE orders SET total = 2 WHERE id = 2 AND EXISTS (SELECT 1 FROM b) RETURNING 1) SELECT * FROM c";
    const running = failureOf(run("update", both)).catch(() => undefined);
    for (;;) if ((await server().query(dialect.waits)).length > 0) break;
    const other = server()
      .query("UPDATE orders SET total = 1 WHERE id = 1")
      .catch((error: unknown) => error);
    const [mine, theirs] = await Promise.all([running, other]);
    await server().query("ROLLBACK");
    // PostgreSQL chooses the victim.
    if (mine === undefined) expect(theirs).toMatchObject({ code: "40P01" });
    else expect(mine).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
  });

  it("writes a list in one transaction with no prepared statement left over", async () => {
    await run("create", insert, [
      { customer: "a", total: 1 },
      { customer: "b", total: 2 },
    ]);
    expect(await server().query("SELECT count(DISTINCT xmin::text) AS n FROM orders")).toEqual([{ n: "1" }]);
    expect(await run("read", "SELECT name FROM pg_prepared_statements")).toMatchObject({ row_count: 0 });
  });

  it("leaves nothing of a list if only the commit fails, and blames no row", async () => {
    await server().query("ALTER TABLE order_lines ALTER CONSTRAINT order_lines_order_id_fkey INITIALLY DEFERRED");
    const failure = await failureOf(
      run("create", "INSERT INTO order_lines VALUES ({{order:integer}})", [{ order: 7 }]),
    );
    await server().query("ALTER TABLE order_lines ALTER CONSTRAINT order_lines_order_id_fkey INITIALLY IMMEDIATE");
    expect(failure).toMatchObject({
      code: "VALIDATION_ERROR",
      providerCode: "23503",
      message: expect.stringMatching(/^PostgreSQL/),
    });
    expect(await server().query("SELECT 1 FROM order_lines")).toEqual([]);
  });

  it("gives each statement its own time limit", async () => {
    const slowly = `${insert} RETURNING pg_sleep({{seconds:float}})::text`;
    const row = { customer: "slow", total: 1 };
    const failure = await failureOf(run("create", slowly, [{ ...row, seconds: 60 }], { timeoutMs: 500 }));
    expect(failure).toMatchObject({ code: "TIMEOUT", message: expect.stringMatching(/^In row 0: /) });
    expect(await run("create", slowly, [{ ...row, seconds: 0.6 }])).toMatchObject({ affected_rows: 1 });
  });

  it("takes a list as one value where the action says so", async () => {
    const whole = `INSERT INTO orders (customer, total)
      SELECT customer, total FROM jsonb_to_recordset({{data:array}}::jsonb) AS row (customer text, total int)`;
    const rows = [0, 1, 2].map((i) => ({ customer: `customer ${i}`, total: i }));
    expect(await run("create", whole, rows)).toEqual({ affected_rows: 3 });
    const failure = await failureOf(run("create", whole, [...rows, { customer: "x", total: -1 }]));
    expect((failure as Error).message).toMatch(/^PostgreSQL/);
  });

  it("leaves no closed connection behind", async () => {
    await run("read", "SELECT 1");
    closePostgres();
    await until(async () => (await server().query(`${others} AND query <> ''`)).length === 0);
  });
});
