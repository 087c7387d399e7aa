import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RoundPlaces } from "../../../lambdas/core/ports/round-places.ts";

export interface RoundPlacesUnderTest {
  places: RoundPlaces;
  stop?: () => Promise<void>;
}

/** How far the reconciler has come, in memory and on DynamoDB alike. */
export function describeRoundPlaces(name: string, make: () => Promise<RoundPlacesUnderTest>): void {
  describe(`${name} as RoundPlaces`, () => {
    let made: RoundPlacesUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("has nothing at first, and then what was put last", async () => {
      const { places } = made;
      expect(await places.get()).toBeUndefined();
      const tenant = { product: "shop", env: "prd" };
      const scan = { ...tenant, shard: 7 };
      const lines = { ...tenant, after: { ...tenant, limit: "customer", key: "C-1 #ü" } };
      await places.put({ scan, lines, tries: 2 });
      expect(await places.get()).toEqual({ scan, lines, tries: 2 });
      await places.put({ scan: undefined, lines: tenant, tries: 0 });
      expect(await places.get()).toEqual({ lines: tenant, tries: 0 });
    });
  });
}
