import pg from "pg";
import { closePostgres } from "../../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { expectShape, shapesIn } from "../../../support/catalog-pages.ts";
import { startPostgres } from "../../../support/databases/postgres.ts";
import { failureOf, runAction } from "../../../support/databases/run-action.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
  await admin.query(`
    CREATE TABLE orders (
      id bigserial PRIMARY KEY, customer text NOT NULL, total numeric(12, 2) CHECK (total >= 0), note text UNIQUE,
      extra jsonb, due timestamptz, day date, local timestamp, paid boolean, raw bytea);
    CREATE TABLE lines (order_id bigint REFERENCES orders, amount int);
    CREATE ROLE reader LOGIN PASSWORD 'reader'`);
});
afterEach(async () => {
  await admin.query("TRUNCATE orders, lines RESTART IDENTITY");
});
afterAll(async () => {
  closePostgres();
  await admin?.end();
  await server?.stop();
});

const run = (operation: string, statement: string, data = {}, more: Partial<Parameters<typeof runAction>[0]> = {}) =>
  runAction({ engine: "postgres", url: server.url(), action: { operation, statement }, data, ...more });
const insert = "INSERT INTO orders (customer, total) VALUES ('{{customer:string:1:200}}', {{total:float}})";

describe("a PostgreSQL action", () => {
  it("returns what the catalog's page says", async () => {
    const [reads, writes] = await shapesIn("database_action");
    expectShape(await run("read", "SELECT 1 AS one"), reads);
    expectShape(await run("create", insert, { customer: "Ann", total: 1 }), writes);
    expectShape(await run("create", `${insert} RETURNING id`, { customer: "Ann", total: 1 }), writes);
  });

  it("creates, reads, updates, aggregates and deletes", async () => {
    expect(await run("create", insert, { customer: "Ann", total: 5.5 })).toEqual({ affected_rows: 1 });
    expect(await run("create", `${insert} RETURNING id`, { customer: "Bob", total: 1 })).toEqual({
      affected_rows: 1,
      rows: [{ id: 2 }],
      truncated: false,
    });
    const read = "SELECT id, customer, total FROM orders WHERE id = {{filter.id:integer}}";
    expect(await run("read", read, {}, { filter: { id: 1 } })).toEqual({
      rows: [{ id: 1, customer: "Ann", total: "5.50" }],
      row_count: 1,
      truncated: false,
    });
    const update = "UPDATE orders SET total = {{total:float}} WHERE customer IN ('{{a:string}}', '{{b:string}}')";
    expect(await run("update", update, { total: 9, a: "Ann", b: "Bob" })).toEqual({ affected_rows: 2 });
    expect(await run("aggregate", "SELECT count(*) AS n, sum(total) AS total FROM orders")).toMatchObject({
      rows: [{ n: 2, total: "18.00" }],
    });
    expect(await run("delete", "DELETE FROM orders")).toEqual({ affected_rows: 2 });
  });

  it("binds every type, and returns each in one form, whatever the server's time zone", async () => {
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

  it("concatenates strings as the fault for a placeholder inside a longer string advises", async () => {
    await run("create", insert, { customer: "Annabel", total: 1 });
    const like = "SELECT customer FROM orders WHERE customer LIKE '%' || {{part}}::text || '%'";
    expect(await run("read", like, { part: "nab" })).toMatchObject({ row_count: 1 });
    for (const untyped of ["concat('%', {{part}})", "jsonb_build_object('a', {{part}})", "{{part}} + {{other}}"]) {
      const failure = failureOf(run("read", `SELECT ${untyped} AS x`, { part: "a", other: "b" }));
      expect(await failure).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringContaining("{{name}}::text"),
      });
    }
  });

  it.each([
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    "\\'; DROP TABLE orders; --",
    "$1",
    "'); DELETE FROM lines; --",
    "{{total:float}}",
    "\u02bc; DROP TABLE orders",
  ])("stores hostile strings unchanged: %s", async (customer) => {
    await run("create", insert, { customer, total: 1 });
    expect((await admin.query("SELECT customer FROM orders")).rows).toEqual([{ customer }]);
    const read = await run("read", "SELECT 1 FROM orders WHERE customer = '{{customer:string}}'", {
      customer: `${customer} `,
    });
    expect(read).toMatchObject({ row_count: 0 });
  });

  it("keeps what fits of a large result, says so, and keeps its connection", async () => {
    const many = "SELECT i, repeat('x', 100) AS x FROM generate_series(1, 50000) i";
    expect(await run("read", many)).toMatchObject({ row_count: 50_000, truncated: true, rows: { length: 1000 } });
    const three = await runAction({
      engine: "postgres",
      url: server.url(),
      action: { operation: "read", statement: many, max_rows: 3 },
    });
    expect(three).toMatchObject({ rows: { length: 3 }, truncated: true });
    const wide = (await run("read", "SELECT repeat('x', 3000000) FROM generate_series(1, 3)")) as { rows: unknown[] };
    expect(wide).toMatchObject({ rows: { length: 1 }, row_count: 3, truncated: true });
  });
});

