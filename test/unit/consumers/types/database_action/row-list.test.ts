import {
  databaseFaults,
  databaseInput,
  databaseRows,
} from "../../../../../lambdas/consumers/types/database_action/definition.ts";
import type { DatabaseTarget } from "../../../../../lambdas/consumers/types/database_action/target.ts";
import type { Input } from "../../../../../lambdas/consumers/types/database_action/values.ts";
import { secret } from "../../../../../lambdas/core/catalog/references.ts";
import { findFaults } from "../../../../../lambdas/core/kernel/find-faults.ts";

const envs = { dev: { connection: secret("shop/db#url") } };
const sql = (operation: string, statement: string, engine = "postgres") =>
  ({ engine, envs, actions: { do: { operation, statement } } }) as unknown as DatabaseTarget;
const mongo = (action: object) =>
  ({ engine: "mongodb", envs, actions: { do: { collection: "orders", ...action } } }) as unknown as DatabaseTarget;
const dynamo = (action: object) =>
  ({
    engine: "dynamodb",
    envs: { dev: {} },
    actions: { do: { table: "orders", ...action } },
  }) as unknown as DatabaseTarget;

const insert = sql("create", "INSERT INTO orders VALUES ({{customer}}, {{line.total:float}}, {{filter.shop:integer}})");
const put = dynamo({ operation: "put", item: { id: "{{id}}" } });
const faults = (target: DatabaseTarget, input: Input) => databaseFaults(target, "do", input);
const schemaFaults = (data: unknown) => findFaults(databaseInput, { data }, ["input"]).faults;
const many = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `id ${i}` }));

describe("a list as `data`", () => {
  it("has 1 to 1000 entries", () => {
    const detail = "must be an object, or a list of 1 to 1000 objects";
    expect(schemaFaults(many(1))).toEqual([]);
    expect(schemaFaults(many(1000))).toEqual([]);
    expect(schemaFaults([])).toEqual([{ pointer: "/input/data", detail: "must have at least 1 item" }]);
    expect(schemaFaults(many(1001))).toEqual([{ pointer: "/input/data", detail }]);
    for (const wrong of ["text", 7]) expect(schemaFaults(wrong)).toEqual([{ pointer: "/input/data", detail }]);
  });

  it("is checked row by row, and the filter once", () => {
    const good = { customer: "Ann", line: { total: 1 } };
    expect(faults(insert, { data: [good, good], filter: { shop: 1 } })).toEqual([]);
    const data = [good, { customer: 5, line: { total: "x" } }, "row", { line: {} }];
    expect(faults(insert, { data, filter: { shop: "one" } })).toEqual([
      { pointer: "/input/data/1/customer", detail: "must be a string." },
      { pointer: "/input/data/1/line/total", detail: "must be a number." },
      { pointer: "/input/data/2", detail: "must be an object." },
      { pointer: "/input/data/3/customer", detail: "is required." },
      { pointer: "/input/data/3/line/total", detail: "is required." },
      { pointer: "/input/filter/shop", detail: "must be a whole number." },
    ]);
  });

  it("may be whole rows by {{data:object}}", () => {
    const whole = mongo({ operation: "insertOne", document: "{{data:object}}" });
    expect(faults(whole, { data: [{ a: 1 }, { b: 2 }] })).toEqual([]);
    expect(faults(whole, { data: [{ a: 1 }, { $b: 2 }] })).toEqual([
      { pointer: "/input/data/1", detail: expect.stringContaining("starts with $") },
    ]);
  });

  it.each<[string, DatabaseTarget]>([
    ["a read", sql("read", "SELECT {{a}}")],
    ["an aggregate", sql("aggregate", "SELECT count(*) FROM t WHERE a = {{a}}", "mysql")],
    ["MongoDB's find", mongo({ operation: "find", filter: { a: "{{a}}" } })],
    ["MongoDB's aggregate", mongo({ operation: "aggregate", pipeline: [{ $match: { a: "{{a}}" } }] })],
    ["DynamoDB's get", dynamo({ operation: "get", key: { id: "{{a}}" } })],
    ["DynamoDB's query", dynamo({ operation: "query", key_condition: "id = {{a}}" })],
  ])("is refused by %s", (_, target) => {
    const detail = "must be an object: a list of rows is for actions that create, update or delete.";
    expect(faults(target, { data: [{ a: "x" }] })).toEqual([{ pointer: "/input/data", detail }]);
  });

  it("is refused by an action that takes nothing of a row", () => {
    const remove = sql("delete", "DELETE FROM orders WHERE id = {{filter.id:integer}}");
    expect(faults(remove, { data: [{ a: 1 }, { a: 2 }], filter: { id: 1 } })).toEqual([
      { pointer: "/input/data", detail: "must be an object: no placeholder of the action takes a value of a row." },
    ]);
  });

  it("has at most 100 rows in DynamoDB", () => {
    expect(faults(put, { data: many(100) })).toEqual([]);
    expect(faults(put, { data: many(101) })).toEqual([
      {
        pointer: "/input/data",
        detail: "has 101 rows, and one transaction of the database takes 100 at most: send several jobs.",
      },
    ]);
  });

  it("is one value where a placeholder takes it as a whole", () => {
    const read = sql("read", "SELECT * FROM orders WHERE id IN (SELECT jsonb_array_elements_text({{data:array:1:2}}))");
    expect(faults(read, { data: ["a", "b"] })).toEqual([]);
    expect(databaseRows(read, "do", { data: ["a", "b"] })).toBeUndefined();
    expect(faults(read, { data: ["a", "b", "c"] })).toEqual([
      { pointer: "/input/data", detail: "must be 2 items or less." },
    ]);
    expect(faults(read, { data: { a: 1 } })).toEqual([{ pointer: "/input/data", detail: "must be an array." }]);
  });

  it("makes an input of each row, with the filter of all", () => {
    const filter = { shop: 1 };
    expect(databaseRows(insert, "do", { data: { customer: "Ann" }, filter })).toBeUndefined();
    expect(databaseRows(insert, "do", { data: [{ customer: "Ann" }, { customer: "Bob" }], filter })).toEqual([
      { data: { customer: "Ann" }, filter },
      { data: { customer: "Bob" }, filter },
    ]);
  });
});
