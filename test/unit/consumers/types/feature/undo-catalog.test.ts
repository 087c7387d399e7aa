import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { productWith } from "../../../../support/feature-world.ts";

type Step = FeatureTarget["sequences"][string][number];

const main = (...steps: unknown[]) => ({ sequences: { main: steps as Step[] } });
const faults = (feature: FeatureTarget, more: Record<string, FeatureTarget> = {}) =>
  checkCatalog([productWith({ onboard: feature, ...more })], registry).map(
    ({ pointer, detail }) => `${pointer} ${detail}`,
  );

describe("the check of the catalog takes", () => {
  it.each([
    [
      "the result of the step, of those before it, the input and the rest",
      {
        input: { why: { type: "string" as const } },
        ...main(
          { event: "create" },
          {
            event: "charge",
            undo: {
              event: "mail",
              input: {
                body: { own: "$Step{body}{id}", same: "$Sequence{main}{charge}{body}", why: "$Input{why} at $Now" },
                query: { of: "$Sequence{main}{create}{body}{id}" },
              },
            },
          },
        ),
      },
      {},
    ],
    ["an undo without input", main({ event: "charge", undo: { event: "mail" } }), {}],
    [
      "an undo that is a feature",
      main({ event: "charge", undo: { event: "other", input: { id: "$Step{body}{id}" } } }),
      { other: { input: { id: { type: "string" as const } }, ...main({ event: "mail" }) } },
    ],
    [
      "an undo for each item, of its result, the item and its place",
      {
        input: { lines: { type: "array" as const } },
        ...main({
          event: "charge",
          for_each: { items: "$Input{lines}", as: "line" },
          undo: {
            event: "mail",
            each: true,
            input: { body: { of: "$Step{body}{id}", sku: "$Each{line}{sku}", at: "$Each{index}" } },
          },
        }),
      },
      {},
    ],
    [
      "an undo for each item of what changes, by the place of the item",
      main({
        event: "charge",
        for_each: { items: ["$Now"] },
        undo: { event: "mail", each: true, input: { body: { at: "$Each{index}" } } },
      }),
      {},
    ],
    ["a feature that goes on", main({ event: "other", on_parent_end: "abandon" }), { other: main({ event: "mail" }) }],
  ])("%s", (_what, feature, more) => {
    expect(faults(feature, more)).toEqual([]);
  });
});

describe("the check of the catalog finds", () => {
  const charge = (undo: unknown, more: object = {}) => main({ event: "create" }, { event: "charge", undo, ...more });
  it.each([
    ["an unknown event", charge({ event: "refnd" }), {}, /main\/1\/undo\/event the product has no such event/],
    ["an event that is meant", charge({ event: "mial" }), {}, /main\/1\/undo\/event .*Did you mean "mail"/],
    [
      "a field that its event does not take",
      charge({ event: "mail", input: { bdy: { a: 1 } } }),
      {},
      /main\/1\/undo\/input\/bdy/,
    ],
    [
      "a reference to a step that may not have ended",
      main(
        { event: "charge", undo: { event: "mail", input: { body: "$Sequence{main}{create}{body}" } } },
        { event: "create" },
      ),
      {},
      /main\/0\/undo\/input\/body refers to step "main.create"/,
    ],
    [
      "a reference to no step",
      charge({ event: "mail", input: { body: "$Sequence{main}{creat}" } }),
      {},
      /there is no step/,
    ],
    [
      "an unknown input field",
      { input: { why: { type: "string" as const } }, ...charge({ event: "mail", input: { body: "$Input{wy}" } }) },
      {},
      /undo\/input\/body .*Did you mean "why"/,
    ],
    ["an unknown field of the undo", charge({ event: "mail", retry: 1 }), {}, /main\/1\/undo\/retry/],
    [
      "an undo of a wait",
      main({ event: "create" }, { step: "w", wait: { for: "2h" }, undo: { event: "mail" } }),
      {},
      /main\/1\/undo is of steps that do something: a wait leaves nothing to undo/,
    ],
    [
      "$Step outside of an undo",
      main({ event: "charge", input: { body: "$Step{body}" } }),
      {},
      /main\/0\/input\/body \$Step is known in the input of a step's undo only/,
    ],
    [
      "an undo for each item of a step without items",
      charge({ event: "mail", each: true }),
      {},
      /main\/1\/undo\/each is of steps with `for_each`: this one has no items/,
    ],
    [
      "`each` that is no truth value",
      charge({ event: "mail", each: "yes" }, { for_each: { items: [1] } }),
      {},
      /main\/1\/undo\/each/,
    ],
    [
      "an item where the step is undone as a whole",
      charge({ event: "mail", input: { body: "$Each{item}" } }, { for_each: { items: [1] } }),
      {},
      /main\/1\/undo\/input\/body \$Each is known in an undo with `each: true` only: without it the step is undone once/,
    ],
    [
      "an item in the undo of a step without items",
      charge({ event: "mail", input: { body: "$Each{item}" } }),
      {},
      /main\/1\/undo\/input\/body \$Each is known in the input of a step with for_each only/,
    ],
    [
      "an item by a name that it does not have",
      charge({ event: "mail", each: true, input: { body: "$Each{lin}" } }, { for_each: { items: [1], as: "line" } }),
      {},
      /main\/1\/undo\/input\/body the step calls its item "line"\. Did you mean "line"/,
    ],
    [
      "an item of a list that changes",
      charge({ event: "mail", each: true, input: { body: "$Each{item}" } }, { for_each: { items: ["$Now"] } }),
      {},
      /main\/1\/undo\/input\/body the items are made of \$Now, which may be another one/,
    ],
    ["a feature that undoes itself", main({ event: "charge", undo: { event: "onboard" } }), {}, /runs itself/],
    [
      "on_parent_end of what is no feature",
      main({ event: "charge", on_parent_end: "abandon" }),
      {},
      /main\/0\/on_parent_end is for steps that run a feature, and "charge" is of type action/,
    ],
    [
      "on_parent_end of a wait",
      main({ step: "w", wait: { for: "2h" }, on_parent_end: "cancel" }),
      {},
      /main\/0\/on_parent_end is of jobs/,
    ],
    [
      "another word",
      main({ event: "other", on_parent_end: "keep" }),
      { other: main({ event: "mail" }) },
      /on_parent_end/,
    ],
    [
      "a credential of an app that the undo does not call",
      charge({ event: "mail", input: { body: "$Auth{bank}{key}" } }),
      {},
      /undo\/input\/body/,
    ],
  ])("%s", (_what, feature, more, message) => {
    expect(faults(feature as FeatureTarget, more as Record<string, FeatureTarget>).join("\n")).toMatch(message);
  });
});
