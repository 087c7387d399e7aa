import { fieldRows } from "../../../dashboard/src/pages/catalog/rows.ts";
import { hintOf, type JsonSchema, kindOf, resolved } from "../../../dashboard/src/ui/schema.ts";
import { exampleOf } from "../../../dashboard/src/ui/schema-example.ts";
import { isZone, localOf, zonedIso } from "../../../dashboard/src/ui/zoned-time.ts";

describe("a field of a schema", () => {
  const union = { anyOf: [{ type: "string" }, { type: "object" }] };
  test.each<[JsonSchema, unknown, string]>([
    [{ type: "string" }, undefined, "text"],
    [{ type: "integer" }, 1, "integer"],
    [{ type: "boolean" }, undefined, "boolean"],
    [{ enum: ["a"] }, undefined, "choice"],
    [{ type: "object", properties: {} }, undefined, "group"],
    [{ type: "object", properties: {} }, "text", "json"],
    [{ type: "object" }, undefined, "json"],
    [{}, undefined, "json"],
    [union, "a", "text"],
    [union, { en: "a" }, "json"],
  ])("%j with %j is %s", (schema, value, kind) => {
    expect(kindOf(schema, value)).toBe(kind);
  });

  test("says what it takes", () => {
    expect(hintOf({ type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER })).toBe("whole number, 1 or more");
    expect(hintOf(union)).toBe("text or object");
    expect(hintOf({ type: "string", description: "The customer." })).toBe("The customer.");
  });

  test("may be a reference", () => {
    const root = { $defs: { A: { type: "string" } } };
    expect(resolved({ $ref: "#/$defs/A" }, root)).toEqual({ type: "string" });
  });
});

describe("an example of a schema", () => {
  test("has its required fields, and those of its first choice", () => {
    const schema: JsonSchema = {
      type: "object",
      properties: {
        slug: { type: "string" },
        push: {
          type: "object",
          properties: { token: { type: "string" }, note: { type: "string" } },
          required: ["token"],
        },
        sms: { type: "string" },
        count: { type: "integer", minimum: 3 },
      },
      required: ["slug", "count"],
      anyOf: [{ required: ["push"] }, { required: ["sms"] }],
    };
    expect(exampleOf(schema)).toEqual({ slug: "", push: { token: "" }, count: 3 });
  });

  test("ends in a schema that contains itself", () => {
    const schema: JsonSchema = {
      $ref: "#/$defs/A",
      $defs: { A: { properties: { a: { $ref: "#/$defs/A" } }, required: ["a"] } },
    };
    expect(JSON.stringify(exampleOf(schema)).length).toBeLessThan(100);
  });
});

test("the fields of an input's schema are listed below each other", () => {
  const schema: JsonSchema = {
    properties: { to: { type: "object", properties: { mail: { type: "string" } }, required: ["mail"] }, n: {} },
    required: ["n"],
  };
  expect(fieldRows(schema).map(({ path, depth, required }) => [path, depth, required])).toEqual([
    ["to", 0, false],
    ["to.mail", 1, true],
    ["n", 0, true],
  ]);
});

describe("a local time in a zone", () => {
  test.each([
    ["2030-01-31T09:00", "Europe/Berlin", "2030-01-31T09:00:00+01:00"],
    ["2030-07-01T09:00:30", "America/New_York", "2030-07-01T09:00:30-04:00"],
    ["2030-01-31T09:00", "UTC", "2030-01-31T09:00:00Z"],
    ["2030-01-31T09:00", "Asia/Kolkata", "2030-01-31T09:00:00+05:30"],
    // The clocks go forward from 02:00 to 03:00, and back from 03:00 to 02:00.
    ["2027-03-28T02:30", "Europe/Berlin", "2027-03-28T03:30:00+02:00"],
    ["2027-10-31T02:30", "Europe/Berlin", "2027-10-31T02:30:00+02:00"],
  ])("%s in %s is %s", (local, zone, iso) => {
    expect(zonedIso(local, zone)).toBe(iso);
  });

  test("is shown as typed, and may be missing", () => {
    expect(localOf(Date.UTC(2030, 0, 31, 8), "Europe/Berlin")).toBe("2030-01-31T09:00");
    expect(zonedIso("soon", "UTC")).toBeUndefined();
    expect(isZone("Europe/Berlin")).toBe(true);
    expect(isZone("Berlin")).toBe(false);
  });
});
