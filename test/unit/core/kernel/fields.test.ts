import { fieldsFaults } from "../../../../lambdas/core/kernel/fields.ts";
import { fieldsJsonSchema } from "../../../../lambdas/core/kernel/fields-json-schema.ts";

describe("the JSON Schema of declared fields", () => {
  it.each([
    ["string", { type: "string", minLength: 2, maxLength: 4 }],
    ["email", { type: "string", format: "email", minLength: 2, maxLength: 4 }],
    ["uuid", { type: "string", format: "uuid", minLength: 2, maxLength: 4 }],
    ["number", { type: "number", minimum: 2, maximum: 4 }],
    ["integer", { type: "integer", minimum: 2, maximum: 4 }],
    ["array", { type: "array", minItems: 2, maxItems: 4 }],
    ["boolean", { type: "boolean" }],
    ["object", { type: "object" }],
    ["date", { anyOf: [{ format: "date" }, { format: "date-time" }], minLength: 2, maxLength: 4 }],
  ] as const)("says of a field of type %s what its check asks for", (type, expected) => {
    const schema = fieldsJsonSchema({ field: { type, min: 2, max: 4 } });
    expect(schema).toMatchObject({ properties: { field: expected }, required: ["field"] });
  });

  it("does not require an optional field", () => {
    expect(fieldsJsonSchema({ field: { type: "string", required: false } })).not.toHaveProperty("required");
  });
});

it.each([
  ["email", "ada@", "must be an e-mail address"],
  ["email", 7, "must be an e-mail address"],
  ["uuid", "018f4e2a", "must be a UUID"],
  ["date", "01.12.2026", "must be an RFC 3339 date, or date with time and offset"],
] as const)("a field of type %s says what is wrong with %j", (type, value, detail) => {
  expect(fieldsFaults({ field: { type } }, { field: value }, ["input"])).toEqual([{ pointer: "/input/field", detail }]);
});

describe("the length of a text", () => {
  const fields = { name: { type: "string", min: 2, max: 3 } } as const;

  it.each(["😀😀😀", "𠮷野", "Ada", "\uffffé"])("is that of its characters, as its JSON Schema says: %s", (name) => {
    expect(fieldsFaults(fields, { name }, [])).toEqual([]);
  });

  it.each([
    ["😀", "must be at least 2 characters long"],
    ["😀😀😀😀", "must be at most 3 characters long"],
  ])("%s %s", (name, detail) => {
    expect(fieldsFaults(fields, { name }, ["input"])).toEqual([{ pointer: "/input/name", detail }]);
  });
});
