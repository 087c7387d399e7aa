import { bindMysql as mysqlBound } from "../../../../../lambdas/consumers/types/database_action/engines/mysql.ts";
import { bindPostgres as postgresBound } from "../../../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { compile, type Dialect } from "../../../../../lambdas/consumers/types/database_action/statement.ts";
import {
  placeholderFaults,
  placeholderValue,
  plainNames,
} from "../../../../../lambdas/consumers/types/database_action/values.ts";
import { fc } from "../../../../support/properties.ts";

const insert = "INSERT INTO orders (customer, total) VALUES ('{{customer:string:1:64}}', {{total:float:0}})";

describe("a statement", () => {
  it.each<[Dialect, string]>([
    ["postgres", "INSERT INTO orders (customer, total) VALUES ($1, $2)"],
    ["mysql", "INSERT INTO orders (customer, total) VALUES (?, ?)"],
    ["dynamodb", "INSERT INTO orders (customer, total) VALUES (:p0, :p1)"],
  ])("of %s has markers instead of its placeholders", (dialect, text) => {
    const compiled = compile(insert, dialect);
    expect(compiled).toMatchObject({ text, faults: [] });
    expect(compiled.placeholders.map(({ path }) => path[0])).toEqual(["customer", "total"]);
  });

  it.each<[Dialect, string, string]>([
    [
      "postgres",
      `SELECT "a""b" FROM t WHERE x = 'it''s' AND y = "{{y}}"`,
      `SELECT "a""b" FROM t WHERE x = 'it''s' AND y = $1`,
    ],
    ["postgres", "SELECT E'\\'' || '{{y}}' -- ' comment", "SELECT E'\\'' || $1 -- ' comment"],
    ["postgres", "SELECT '\\', '{{y}}'", "SELECT '\\', $1"],
    ["postgres", "SELECT name like'%\\', '{{y}}'", "SELECT name like'%\\', $1"],
    ["postgres", "SELECT $q$ ' $q$, '{{y}}';  ", "SELECT $q$ ' $q$, $1;  "],
    ["postgres", "SELECT a ? 'k', '{{y}}'::jsonb", "SELECT a ? 'k', $1::jsonb"],
    ["mysql", "SELECT '\\'', `a'b`, '{{y}}' # '", "SELECT '\\'', `a'b`, ? # '"],
    ["mysql", "SELECT '?', /* ? */ '{{y}}'", "SELECT '?', /* ? */ ?"],
    ["dynamodb", "SET #t = '{{y}}' REMOVE a", "SET #t = :p0 REMOVE a"],
  ])("of %s keeps its own strings and comments: %s", (dialect, source, text) => {
    expect(compile(source, dialect)).toMatchObject({ text, faults: [] });
  });

  it.each<[Dialect, string, RegExp]>([
    ["postgres", "SELECT '%{{y}}%'", /part of a longer string.* '%' \|\| {{name}}::text \|\| '%'\.$/],
    ["mysql", "SELECT '%{{y}}%'", /part of a longer string.* concat\('%', {{name}}, '%'\)\.$/],
    ["dynamodb", "a = 'x{{y}}'", /only be a whole value\.$/],
    ["postgres", "SELECT $q$ {{y}} $q$", /part of a longer string/],
    ["mysql", "SELECT `{{y}}x`", /part of a longer string/],
    ["postgres", "SELECT 1 -- {{y}}", /comment/],
    ["mysql", "SELECT 1 /*! {{y}} */", /comment/],
    ["postgres", "SELECT $1", /marker of its own/],
    ["mysql", "SELECT ?", /marker of its own/],
    ["dynamodb", "a = :p0", /marker of its own/],
    ["postgres", "SELECT 1; DELETE FROM t", /more than one/],
    ["postgres", "SELECT 'x", /not closed/],
    ["mysql", 'SELECT "x', /not closed/],
    ["postgres", "SELECT {{y", /not closed by/],
    ["postgres", "SELECT {{y:text}}", /unknown type/],
  ])("of %s is a fault: %s", (dialect, source, fault) => {
    expect(compile(source, dialect).faults.join(" ")).toMatch(fault);
  });

  it("continues the numbering of another statement's markers", () => {
    expect(compile("a = {{a}} AND b = {{b}}", "dynamodb", 2).text).toBe("a = :p2 AND b = :p3");
  });

  it("is parsed in linear time, wherever its quotes are", () => {
    for (const piece of ["'", "''", "\\'", "{{", "$a$", "/*", "E'\\"]) {
      const started = performance.now();
      compile(piece.repeat(2_000), "postgres");
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });
});

/** Texts that have broken out of statements before, and anything else. */
const hostile = fc.oneof(
  fc.constantFrom(
    "'; DROP TABLE orders; --",
    "' OR '1'='1",
    "\\'; DELETE FROM orders; #",
    "{{total:float}}",
    "$1",
    "?",
    "$$); DROP TABLE orders; $$",
    "\u02bc\uff07; --",
    "/*",
    "$\u007bprocess.env}",
    "$&",
  ),
  fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" }),
);

describe("hostile input", () => {
  it.each<[Dialect]>([["postgres"], ["mysql"]])("never gets into the text of a %s statement", (dialect) => {
    const text = compile(insert, dialect).text;
    fc.assert(
      fc.property(hostile, fc.double({ min: 0, noNaN: true }), (customer, total) => {
        const input = { data: { customer, total } };
        const compiled = compile(insert, dialect);
        if (placeholderFaults(compiled.placeholders, input, plainNames).length > 0) return;
        const bind = dialect === "postgres" ? postgresBound : mysqlBound;
        const values = compiled.placeholders.map((placeholder) =>
          bind(placeholder.type, placeholderValue(placeholder, input)),
        );
        expect(compiled.text).toBe(text);
        expect(values[0]).toBe(customer);
        expect(Number(values[1])).toBe(total);
      }),
    );
  });
});

describe("bound values", () => {
  it("are strings for PostgreSQL, which knows the type of each position", () => {
    expect(postgresBound("integer", 5)).toBe("5");
    expect(postgresBound("boolean", false)).toBe("false");
    expect(postgresBound("array", [1, "a"])).toBe('[1,"a"]');
    expect(postgresBound("object", { a: null })).toBe('{"a":null}');
    expect(postgresBound("date", "2030-01-01T00:00:00+02:00")).toBe("2029-12-31T22:00:00.000Z");
    expect(postgresBound("date", "2030-01-01")).toBe("2030-01-01");
    expect(postgresBound("string", undefined)).toBeNull();
  });

  it("are days without a zone for MySQL, and typed whole numbers", () => {
    expect(mysqlBound("integer", 5)).toMatchObject({ value: 5n });
    expect(mysqlBound("float", 0.5)).toBe(0.5);
    expect(mysqlBound("boolean", false)).toBe(false);
    expect(mysqlBound("date", "2030-01-01T00:00:00+02:00")).toBe("2029-12-31 22:00:00.000");
    expect(mysqlBound("object", {})).toBe("{}");
    expect(mysqlBound("uuid", null)).toBeNull();
  });
});
