import pg from "pg";
import { startPostgres } from "../../support/databases/postgres.ts";
import type { Outcome } from "../../support/poison/batch.ts";
import { inProcess } from "../../support/poison/in-process.ts";
import type { AskedOfDatabase } from "../../support/poison/postgres.ts";

/**
 * What may stand in a column that a job reads, put there by whoever may write to the database. Each is read in a batch with jobs that
 * write, in a process of its own: the process must live, and each of the others must write once.
 */
let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
  await admin.query("CREATE TABLE kept (name text)");
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

const nested = (levels: number, inner = "") => `(repeat('[', ${levels}) || '${inner}' || repeat(']', ${levels}))`;
const read = (columns: string) => ({ operation: "read", statement: `SELECT ${columns}` });
const refused = { status: "failed", code: "PROVIDER_ERROR", attempts: 1 };
const rows = (...list: object[]) => ({
  status: "completed",
  attempts: 1,
  result: { rows: list, row_count: list.length, truncated: false },
});
const completed = { status: "completed", attempts: 1 };
const written = (...list: object[]) => ({
  status: "completed",
  attempts: 1,
  result: { affected_rows: list.length, rows: list, truncated: false, too_deep: true },
});

const cases: Record<string, [AskedOfDatabase["poisons"][string], object]> = {
  "json of 4,000 levels": [read(`${nested(4000)}::json AS v`), refused],
  "jsonb of 4,000 levels": [read(`${nested(4000)}::jsonb AS v`), refused],
  "4,000 levels with a long number": [read(`${nested(4000, "12345678901234567")}::json AS v`), refused],
  "4,000 levels in an array": [read(`ARRAY[${nested(4000)}::json] AS v`), refused],
  "65 levels": [read(`${nested(65)}::json AS v`), refused],
  "64 levels": [read(`${nested(64)}::json AS v`), completed],
  "brackets in a text": [read(`to_json(${nested(200)}) AS v`), rows({ v: "[".repeat(200) + "]".repeat(200) })],
  "4,000 levels after a write": [
    {
      operation: "create",
      statement: `INSERT INTO kept (name) VALUES ('deep') RETURNING 1 AS a, ${nested(4000)}::json AS v`,
    },
    written({ a: 1, v: null }),
  ],
  "no numbers": [
    read("'NaN'::float8 AS a, '-Infinity'::float8 AS b, 'NaN'::numeric AS c, '1e400'::json AS d"),
    rows({ a: "NaN", b: "-Infinity", c: "NaN", d: "1e400" }),
  ],
  "half a character": [read(`'"\\ud800"'::json AS v`), rows({ v: "\ud800" })],
  "names that mean something": [
    read(
      `'{"__proto__":{"a":1},"toJSON":1,"_bsontype":"Long","then":{}}'::json AS v, 1 AS "toJSON", 2 AS "constructor"`,
    ),
    completed,
  ],
  "a column named __proto__": [read(`'{"a":1}'::json AS "__proto__", 1 AS a`), completed],
  "1,600 columns": [read(Array.from({ length: 1600 }, (_, i) => `${i} AS c${i}`).join(", ")), completed],
  "100,000 fields": [read("json_object_agg(i::text, i) AS v FROM generate_series(1, 100000) i"), completed],
  "20 MB": [read("repeat('x', 20000000) AS v"), { status: "completed", attempts: 1 }],
  "no days": [read("'infinity'::timestamptz AS a, '4713-01-01 BC'::date AS b, '-infinity'::date AS c"), completed],
  "arrays that do not begin at 1": [
    read("'[0:1]={1,2}'::int[] AS a, ARRAY[ARRAY[1], ARRAY[2]]::bigint[] AS b"),
    completed,
  ],
  "shapes and rows": [read("'(NaN,1)'::point AS a, ROW(1, 'x') AS b, '<(0,0),1>'::circle AS c"), completed],
};

test("no content of a row ends the process or keeps batchmates from writing once", async () => {
  const poisons = Object.fromEntries(Object.entries(cases).map(([name, [action]]) => [name, action]));
  const ended = await inProcess("postgres.ts", { url: server.url(), poisons, innocents: 4 } satisfies AskedOfDatabase);
  const said = ended.said as { name: string; outcomes: Outcome[] }[];
  expect({ ...ended, said: said.map(({ name }) => name) }).toEqual({ code: 0, said: Object.keys(cases), errors: "" });
  for (const { name, outcomes } of said) {
    const [poisoned, ...others] = outcomes;
    expect({ name, ...poisoned }).toMatchObject({ name, ...cases[name]?.[1] });
    expect(others).toEqual(Array.from({ length: 4 }, () => ({ ...completed, result: { affected_rows: 1 } })));
  }
  const { rows: kept } = await admin.query("SELECT name, count(*)::int AS times FROM kept GROUP BY name");
  const times = Object.fromEntries(kept.map((row) => [row.name, row.times]));
  const names = Object.keys(cases).flatMap((name) => [0, 1, 2, 3].map((n) => `${name} ${n}`));
  expect(times).toEqual(Object.fromEntries([...names, "deep"].map((name) => [name, 1])));
}, 120_000);
