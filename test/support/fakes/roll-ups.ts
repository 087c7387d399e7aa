import type { RollUp, RollUps } from "../../../lambdas/core/ports/roll-ups.ts";

/** The item of the table, in memory. */
export function fakeRollUps(): RollUps {
  let kept: RollUp | undefined;
  return {
    get: async () => structuredClone(kept),
    put: async (rollUp) => {
      kept = structuredClone(rollUp);
    },
  };
}
