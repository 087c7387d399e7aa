import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { grantMs } from "../../../lambdas/core/operations/api-limits.ts";
import type { Waits } from "../../../lambdas/core/operations/waits.ts";
import { noon } from "../builders.ts";

export interface WaitsUnderTest {
  waits: Waits;
  stop?: () => Promise<void>;
}

/** The counts of waiting callers, in memory and on DynamoDB alike. */
export function describeWaits(name: string, make: () => Promise<WaitsUnderTest>): void {
  describe(`${name} as Waits`, () => {
    let made: WaitsUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("counts one caller's waits at one moment, and no other's", async () => {
      const { waits } = made;
      expect([await waits.add("a", noon), await waits.add("a", noon + grantMs - 1)]).toEqual([1, 2]);
      expect(await waits.add("b", noon)).toBe(1);
    });

    test("starts from zero at the next moment", async () => {
      const { waits } = made;
      await waits.add("c", noon);
      expect(await waits.add("c", noon + grantMs)).toBe(1);
    });

    test("counts all waits that arrive at once", async () => {
      const counts = await Promise.all(Array.from({ length: 20 }, () => made.waits.add("d", noon)));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });
  });
}
