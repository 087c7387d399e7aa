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
