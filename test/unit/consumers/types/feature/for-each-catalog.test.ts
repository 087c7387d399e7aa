import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { call, productWith } from "../../../../support/feature-world.ts";

type Step = FeatureTarget["sequences"][string][number];

/** The faults of a feature with a step for each item, by pointer. */
function faults(step: object, input: FeatureTarget["input"] = undefined, more: object = {}) {
  const feature = { ...(input && { input }), sequences: { main: [step as Step] } };
  return checkCatalog([{ ...productWith({ onboard: feature as FeatureTarget }), ...more }], registry).map(
    ({ pointer, detail }) => `${pointer} ${detail}`,
  );
}

const at = "/shop/features/onboard/sequences/main/0";
const each = (items: unknown, forEach: object = {}, step: object = {}) => ({
  event: "charge",
  for_each: { items, ...forEach },
  ...step,
});
const declared = {
  lines: { type: "array" as const },
  name: { type: "string" as const },
};

describe("the check of a step for each item", () => {
  it.each([
    ["a field that is a list", each("$Input{lines}", { as: "line" }, { input: { body: { a: "$Each{line}{sku}" } } })],
    ["a field of an object, of which nothing is known", each("$Input{lines}{0}")],
    ["the result of an operator", each("$Filter($Input{lines}, 'n', 1)")],
    ["a list in the catalog", each(["a", "$Input{name}"], { max: 2 }, { input: { body: { i: "$Each{index}" } } })],
    ["a constant that is a list", each("$Constant{envs}")],
    ["items that may fail, a few at a time", each("$Input{lines}", { concurrency: 1000 }, { allow_fail: true })],
  ])("takes %s", (_what, step) => {
    expect(faults(step, declared, { constants: { envs: ["a"], name: "b" } })).toEqual([]);
  });

  it.each([
    ["a text", each("lines"), /for_each\/items must be a list, or one expression/],
    ["a text with an expression in it", each("of $Input{lines}"), /for_each\/items must be a list, or one expression/],
    [
      "an input that is declared as another type",
      each("$Input{name}"),
      /items the feature declares its input "name" as string/,
    ],
    ["the whole input", each("$Input"), /items \$Input as a whole is no list/],
    ["a time", each("$Now"), /items \$Now is a time/],
    ["a constant that is no list", each("$Constant{name}"), /items this \$Constant is no list/],
    [
      "an unknown field",
      each("$Input{line}"),
      /items the feature's input has no such field "line".*Did you mean "lines"/,
    ],
    ["a step that has not ended by then", each("$Sequence{main}{charge}"), /items refers to step "main.charge"/],
    ["a list that is too long", each(["a", "b", "c"], { max: 2 }), /items has 3 items, and the step takes 2 at most/],
    ["itself", each("$Each{item}"), /items \$Each is known in the input of a step with for_each only/],
  ])("finds that its items are %s", (_what, step, expected) => {
    const found = faults(step, declared, { constants: { envs: ["a"], name: "b" } });
    expect(found.length).toBe(1);
    expect(found[0]).toMatch(expected);
  });

  it.each([
    ["an unknown name", { a: "$Each{lin}" }, /the step calls its item "line"\. Did you mean "line"/],
    ["the usual name, where it has another", { a: "$Each{item}{sku}" }, /the step calls its item "line"/],
    ["no name", { a: "$Each" }, /a name is missing: \$Each\{line\}/],
  ])("finds a reference to an item by %s", (_what, body, expected) => {
    const found = faults(each("$Input{lines}", { as: "line" }, { input: { body } }), declared);
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  it("finds references to an item elsewhere", () => {
    const only = "$Each is known in the input of a step with for_each only";
    expect(faults({ event: "charge", input: { body: { a: "$Each{item}" } } })).toEqual([`${at}/input/body/a ${only}`]);
    const condition = { if: { value: "$Each{item}", exists: true } };
    expect(faults(each("$Input{lines}", {}, condition))).toEqual([`${at}/if ${only}`]);
    const templated = { ...call("charge"), expressions: true };
    const request = faults({ event: "charge" }, undefined, {
      jobs: { ...productWith({ onboard: { sequences: { main: [{ event: "charge" }] } } }).jobs, charge: templated },
      schedules: {
        nightly: { event: "charge", env: "dev", input: { body: { a: "$Each{item}" } }, every: 60_000 },
      },
    });
    expect(request).toEqual([expect.stringContaining(only)]);
  });

  it.each([
    [
      "a wait",
      { step: "a", wait: { for: "2s" }, for_each: { items: [] } },
      `${at}/for_each is of jobs, and a wait has none`,
    ],
    ["no items", each(undefined), `${at}/for_each/items`],
    [
      "the name of the index",
      each([], { as: "index" }),
      `${at}/for_each/as is the name of the item's place in the list`,
    ],
    ["too many at a time", each([], { concurrency: 1001 }), `${at}/for_each/concurrency`],
    ["none at a time", each([], { concurrency: 0 }), `${at}/for_each/concurrency`],
    ["too high a maximum", each([], { max: 10_001 }), `${at}/for_each/max`],
    ["an unknown field", each([], { parallel: 5 }), `${at}/for_each`],
    ["an input that the event never takes", each([], {}, { input: { bdy: {} } }), `${at}/input`],
  ])("refuses %s", (_what, step, expected) => {
    expect(faults(step)).toEqual([expect.stringContaining(expected)]);
  });
});
