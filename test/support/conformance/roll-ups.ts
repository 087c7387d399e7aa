import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RollUps } from "../../../lambdas/core/ports/roll-ups.ts";
import { noon } from "../builders.ts";

export interface RollUpsUnderTest {
  rollUps: RollUps;
  stop?: () => Promise<void>;
}

/** What the reconciler has found last, in memory and on DynamoDB alike. */
export function describeRollUps(name: string, make: () => Promise<RollUpsUnderTest>): void {
  describe(`${name} as RollUps`, () => {
    let made: RollUpsUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("has nothing at first, and then what was put last", async () => {
      const { rollUps } = made;
      expect(await rollUps.get()).toBeUndefined();
      const late = { product: "shop", env: "prd", late: 3, limited: 1, held: 2, more: true, oldest: noon } as const;
      const held = { product: "shop", env: "dev", late: 0, limited: 0, held: 2 };
      await rollUps.put({ at: noon, tenants: [late, held], others: 1, left: 2 });
      expect(await rollUps.get()).toEqual({ at: noon, tenants: [late, held], others: 1, left: 2 });
      await rollUps.put({ at: noon + 1, tenants: [], others: 0, left: 0 });
      expect(await rollUps.get()).toEqual({ at: noon + 1, tenants: [], others: 0, left: 0 });
    });

    test("keeps as many as are listed at most, with names as long as they may be", async () => {
      const tenants = Array.from({ length: 2000 }, (_, i) => ({
        ...{ product: `${i}`.padStart(64, "p"), env: "production".padEnd(16, "x") },
        ...{ late: 1600, limited: 1600, held: 1600, more: true as const, oldest: noon },
      }));
      await made.rollUps.put({ at: noon, tenants, others: 0, left: 0 });
      expect((await made.rollUps.get())?.tenants).toEqual(tenants);
    });
  });
}
