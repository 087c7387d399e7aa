import { holds } from "../../../../../lambdas/consumers/types/feature/plan.ts";
import { stepsOf } from "../../../../../lambdas/consumers/types/feature/steps.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { evaluate, resolve, type Scope } from "../../../../../lambdas/core/expressions/evaluate.ts";
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

describe("two values are the same whatever the order of their fields", () => {
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

  it("while a list's order matters", () => {
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

describe("a reference that leads nowhere is omitted", () => {
  it("from lists as from objects, and null stays null", () => {
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

  it.each(["v1.create", "main.v1.create"])("can be waited for as %s", async (name) => {
    const { run, ran } = featureWorld({ onboard: charge([name]) });
    expect(await run("onboard")).toMatchObject({ status: "completed" });
    expect(ran.map(({ event }) => event)).toEqual(["create", "charge"]);
  });

  it("yields to the step of that name in the sequence that the name begins with", () => {
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
