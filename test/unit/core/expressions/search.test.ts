import {
  evaluatedTexts,
  requestedTexts,
  resultTexts,
  searchRev,
  searchText,
} from "../../../../lambdas/core/expressions/search.ts";

test.each<[unknown, string | undefined]>([
  ["A-17", "A-17"],
  ["😀 \uffff # é", "😀 \uffff # é"],
  [0, "0"],
  [-1.5, "-1.5"],
  [1e21, "1e+21"],
  [true, "true"],
  [false, "false"],
  ["x".repeat(256), "x".repeat(256)],
  ["x".repeat(257), undefined],
  ["😀".repeat(256), "😀".repeat(256)],
  ["😀".repeat(257), undefined],
  ["", undefined],
  ["\ud83d", undefined],
  [null, undefined],
  [{ a: 1 }, undefined],
  [["a"], undefined],
  [undefined, undefined],
])("%j is found by %j", (value, text) => {
  expect(searchText(value)).toBe(text);
});

const event = {
  search: { deep: "$Input{a}{0}{b}", charge: "$Result{id}", odd: "$Input{__proto__}{constructor}" },
};

test("a value is read where the reference leads, through lists too, and by own fields only", () => {
  expect(requestedTexts(event, { a: [{ b: 7 }] }, false)).toEqual({ deep: "7" });
  expect(requestedTexts(event, { a: "text" }, false)).toEqual({});
  expect(resultTexts(event, { id: "ch_1", a: [{ b: 7 }] })).toEqual({ charge: "ch_1" });
  expect(resultTexts(event, undefined)).toEqual({});
});

test("of a template, only what has no expression is a value yet, and a doubled dollar is one", () => {
  const of = (b: unknown) => requestedTexts(event, { a: [{ b }] }, true).deep;
  expect([of("$$Now"), of("plain"), of(3), of("$Now"), of("a-$Input{x}"), of("$Nwo{x}")]).toEqual([
    "$Now",
    "plain",
    "3",
    undefined,
    undefined,
    undefined,
  ]);
});

test.each(["$Session{shop}{email}", "id-$Session{shop}{sub}", "$Concat([$Auth{api}{key}], '')"])(
  "a claim or a credential in an input is found by nothing: %s",
  (secret) => {
    const evaluated = { a: [{ b: "ada@example.com" }] };
    expect(evaluatedTexts(event, evaluated, { a: [{ b: secret }] })).toEqual({});
    expect(evaluatedTexts(event, evaluated, { a: secret })).toEqual({});
    expect(evaluatedTexts(event, evaluated, { a: [{ b: "$Variable{email}" }], other: secret })).toEqual({
      deep: "ada@example.com",
    });
  },
);

test("the revision changes with what the event is searched by, and not with the order of its names", () => {
  expect(searchRev(event)).toBe(searchRev({ search: Object.fromEntries(Object.entries(event.search).reverse()) }));
  expect(searchRev(event)).not.toBe(searchRev({ search: { ...event.search, more: "$Input{x}" } }));
});
