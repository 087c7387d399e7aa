import { build } from "esbuild";
import { databaseAction } from "../../../../../lambdas/consumers/types/database_action/definition.ts";
import { databaseTarget } from "../../../../../lambdas/consumers/types/database_action/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { secret } from "../../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";

const envs = { dev: { connection: secret("shop/db#url") } };
const create = {
  operation: "create",
  statement: "INSERT INTO orders (customer, total) VALUES ('{{customer:string:1:64}}', {{total:float:0}})",
};
const mongo = (action: object) => ({ engine: "mongodb", envs, actions: { do: { collection: "orders", ...action } } });
const dynamo = (action: object) => ({
  engine: "dynamodb",
  envs: { dev: {} },
  actions: { do: { table: "orders", ...action } },
});
const sql = (action: object, engine = "postgres") => ({ engine, envs, actions: { do: { ...create, ...action } } });

const check = (database: object, action = "do") =>
  checkCatalog(
    [
      {
        tag: "shop",
        envs: ["dev"],
        jobs: { run: { type: "database_action", database: "orders", action } },
        databases: { orders: database },
      },
    ],
    registry,
  );
const at = "/shop/databases/orders/actions/do";

describe("a database of the catalog", () => {
  it.each<[string, object]>([
    ["PostgreSQL", sql({})],
    ["MySQL", sql({ operation: "aggregate", statement: "SELECT count(*) FROM orders", max_rows: 1 }, "mysql")],
    [
      "MongoDB's find",
      mongo({ operation: "find", filter: { customer: "{{customer}}", total: { $gte: "{{min:float}}" } } }),
    ],
    ["MongoDB's insertOne", mongo({ operation: "insertOne", document: "{{data:object}}" })],
    ["MongoDB's insertMany", mongo({ operation: "insertMany", documents: "{{orders:array:1:100}}" })],
    [
      "MongoDB's updateOne",
      mongo({ operation: "updateOne", filter: {}, update: { $set: { a: "{{a}}" } }, upsert: true }),
    ],
    ["MongoDB's updateMany", mongo({ operation: "updateMany", filter: {}, update: [{ $set: { a: "{{a}}" } }] })],
    ["MongoDB's deleteOne", mongo({ operation: "deleteOne", filter: { _id: "{{filter.id:objectid}}" } })],
    ["MongoDB's aggregate", mongo({ operation: "aggregate", pipeline: [{ $match: { a: "{{a}}" } }] })],
    [
      "DynamoDB's put",
      dynamo({ operation: "put", item: { id: "{{id:uuid}}" }, condition: "attribute_not_exists(id)" }),
    ],
    ["DynamoDB's query", dynamo({ operation: "query", key_condition: "id = '{{filter.id:uuid}}'" })],
    ["DynamoDB's update", dynamo({ operation: "update", key: { id: "{{filter.id}}" }, update: "SET a = {{a}}" })],
  ])("passes with %s", (_what, database) => {
    expect(check(database)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["an unknown engine", { ...sql({}), engine: "oracle" }, "/shop/databases/orders/engine"],
    [
      "a connection written out",
      { ...sql({}), envs: { dev: { connection: "postgres://u:p@h/d" } } },
      "/shop/databases/orders/envs/dev/connection",
    ],
    ["an unknown type", sql({ statement: "INSERT INTO t VALUES ({{a:text}})" }), `${at}/statement`],
    ["a bad min", sql({ statement: "INSERT INTO t VALUES ({{a:integer:x}})" }), `${at}/statement`],
    ["a verb that is not the operation's", sql({ statement: "DROP TABLE orders" }), `${at}/statement`],
    ["an update that reads", sql({ operation: "update", statement: "SELECT 1" }), `${at}/statement`],
    ["a second statement", sql({ statement: "INSERT INTO t VALUES (1); DELETE FROM t" }), `${at}/statement`],
    ["an unknown operation", mongo({ operation: "drop" }), `${at}/operation`],
    ["a delete without a filter", mongo({ operation: "deleteMany" }), `${at}/filter`],
    ["a placeholder in a longer string", mongo({ operation: "find", filter: { a: ["x {{a}}"] } }), `${at}/filter/a/0`],
    ["a placeholder for a name", mongo({ operation: "find", filter: { "{{a}}": 1 } }), `${at}/filter/{{a}}`],
    ["a placeholder in code", mongo({ operation: "find", filter: { $where: "{{a}}" } }), `${at}/filter/$where`],
    [
      "a placeholder in a function",
      mongo({ operation: "aggregate", pipeline: [{ $set: { a: { $function: { body: "{{a}}" } } } }] }),
      `${at}/pipeline/0/$set/a/$function`,
    ],
    ["a document that is a text", mongo({ operation: "insertOne", document: "{{a:string}}" }), `${at}/document`],
    ["an update without operators", mongo({ operation: "updateOne", filter: {}, update: { a: 1 } }), `${at}/update/a`],
    [
      "an update that would come from the input",
      mongo({ operation: "updateOne", filter: {}, update: "{{a:object}}" }),
      `${at}/update`,
    ],
    ["a key that is a text", dynamo({ operation: "get", key: "{{id}}" }), `${at}/key`],
    ["a bad expression", dynamo({ operation: "query", key_condition: "id = {{id:text}}" }), `${at}/key_condition`],
  ])("does not pass with %s", (_what, database, pointer) => {
    expect(check(database).map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it("must have the action that an event names", () => {
    expect(check(sql({}), "dp")).toMatchObject([{ pointer: "/shop/jobs/run/action", detail: /Did you mean "do"/ }]);
  });
});

describe("the input of a database action", () => {
  const faults = (database: object, input: object) =>
    databaseAction.checkInput?.({
      product: {} as never,
      env: "dev",
      app: undefined,
      event: { type: "database_action", action: "do" },
      target: databaseTarget().parse(database),
      input: input as Record<string, unknown>,
    });

  it("may be a filter alone if its action has no other placeholders", () => {
    const find = mongo({ operation: "find", filter: { _id: "{{filter.id:objectid}}" } });
    const filter = { id: "65a1b2c3d4e5f60718293a4b" };
    expect(databaseAction.input.safeParse({ filter }).data).toEqual({ filter });
    expect(faults(find, { filter })).toEqual([]);
    expect(faults(find, {})).toEqual([{ pointer: "/input/filter/id", detail: "is required." }]);
    expect(faults(sql({}), { filter })).toMatchObject([
      { pointer: "/input/data/customer", detail: "is required." },
      { pointer: "/input/data/total", detail: "is required." },
    ]);
    const insert = mongo({ operation: "insertOne", document: "{{data:object}}" });
    expect(faults(insert, { filter })).toEqual([{ pointer: "/input/data", detail: "is required." }]);
  });

  it("must fit the placeholders of its action", () => {
    expect(faults(sql({}), { data: { customer: "Ann", total: 5 } })).toEqual([]);
    expect(faults(sql({}), { data: { customer: "", total: -1 } })).toEqual([
      { pointer: "/input/data/customer", detail: "must be 1 character or more." },
      { pointer: "/input/data/total", detail: "must be 0 or more." },
    ]);
  });

  it.each([
    ["an operator", { $gt: "" }],
    ["a nested operator", { a: [{ b: { $where: "1" } }] }],
    ["a path", { "roles.admin": true }],
    ["the driver's mark", { _bsontype: "Code", code: "1" }],
    ["a prototype", JSON.parse('{"__proto__":{"a":1}}')],
  ])("for MongoDB refuses %s", (_what, value) => {
    const database = mongo({ operation: "insertOne", document: { value: "{{value:object}}" } });
    expect(faults(database, { data: { value } })).toMatchObject([{ pointer: "/input/data/value" }]);
    expect(
      faults(mongo({ operation: "find", filter: "{{filter:object}}" }), { data: {}, filter: { value } }),
    ).toHaveLength(1);
  });

  it("for DynamoDB may have fields of any name, which are values there", () => {
    const database = dynamo({ operation: "put", item: { id: "{{id:uuid}}", more: "{{more:object}}" } });
    const id = "018f4e2a-7b1c-7def-8123-0123456789ab";
    expect(faults(database, { data: { id, more: { $gt: 1, "a.b": 2 } } })).toEqual([]);
    expect(faults(database, { data: { id: "x", more: {} } })).toMatchObject([{ pointer: "/input/data/id" }]);
  });
});

it("the definition of database actions brings no driver into the API's bundle", async () => {
  const bundle = await build({
    entryPoints: ["lambdas/consumers/types/database_action/definition.ts"],
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    write: false,
    minify: true,
  });
  const text = bundle.outputFiles[0]?.text ?? "";
  const imports = [...text.matchAll(/(?:from|import)\s*"([^"]+)"/g)].map(([, name]) => name);
  expect([...new Set(imports)].sort()).toEqual(["fastest-levenshtein", "zod"]);
  expect(text.length).toBeLessThan(20_000);
});
