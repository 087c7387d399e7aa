import {
  parsePlaceholder,
  solePlaceholder,
} from "../../../../../lambdas/consumers/types/database_action/placeholders.ts";

describe("a placeholder", () => {
  it("names a field of data, its type and its bounds", () => {
    expect(parsePlaceholder("customer:string:1:64")).toEqual({
      source: "data",
      path: ["customer"],
      type: "string",
      optional: false,
      min: 1,
      max: 64,
    });
  });

  it.each([
    ["a", { source: "data", path: ["a"], type: "string" }],
    ["filter.id:uuid", { source: "filter", path: ["id"], type: "uuid" }],
    ["data.filter.id:uuid", { source: "data", path: ["filter", "id"] }],
    ["filter:object", { source: "filter", path: [], type: "object" }],
    ["address.lines.0 : string", { path: ["address", "lines", "0"] }],
    ["note?:string", { path: ["note"], optional: true }],
    ["total:float:-1.5", { min: -1.5 }],
    ["name:string::5", { max: 5 }],
    ["day:date:2030-01-01:2030-12-31", { min: "2030-01-01", max: "2030-12-31" }],
  ])("{{%s}} is parsed", (text, expected) => {
    expect(parsePlaceholder(text)).toMatchObject(expected);
  });

  it.each([
    ["STRING", "string"],
    ["NOSPACES_STRING", "nospaces"],
    ["EMAIL_STRING", "email"],
    ["DATE_STRING", "date"],
    ["NUMBER_STRING", "numberstring"],
    ["number string", "numberstring"],
    ["INTEGER", "integer"],
    ["DOUBLE", "float"],
    ["Boolean", "boolean"],
  ])("Ductape's type %s is %s", (written, type) => {
    expect(parsePlaceholder(`x:${written}`)).toMatchObject({ type });
  });

  it.each([
    ["", /field is letters/],
    ["a..b:string", /field is letters/],
    ["a b:string", /field is letters/],
    ["a-'; DROP:string", /field is letters/],
    ["a:text", /unknown type; the types are string/],
    ["a:constructor", /unknown type/],
    ["a:string:-1", /each a whole number of 0 or more/],
    ["a:string:x", /each a whole number/],
    ["a:integer:1.5", /each a whole number/],
    ["a:integer:9:1", /min is greater than max/],
    ["a:date:2030-13-01", /each a day/],
    ["a:boolean:1", /takes no min or max/],
    ["a:uuid::1", /takes no min or max/],
    ["a:string:1:2:true", /unique index/],
    ["a:string:1:true", /unique index/],
  ])("{{%s}} is a fault", (text, fault) => {
    expect(parsePlaceholder(text)).toMatch(fault);
  });
});

it("a string that is one placeholder is recognised with and without quotes", () => {
  expect(["{{a}}", "'{{a}}'", ' "{{a}}" '].map(solePlaceholder)).toEqual(["a", "a", "a"]);
  expect(["{{a}} {{b}}", "'{{a}}\"", "x{{a}}", "{{a}"].map(solePlaceholder)).toEqual(Array(4).fill(undefined));
});
