import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product, ProductEvent } from "../../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { evaluateKey, type KeySource, keyOrFault, keyText } from "../../../../lambdas/core/expressions/keys.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { sharing } from "../../../support/catalog/sharing.ts";

const variables = { prd: { tier: "gold", list: ["a"], empty: "" }, dev: { tier: 1, list: ["a"], empty: "x" } };
const product = { ...sharing, variables, constants: { region: "eu" } } as Product;
const event = product.jobs.plain as ProductEvent;
const from = (input: Record<string, unknown>, more: Partial<KeySource> = {}, redact?: string[]): KeySource => ({
  found: { product, env: "prd", event: { ...event, ...(redact && { redact }) } },
  input,
  isTemplate: false,
  ...more,
});

it.each<[string, Record<string, unknown>, string]>([
  ["$Input{a}", { a: "x" }, "x"],
  ["$Input{a}{0}", { a: [7] }, "7"],
  ["$Input{a}/$Input{b}", { a: true, b: "x" }, "true/x"],
  ["$Variable{tier}-$Constant{region}-$Input{a}", { a: "x" }, "gold-eu-x"],
  ['$Concat([$Input{a}, $Constant{region}], "-")', { a: 1 }, "1-eu"],
  ["$Lowercase($Trim($Input{a}))", { a: " Ada@X " }, "ada@x"],
  ["$Uppercase($Variable{tier})", {}, "GOLD"],
  ["imports", {}, "imports"],
  ["5$$ a$b", {}, "5$ a$b"],
])("the key %s of the input %j is %s", (expression, input, key) => {
  expect(evaluateKey(expression, from(input))).toEqual({ key });
});

it.each<[string, Record<string, unknown>, string]>([
  ["$Input{a}", {}, "/input/a"],
  ["$Input{a}", { a: "" }, "/input/a"],
  ["$Input{a}", { a: null }, "/input/a"],
  ["$Input{a}", { a: ["x"] }, "/input/a"],
  ["$Input{a}{length}", { a: ["x"] }, "/input/a/length"],
  ["$Input{a}{__proto__}", { a: {} }, "/input/a/__proto__"],
  ["$Input{a}/$Input{b}", { a: "x" }, "/input/b"],
  ["$Trim($Input{a})", { a: " " }, "/input/a"],
  ["$Trim($Input{a})$Trim($Input{b})", { a: " ", b: " " }, "/input"],
])("the key %s of the input %j yields no text, which is a fault at %s", (expression, input, pointer) => {
  expect(keyOrFault(expression, from(input), "`unique`")).toEqual({
    pointer,
    detail: expect.stringMatching(/^gives no text for the key of `unique`: it must be a string/),
  });
});

it("a key that is an expression in the input yields no text yet, which is a fault", () => {
  const of = (a: string) => keyOrFault("$Input{a}", from({ a }, { isTemplate: true }), 'the limit "x"');
  expect(of("5$$")).toEqual({ key: "5$" });
  for (const text of ["$Now", "x$Input{b}", "$Input{"]) {
    expect(of(text)).toMatchObject({ pointer: "/input/a", detail: expect.stringMatching(/and no expression$/) });
  }
});

it("a key is kept as its hash if it is long, hidden or no Unicode", () => {
  const hash = /^sha256-[\w-]{43}$/;
  const of = (a: string, redact?: string[]) => evaluateKey("$Input{a}", from({ a }, {}, redact)) as { key: string };
  expect(of("x".repeat(64)).key).toBe("x".repeat(64));
  expect(of("x".repeat(65)).key).toMatch(hash);
  expect(of("x".repeat(65)).key).not.toBe(of("x".repeat(66)).key);
  expect(of("\ud800").key).toMatch(hash);
  for (const pointer of ["", "/a", "/*"]) expect(of("secret", [pointer]).key).toMatch(hash);
  expect(of("shown", ["/b", "/a/deeper/still/x"]).key).toMatch(hash);
  expect(of("shown", ["/b"]).key).toBe("shown");
  const own = keyText("x".repeat(65));
  expect(own).toMatch(hash);
  expect(keyText(own)).not.toBe(own);
});

const limits = (key: string) => ({ limits: { l: { key, concurrency: 1 } } });
const ofEvent = (more: object) => ({ jobs: { job: { ...event, ...more } } });
const places: [string, (key: string) => object][] = [
  ["/shared/limits/l/key", limits],
  ["/shared/jobs/job/debounce/key", (key) => ofEvent({ debounce: { key, delay: 1000 } })],
  ["/shared/jobs/job/unique/key", (key) => ofEvent({ unique: { key } })],
  ["/shared/jobs/job/fairness_key", (key) => ofEvent({ fairness_key: key })],
];

describe.each(places)("a key of the catalog at %s", (pointer, withKey) => {
  const faults = (key: string) => checkCatalog([{ ...product, ...withKey(key) }], registry);

  it.each([
    ["$Input{a}"],
    ["$Input{a}/$Variable{tier}"],
    ['$Concat([$Input{a}, $Constant{region}], "-")'],
    ["$Lowercase($Trim($Input{a}))"],
  ])("may be %s", (key) => {
    expect(faults(key)).toEqual([]);
  });

  it.each([
    ["$Input{a", /at \d/],
    ["$Inptu{a}", /Did you mean "Input"/],
    ["$Input", /as a whole is no text/],
    ["$Now", /not known when a job is requested/],
    ["$Sequence{main}{a}{b}-$Input{a}", /not known when a job is requested/],
    ['$Split($Input{a}, ",")', /takes only \$Concat, \$Trim, \$Uppercase, \$Lowercase/],
    ["$Trim($Length{$Input{a}})", /takes only/],
    ["$Trim([$Input{a}])", /lists only in \$Concat/],
    ["$Input{a}-$Constant{b}", /no such constant/],
    ["$Input{a}-$Variable{list}", /is no text/],
    ["$Input{a}-$Variable{empty}", /is no text/],
  ])("may not be %s", (key, detail) => {
    expect(faults(key)).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });
});

it("limits, debounce and unique derive the same key from an expression", () => {
  const key = "$Lowercase($Input{body}{user})/$Variable{tier}";
  const keyed = {
    ...product,
    ...limits(key),
    jobs: {
      one: { ...event, limits: ["l"], fairness_key: key, unique: { key } },
      two: { ...event, limits: ["l"], fairness_key: key, debounce: { key, delay: 1000 }, redact: ["/body/user"] },
    },
  } as unknown as Product;
  const parse = (name: string) =>
    parseRequest(
      { product_tag: "shared", env: "prd", event: name, input: { body: { user: "Ada" } } },
      makeCatalog([keyed], registry),
      noon,
    );
  const keysOf = (name: string) => {
    const { gates, fairness_key, debounce, unique } = parse(name);
    return [gates?.[0]?.key, fairness_key, (debounce ?? unique)?.key];
  };
  expect(keysOf("one")).toEqual(Array(3).fill("ada/gold"));
  expect(new Set(keysOf("two")).size).toBe(1);
  expect(keysOf("two")[0]).toMatch(/^sha256-/);
});
