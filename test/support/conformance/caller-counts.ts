import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { grantMs } from "../../../lambdas/core/operations/api-limits.ts";
import { rateSlotMs } from "../../../lambdas/core/operations/key-rate.ts";
import type { CallerCounts, Waits } from "../../../lambdas/core/ports/waits.ts";
import { noon } from "../builders.ts";

export interface CallerCountsUnderTest {
  waits: Waits;
  requests: CallerCounts;
  stop?: () => Promise<void>;
}

/** What callers do, counted in memory and on DynamoDB alike. */
export function describeCallerCounts(name: string, make: () => Promise<CallerCountsUnderTest>): void {
  describe.each([
    ["waits", grantMs],
    ["requests", rateSlotMs],
  ] as const)(`${name} as the counts of %s`, (which, slotMs) => {
    let made: CallerCountsUnderTest;
    let counts: CallerCounts;
    beforeAll(async () => {
      made = await make();
      counts = made[which];
    });
    afterAll(() => made.stop?.());

    test("counts one caller at one moment", async () => {
      expect([await counts.add("a", noon), await counts.add("a", noon + slotMs - 1)]).toEqual([1, 2]);
      expect(await counts.add("b", noon)).toBe(1);
    });

    test("starts from zero at the next moment", async () => {
      await counts.add("c", noon);
      expect(await counts.add("c", noon + slotMs)).toBe(1);
    });

    test("counts all that arrive at once", async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => counts.add("d", noon)));
      expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    test("counts the other kind separately", async () => {
      await made[which === "waits" ? "requests" : "waits"].add("e", noon);
      expect(await counts.add("e", noon)).toBe(1);
    });
  });
}
