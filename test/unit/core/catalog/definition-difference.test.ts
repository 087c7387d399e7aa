import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { differenceOf } from "../../../../lambdas/core/catalog/definition-difference.ts";
import type { FeatureDefinition } from "../../../../lambdas/core/catalog/feature-definition.ts";

const feature = (target: object, more: Partial<FeatureDefinition> = {}): FeatureDefinition => ({
  event: { type: "feature", feature: "place_order" },
  target,
  constants: {},
  ...more,
});

const charge = { event: "charge", input: { body: { amount: "$Input{total}", currency: "EUR" } } };
const main = (...steps: object[]) => ({ sequences: { main: steps } });
const none = { steps: [], event: [], constants: [], input: false, output: false };

const between = (from: FeatureDefinition, to: FeatureDefinition) => differenceOf(registry, from, to);

describe("the difference of two definitions", () => {
  it("is none where they say the same in another way", () => {
    const { body } = charge.input;
    const written = {
      ...charge,
      delay: 0,
      allow_fail: false,
      input: { body: { currency: body.currency, amount: body.amount } },
    };
    expect(
      between(
        feature(main(charge, { event: "ship" })),
        feature(main(written, { event: "ship", depends_on: ["charge"] })),
      ),
    ).toEqual(none);
  });

  it.each<[string, object, string[]]>([
    ["its input", { ...charge, input: { body: { amount: 1 } } }, ["input"]],
    ["its event", { ...charge, event: "pay", step: "charge" }, ["event"]],
    ["a condition", { ...charge, if: { value: "$Input{total}", greater_than: 0 } }, ["if"]],
    ["its delay and its retries", { ...charge, delay: 1000, retries: 3 }, ["delay", "retries"]],
    ["whether it may fail", { ...charge, allow_fail: true }, ["allow_fail"]],
  ])("names what a step says otherwise: %s", (_what, changed, fields) => {
    expect(between(feature(main(charge)), feature(main(changed)))).toEqual({
      ...none,
      steps: [{ step: "main.charge", change: "changed", fields }],
    });
  });

  it("names the steps that were added and removed, and those that depend on others now", () => {
    const from = feature(main(charge, { event: "ship" }, { event: "mail" }));
    const to = feature(main({ event: "check" }, charge, { event: "ship" }));
    expect(between(from, to).steps).toEqual([
      { step: "main.check", change: "added" },
      { step: "main.charge", change: "changed", fields: ["depends_on"] },
      { step: "main.mail", change: "removed" },
    ]);
  });

  it("names constants, fields of the event, and whether input and output differ", () => {
    const from = feature({ ...main(charge), output: { id: 1 } }, { constants: { fee: 1, vat: 19, old: "x" } });
    const to = feature(
      { ...main(charge), input: { total: { type: "number" } } },
      {
        event: { type: "feature", feature: "place_order", retries: 2 },
        constants: { fee: 2, vat: 19, new: "y" },
      },
    );
    const difference = between(from, to);
    expect(difference).toEqual({
      steps: [],
      event: ["retries"],
      constants: ["fee", "new", "old"],
      input: true,
      output: true,
    });
    expect(JSON.stringify(difference)).not.toMatch(/19|"x"|"y"/);
  });

  it("has every step where the event is of another type now", () => {
    const action: FeatureDefinition = { event: { type: "action", app: "api" }, target: {}, constants: {} };
    expect(between(feature(main(charge)), action).steps).toEqual([{ step: "main.charge", change: "removed" }]);
  });
});
