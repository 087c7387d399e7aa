import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { featureWorld } from "../../../../support/feature-world.ts";

type Step = FeatureTarget["sequences"][string][number];

const shipping = (more: Partial<Step> = {}, forEach: Partial<NonNullable<Step["for_each"]>> = {}): FeatureTarget => ({
  sequences: {
    main: [
      {
        event: "charge",
        step: "ship",
        for_each: { items: "$Input{lines}", as: "line", ...forEach },
        input: { body: { sku: "$Each{line}{sku}", at: "$Each{index}" } },
        ...more,
      },
    ],
  },
});

const lines = (many: number) => Array.from({ length: many }, (_, i) => ({ sku: `S-${i}` }));

describe("a step for each item", () => {
  it.each([0, 1, 99, 100, 101, 250])("runs %i items, each once", async (many) => {
    const world = featureWorld({ onboard: shipping() }, { charge: ({ input }) => (input.body as { at: number }).at });
    const job = await world.run("onboard", { lines: lines(many) });
    expect(job).toMatchObject({ status: "completed" });
    expect(world.ran.length).toBe(many);
    expect(job?.result).toEqual({ inline: { main: { ship: Array.from({ length: many }, (_, i) => i) } } });
  });
});
