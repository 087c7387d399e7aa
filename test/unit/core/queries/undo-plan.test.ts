import type { FeatureTarget } from "../../../../lambdas/consumers/types/feature/target.ts";
import type { GraphStep } from "../../../../lambdas/core/catalog/job-type.ts";
import { undoCostOf } from "../../../../lambdas/core/queries/cost.ts";
import { explain } from "../../../../lambdas/core/queries/explain.ts";
import { ExplanationSchema } from "../../../../lambdas/core/queries/schemas/explanation.ts";
import { undoPlan } from "../../../../lambdas/core/queries/undo-plan.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { call, featureWorld } from "../../../support/feature-world.ts";

const step = (name: string, depends_on: string[] = [], undo: string | undefined = `un${name}`): GraphStep => ({
  ...{ step: name, sequence: "main", depends_on, conditional: false },
  ...(undo !== undefined && { undo }),
});
const none = (name: string, depends_on: string[] = []): GraphStep => {
  const { undo: _undo, ...rest } = step(name, depends_on);
  return rest;
};
const names = (steps: GraphStep[]) => steps.map(({ step }) => step);

describe("the plan of an undo", () => {
  it.each<[string, GraphStep[], string[]]>([
    ["a sequence from its end", [step("a"), step("b", ["a"]), step("c", ["b"])], ["c", "b", "a"]],
    ["only steps that have an undo", [step("a"), none("b", ["a"]), step("c", ["b"])], ["c", "a"]],
    [
      "none before those that depend on it, wherever they stand",
      [step("c", ["b"]), step("b", ["a"]), step("a")],
      ["c", "b", "a"],
    ],
    ["none before those that depend on it through others", [step("c", ["b"]), none("b", ["a"]), step("a")], ["c", "a"]],
    ["nothing of a feature without undos", [none("a"), none("b", ["a"])], []],
  ])("has %s", (_, graph, expected) => {
    expect(names(undoPlan(graph))).toEqual(expected);
  });

  it("has those that have ended, the latest first, although clocks differ", () => {
    const ends: Record<string, number> = { a: 5, b: 4, x: 9 };
    const graph = [step("a"), step("b", ["a"]), step("x"), step("open")];
    expect(names(undoPlan(graph, (name) => ends[name]))).toEqual(["x", "b", "a"]);
  });
});

describe("what explain says of a feature", () => {
  const jobs = { refund: call("charge"), remove: call("create") };
  const booking: FeatureTarget = {
    sequences: {
      main: [
        { event: "create", undo: { event: "remove" } },
        { event: "charge", undo: { event: "refund" }, if: { value: "$Input{pay}", equals: true } },
        { event: "mail" },
      ],
    },
  };
  const explained = (feature: FeatureTarget) => {
    const { catalog, clock } = featureWorld({ onboard: feature }, {}, { jobs });
    const body = { product_tag: "shop", env: "dev", event: "onboard", input: {}, start_at: 0 };
    return explain(parseRequest(body, catalog, clock.now()), clock.now(), { registry: catalog.registry });
  };

  it("is how its steps would be undone, and what that would cost besides", () => {
    const explanation = explained(booking);
    expect(ExplanationSchema.parse(explanation)).toEqual(explanation);
    const { steps, estimated_cost } = explanation.undo ?? {};
    expect(steps).toEqual([
      { step: "main.charge", event: "refund", conditional: true },
      { step: "main.create", event: "remove" },
    ]);
    const sum = estimated_cost?.breakdown.reduce((total, { usd_per_million }) => total + usd_per_million, 0);
    expect(estimated_cost?.usd_per_million).toBeCloseTo(sum ?? Number.NaN, 2);
  });

  it("is nothing of that if no step has an undo", () => {
    expect(explained({ sequences: { main: [{ event: "mail" }] } })).not.toHaveProperty("undo");
  });
});

describe("the estimated cost of an undo", () => {
  const cost = (...undosMb: number[]) => undoCostOf({ undosMb, featureMb: 320 }).usd_per_million;

  it("grows by the same for each step", () => {
    const [one, two, three] = [cost(128), cost(128, 128), cost(128, 128, 128)] as const;
    expect(two - one).toBeGreaterThan(5);
    expect(three - two).toBeCloseTo(two - one, 1);
  });

  it("depends on the memory of what undoes", () => {
    // 0.2 s of 1 GB at 13.3334 dollars a million GB-seconds.
    expect(cost(1152) - cost(128)).toBeCloseTo(2.67, 2);
  });
});
