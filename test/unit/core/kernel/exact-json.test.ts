import { isInexact, parseExactly, requestReviver } from "../../../../lambdas/core/kernel/exact-json.ts";

describe("the JSON of a result", () => {
  it.each([
    ['{"id": 9007199254740993}', { id: "9007199254740993" }],
    [
      "[-9007199254740993, [123456789012345678901234567890]]",
      ["-9007199254740993", ["123456789012345678901234567890"]],
    ],
    [
      '{"exact": 9007199254740991, "near": 1.2345678901234567, "far": 1e300}',
      { exact: 2 ** 53 - 1, near: 1.2345678901234567, far: 1e300 },
    ],
    ['{"text": "9007199254740993", "9007199254740993": 1}', { text: "9007199254740993", "9007199254740993": 1 }],
    ["9007199254740993", "9007199254740993"],
    ["12", 12],
    ['{"far": 1e400, "low": -1.5E+400, "deep": [1e0309]}', { far: "1e400", low: "-1.5E+400", deep: ["1e0309"] }],
    [`[${"9".repeat(400)}]`, ["9".repeat(400)]],
    ['[1e308, 1e-400, "1e400"]', [1e308, 0, "1e400"]],
    [
      '{"total": 1e+16,"ratio":12345678901234567.0, "odd": -9.007199254740993e15}',
      { total: "1e+16", ratio: "12345678901234567.0", odd: "-9.007199254740993e15" },
    ],
    ["1E16", "1E16"],
    ['{"small": 1e5, "id": "3e8f", "far": 6.02e23}', { small: 1e5, id: "3e8f", far: 6.02e23 }],
  ])("keeps the digits that a number cannot hold: %s", (text, value) => {
    expect(parseExactly(text)).toEqual(value);
  });

  it("is read as JSON alone", () => {
    for (const text of ["", "{", "{'a': 1234567890123456789}"]) expect(() => parseExactly(text)).toThrow(SyntaxError);
  });
});

it.each(["9007199254740992", "-9007199254740993", "100000000000000000000", "1234567890123456789012345678901"])(
  "a request's %s is not exact",
  (text) => {
    expect(isInexact(JSON.parse(text, requestReviver(text)))).toBe(true);
  },
);

it.each(["9007199254740991", "-9007199254740991", "0.1", "1e300", "6.02214076e23", '"9007199254740993"'])(
  "a request's %s is what was sent, or as near as its exponent allows",
  (text) => {
    expect(isInexact(JSON.parse(text, requestReviver(text)))).toBe(false);
  },
);

it("a number that another parser has rounded is not exact", () => {
  expect([2 ** 53, -(2 ** 53), 2 ** 53 - 1, 1e20, 1e21].map(isInexact)).toEqual([true, true, false, true, false]);
});
