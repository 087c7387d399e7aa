import {
  type Placeholder,
  parsePlaceholder,
} from "../../../../../lambdas/consumers/types/database_action/placeholders.ts";
import {
  isoOf,
  placeholderFaults,
  placeholderValue,
  plainNames,
} from "../../../../../lambdas/consumers/types/database_action/values.ts";
import { fc } from "../../../../support/properties.ts";

const check = (type: string, value: unknown) =>
  placeholderFaults([parsePlaceholder(`x:${type}`) as Placeholder], { data: { x: value } }, plainNames);
const uuid = "018f4e2a-7b1c-7def-8123-0123456789ab";

describe("a value fits its placeholder", () => {
  it.each<[string, unknown]>([
    ["string", "'; DROP TABLE orders; --"],
    ["string:1:1", "\u{1f600}"],
    ["string:0", ""],
    ["nospaces", "a-b"],
    ["email", "a@b.example"],
    ["date", "2028-02-29"],
    ["date", "2030-01-01T00:00:00.123456+02:00"],
    ["date:2030-01-01:2030-12-31", "2031-01-01T01:00+02:00"],
    ["numberstring:3", "-12.50"],
    ["integer", Number.MAX_SAFE_INTEGER],
    ["integer:0:0", -0],
    ["float:0", 0],
    ["float", 1e308],
    ["uuid", uuid],
    ["array:0", []],
    ["array:1:2", [1, null]],
    ["object", {}],
    ["boolean", false],
    ["objectid", "65a1b2c3d4e5f60718293a4b"],
  ])("%s: %j", (type, value) => {
    expect(check(type, value)).toEqual([]);
  });
});

describe("a value does not fit its placeholder", () => {
  it.each<[string, unknown, RegExp]>([
    ["string", undefined, /required/],
    ["string", null, /required/],
    ["string", "", /1 character or more/],
    ["string:1:3", "four", /3 characters or less/],
    ["string", 5, /string/],
    ["string", "a\u0000b", /U\+0000/],
    ["string", "\ud800", /string/],
    ["string", { toString: "x" }, /string/],
    ["nospaces", "a b", /without spaces/],
    ["nospaces", "a\tb", /without spaces/],
    ["email", "a@b@c", /e-mail/],
    ["date", "2030-02-30", /ISO/],
    ["date", "2029-02-29", /ISO/],
    ["date", "2030-01-01T10:00:00", /offset/],
    ["date", "01/02/2030", /ISO/],
    ["date", 0, /ISO/],
    ["date::2030-12-31", "2030-12-31T23:59-01:00", /2030-12-31 or earlier/],
    ["numberstring", "1e5", /number/],
    ["numberstring", "", /number/],
    ["integer", 1.5, /whole/],
    ["integer", "5", /whole/],
    ["integer", 2 ** 53, /whole/],
    ["integer:1:3", 4, /3 or less/],
    ["float", "1.5", /number/],
    ["float:0", -0.01, /0 or more/],
    ["uuid", "018f4e2a", /UUID/],
    ["array", {}, /array/],
    ["array", [], /1 item or more/],
    ["array::1", [1, 2], /1 item or less/],
    ["object", [], /object/],
    ["object", "x", /object/],
    ["boolean", "true", /true or false/],
    ["boolean", 1, /true or false/],
    ["objectid", "65a1", /24 hex/],
    ["object", JSON.parse('{"a":[{"__proto__":{"admin":true}}]}'), /__proto__/],
  ])("%s: %j", (type, value, detail) => {
    const faults = check(type, value);
    expect(faults).toMatchObject([{ pointer: "/input/data/x" }]);
    expect(faults[0]?.detail).toMatch(detail);
  });
});

describe("the fields of an input", () => {
  const placeholders = (...texts: string[]) => texts.map((text) => parsePlaceholder(text) as Placeholder);

  it("are all reported at once, each with its pointer and only once", () => {
    const asked = placeholders("total:float", "a.b.0:string", "filter.id:uuid", "total:float", "filter:object");
    const faults = placeholderFaults(asked, { data: { total: "x", a: { b: [] } } }, plainNames);
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      "/input/data/total",
      "/input/data/a/b/0",
      "/input/filter/id",
      "/input/filter",
    ]);
  });

  it("may be absent or null if they are optional", () => {
    const asked = placeholders("a?:integer:1", "b?:string", "filter.c?:uuid");
    expect(placeholderFaults(asked, { data: { b: null } }, plainNames)).toEqual([]);
    expect(placeholderFaults(asked, { data: { a: 0 } }, plainNames)).toHaveLength(1);
  });

  it("are never inherited properties", () => {
    for (const name of ["constructor", "__proto__.constructor.name", "toString", "hasOwnProperty", "a.length"]) {
      const [placeholder] = placeholders(name);
      expect(placeholderValue(placeholder as Placeholder, { data: { a: "text" } })).toBeUndefined();
    }
  });

  it("never show their values in a fault", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3 }), fc.constantFrom("integer", "uuid", "email", "array"), (text, type) => {
        const value = `secret ${text}`;
        expect(JSON.stringify(check(type, value))).not.toContain("secret");
      }),
    );
  });
});

it("a moment is bound in UTC, and a day unchanged", () => {
  expect(isoOf("2030-01-01T00:00:00+02:00")).toBe("2029-12-31T22:00:00.000Z");
  expect(isoOf("2030-01-01")).toBe("2030-01-01");
});
