import { unmarshall } from "@aws-sdk/util-dynamodb";
import { dynamoRequestOf } from "../../../../../lambdas/consumers/types/database_action/engines/dynamodb.ts";
import { fillField } from "../../../../../lambdas/consumers/types/database_action/engines/mongodb.ts";
import { fc } from "../../../../support/properties.ts";

describe("MongoDB's JSON", () => {
  it("takes an input's values unchanged in queries, documents and updates", () => {
    const filter = {
      a: "{{a}}",
      b: { $in: ["{{b:integer}}", "x"] },
      day: "{{day:date}}",
      "'quoted'": '"{{a}}"',
      none: "{{none?}}",
    };
    expect(fillField("filter", filter, { data: { a: "$x", b: 1, day: "2030-01-01" } })).toEqual({
      a: "$x",
      b: { $in: [1, "x"] },
      day: new Date("2030-01-01"),
      "'quoted'": "$x",
      none: null,
    });
    expect(fillField("document", "{{data:object}}", { data: { a: [1] } })).toEqual({ a: [1] });
    expect(fillField("update", { $set: { a: "{{a}}" } }, { data: { a: "$x" } })).toEqual({ $set: { a: "$x" } });
  });

  it("marks values as literals where MongoDB reads expressions", () => {
    const data = { a: "$password", n: 3, list: ["$$ROOT"] };
    const pipeline = [
      { $match: { a: "{{a}}", $expr: { $eq: ["$b", "{{a}}"] } } },
      { $project: { a: "{{a}}", list: "{{list:array}}", plain: { $literal: "{{a}}" } } },
      { $limit: "{{n:integer}}" },
    ];
    expect(fillField("pipeline", pipeline, { data })).toEqual([
      { $match: { a: "$password", $expr: { $eq: ["$b", { $literal: "$password" }] } } },
      { $project: { a: { $literal: "$password" }, list: { $literal: ["$$ROOT"] }, plain: { $literal: "$password" } } },
      { $limit: 3 },
    ]);
    expect(fillField("update", [{ $set: { a: "{{a}}" } }], { data })).toEqual([
      { $set: { a: { $literal: "$password" } } },
    ]);
  });

  it("takes values unchanged in the queries of projections and stages only", () => {
    const data = { a: "$password" };
    const query = { a: "{{a}}" };
    const filled = { a: "$password" };
    const literal = { a: { $literal: "$password" } };
    expect(fillField("projection", { lines: { $elemMatch: query }, b: query }, { data })).toEqual({
      lines: { $elemMatch: filled },
      b: literal,
    });
    const pipeline = [
      { $geoNear: { near: { type: "Point", coordinates: [1, 2] }, distanceField: "d", query } },
      { $graphLookup: { from: "n", startWith: "{{a}}", as: "n", restrictSearchWithMatch: query } },
      { $project: { query, restrictSearchWithMatch: query } },
      { $lookup: { from: "n", as: "n", pipeline: [{ $match: query }, { $project: query }] } },
    ];
    expect(fillField("pipeline", pipeline, { data })).toEqual([
      { $geoNear: { near: { type: "Point", coordinates: [1, 2] }, distanceField: "d", query: filled } },
      { $graphLookup: { from: "n", startWith: literal.a, as: "n", restrictSearchWithMatch: filled } },
      { $project: { query: literal, restrictSearchWithMatch: literal } },
      { $lookup: { from: "n", as: "n", pipeline: [{ $match: filled }, { $project: literal }] } },
    ]);
  });

  it("has the same operators for every input", () => {
    const operators = (value: unknown): string[] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([name, inner]) => [
            ...(name.startsWith("$") ? [name] : []),
            ...operators(inner),
          ])
        : [];
    const filter = { a: "{{a}}", total: { $gte: "{{n:float}}" } };
    fc.assert(
      fc.property(fc.string(), fc.double(), (a, n) => {
        expect(operators(fillField("filter", filter, { data: { a, n } }))).toEqual(["$gte"]);
      }),
    );
  });
});

describe("DynamoDB's expressions", () => {
  const action = {
    operation: "query",
    table: "orders",
    key_condition: "customer = '{{filter.customer}}' AND #n > {{from:integer}}",
    filter: "total > {{total:float}}",
    names: { "#n": "number" },
  } as const;

  it("are the same for every input, whose values are numbered across them", () => {
    fc.assert(
      fc.property(fc.string(), fc.maxSafeInteger(), (customer, from) => {
        const { ExpressionAttributeValues, ...request } = dynamoRequestOf(action, {
          data: { from, total: 1.5 },
          filter: { customer },
        });
        expect(request).toEqual({
          TableName: "orders",
          KeyConditionExpression: "customer = :p0 AND #n > :p1",
          FilterExpression: "total > :p2",
          ExpressionAttributeNames: { "#n": "number" },
        });
        expect(unmarshall(ExpressionAttributeValues ?? {})).toEqual({ ":p0": customer, ":p1": from, ":p2": 1.5 });
      }),
    );
  });
});
