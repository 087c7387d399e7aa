import { stepsOf } from "../../../../../lambdas/consumers/types/feature/steps.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { evaluate, resolve, type Scope } from "../../../../../lambdas/core/expressions/evaluate.ts";
import { holds } from "../../../../../lambdas/core/expressions/holds.ts";
import { parseExpression } from "../../../../../lambdas/core/expressions/parse.ts";
import { featureWorld } from "../../../../support/feature-world.ts";

const address = { city: "Berlin", street: { name: "Allee", number: 1 } };
const addressInAnotherOrder = { street: { number: 1, name: "Allee" }, city: "Berlin" };

const scope: Scope = {
  input: { address, tags: [["a"], ["b"]], orders: [{ id: 1, to: address }, { id: 2 }], other: addressInAnotherOrder },
  results: {},
  gone: new Set<string>(),
  now: 0,
};
const value = (text: string) => evaluate(parseExpression(text), scope);

it("the length of a text in a condition is the number of its characters", () => {
  expect(holds({ value: "a😀b", length: 3 }, scope)).toBe(true);
  expect(holds({ value: "a😀b", length: { greater_than: 3 } }, scope)).toBe(false);
});

describe("a comparison of values ignores the order of fields", () => {
  it.each([
    ["equals", { equals: addressInAnotherOrder }, true],
    ["equals, of an expression", { equals: "$Input{other}" }, true],
    ["not_equals", { not_equals: addressInAnotherOrder }, false],
    ["equals, of one field more", { equals: { ...address, zip: "10115" } }, false],
    ["equals, of one field less", { equals: { city: "Berlin" } }, false],
    ["equals, of a list", { equals: [] }, false],
  ])("in %s", (_what, comparison, expected) => {
    expect(holds({ value: "$Input{address}", ...comparison }, scope)).toBe(expected);
  });

  it("but not the order of a list", () => {
    const compared = (equals: unknown) => holds({ value: "$Input{tags}", equals }, scope);
    expect([compared([["a"], ["b"]]), compared([["b"], ["a"]])]).toEqual([true, false]);
  });

  it.each([
    ["$Find($Input{orders}, 'to', $Input{other})", { id: 1, to: address }],
    ["$Filter($Input{orders}, 'to', '!=', $Input{other})", [{ id: 2 }]],
    ["$Filter($Input{tags}, '', 'contains', 'b')", [["b"]]],
    ["$Filter([$Input{tags}], '', 'contains', ['b'])", [[["a"], ["b"]]]],
  ])("in %s", (text, expected) => {
    expect(value(text)).toEqual(expected);
  });
});

describe("a reference that leads nowhere", () => {
  it("is left out of lists as of objects, and null stays null", () => {
    const template = { to: ["$Input{absent}", "a@shop.example", null, ["$Input{absent}"]], cc: "$Input{absent}" };
    expect(resolve(template, scope)).toEqual({ to: ["a@shop.example", null, []] });
  });
});

describe("a string with blanks before its $", () => {
  it.each([
    [" $Now", " 0"],
    ["\n$Trim('a')", "\na"],
    ["\t$Input{tags}{0}{0}", "\ta"],
  ])("becomes a text: %j", (text, expected) => {
    expect(resolve(text, scope)).toBe(expected);
  });
});

describe("a step whose name has a dot", () => {
  const charge = (depends_on: string[]): FeatureTarget => ({
    sequences: {
      main: [
        { event: "create", step: "v1.create", input: {} },
        { event: "charge", depends_on, input: { body: { id: "$Sequence{main}{v1.create}{body}{id}" } } },
      ],
    },
  });

  it.each(["v1.create", "main.v1.create"])("can be named in depends_on as %s", async (name) => {
    const { run, ran } = featureWorld({ onboard: charge([name]) });
    expect(await run("onboard")).toMatchObject({ status: "completed" });
    expect(ran.map(({ event }) => event)).toEqual(["create", "charge"]);
  });

  it("gives way to a step of that name in the sequence of the name's first part", () => {
    const steps = stepsOf({
      sequences: {
        v1: [{ event: "mail", step: "create" }],
        main: [
          { event: "create", step: "v1.create" },
          { event: "charge", depends_on: ["v1.create"] },
        ],
      },
    });
    expect(steps.find(({ key }) => key === "main.charge")?.dependsOn).toEqual(["v1.create"]);
  });
});