describe("a PostgreSQL failure is classified by its code", () => {
  it.each<[string, string, string, boolean, RegExp]>([
    [
      "a duplicate of a unique value",
      "INSERT INTO orders (customer, note) VALUES ('a', 'secret'), ('b', 'secret')",
      "VALIDATION_ERROR",
      false,
      /constraint orders_note_key/,
    ],
    ["a missing value", "INSERT INTO orders (note) VALUES ('secret')", "VALIDATION_ERROR", false, /column customer/],
    ["a check", "INSERT INTO orders (customer, total) VALUES ('secret', -1)", "VALIDATION_ERROR", false, /check/],
    ["a foreign key", "INSERT INTO lines VALUES (77, 1)", "VALIDATION_ERROR", false, /lines_order_id_fkey/],
    ["a value that is not a number", "INSERT INTO lines VALUES ('secret', 1)", "VALIDATION_ERROR", false, /22P02/],
    ["an unknown table", "INSERT INTO secrets VALUES (1)", "CONFIGURATION_ERROR", false, /42P01/],
    ["a syntax error", "INSERT INTO orders secret", "CONFIGURATION_ERROR", false, /42601/],
    ["a conflict", "WITH x AS (SELECT fail('40001')) SELECT * FROM x", "SERVICE_UNAVAILABLE", true, /40001/],
    ["a deadlock", "WITH x AS (SELECT fail('40P01')) SELECT * FROM x", "SERVICE_UNAVAILABLE", true, /40P01/],
  ])("%s", async (_what, statement, code, retryable, message) => {
    await admin.query(`CREATE OR REPLACE FUNCTION fail(code text) RETURNS int LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = code; END $$`);
    const failure = (await failureOf(run("create", statement))) as Error;
    expect(failure).toMatchObject({ name: "JobError", code, retryable, message: expect.stringMatching(message) });
    expect(failure.message).not.toMatch(/secret|INSERT/);
    expect(failure.cause).toBeUndefined();
  });

  it("a real deadlock is retryable", async () => {
    await run("create", "INSERT INTO orders (customer) VALUES ('a'), ('b')");
    await admin.query("BEGIN; UPDATE orders SET total = 1 WHERE id = 2");
    // Locks 1, then waits for 2; the other side holds 2, then requests 1.
    const both =
      "WITH a AS (UPDATE orders SET total = 2 WHERE id = 1 RETURNING 1), b AS (SELECT 1 FROM a), c AS (UPDATE orders SET total = 2 WHERE id = 2 AND EXISTS (SELECT 1 FROM b) RETURNING 1) SELECT * FROM c";
    const running = failureOf(run("update", both)).catch(() => undefined);
    for (;;) {
      const { rows } = await admin.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      if (rows.length > 0) break;
    }
    const other = admin.query("UPDATE orders SET total = 1 WHERE id = 1").catch((error: unknown) => error);
    const [mine, theirs] = await Promise.all([running, other]);
    await admin.query("ROLLBACK");
    // PostgreSQL chooses the victim.
    if (mine === undefined) expect(theirs).toMatchObject({ code: "40P01" });
    else expect(mine).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
  });

  it("refused or missing credentials, a role without rights, and a server that does not exist", async () => {
    const failWith = (url: string | undefined) =>
      failureOf(
        runAction({
          engine: "postgres",
          ...(url && { url }),
          action: { operation: "read", statement: "SELECT * FROM orders" },
        }),
      );
    expect(await failWith(server.url(server.port, "postgres", "wrong"))).toMatchObject({ code: "UNAUTHORIZED" });
    expect(await failWith(server.url(server.port, "reader", "reader"))).toMatchObject({ code: "FORBIDDEN" });
    expect(await failWith(server.url(server.port, "postgres", "pass word", "nope"))).toMatchObject({
      code: "CONFIGURATION_ERROR",
    });
    expect(await failWith(`${server.url()}?sslmode=verify-full`)).toMatchObject({ code: "CONFIGURATION_ERROR" });
    expect(await failWith(server.url(1))).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    for (const url of [undefined, "hunter2", "https://user:hunter2@host/db", "postgres://u:hunter2@[/x"]) {
      const failure = (await failWith(url)) as Error;
      expect(failure).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringContaining('secret("shop/db#url")'),
      });
      expect(failure.message).not.toContain("hunter2");
    }
  });

  it("a statement that takes too long, which the server itself aborts", async () => {
    const clock = fakeClock();
    const target = { engine: "postgres", url: server.url(), clock };
    const slow = runAction({
      ...target,
      action: { operation: "read", statement: "SELECT pg_sleep(60)" },
      timeoutMs: 400,
    });
    expect(await failureOf(slow)).toMatchObject({ code: "TIMEOUT", retryable: true });
    expect(await run("read", "SELECT 1 AS one")).toMatchObject({ rows: [{ one: 1 }] });
  });
});
