import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { minuteMs } from "../../../lambdas/core/job/due-time.ts";
import { quarterHourMs } from "../../../lambdas/core/job/route.ts";
import type { DueCounts } from "../../../lambdas/core/ports/due-counts.ts";
import { noon } from "../builders.ts";

export interface DueCountsUnderTest {
  counts: DueCounts;
  stop?: () => Promise<void>;
}

const shop = { product: "shop", env: "prd" };

/** The counters of jobs that are due, in memory and on DynamoDB alike. */
export function describeDueCounts(name: string, make: () => Promise<DueCountsUnderTest>): void {
  describe(`${name} as DueCounts`, () => {
    let made: DueCountsUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("returns the jobs of all tenants in one quarter hour", async () => {
      const { counts } = made;
      expect(await counts.add({ ...shop, minute: noon }, 250)).toBe(250);
      expect(await counts.add({ ...shop, minute: noon }, 250)).toBe(500);
      expect(await counts.add({ ...shop, env: "dev", minute: noon + 14 * minuteMs }, 10)).toBe(510);
      expect(await counts.add({ ...shop, minute: noon + quarterHourMs }, 1)).toBe(1);
    });

    test("returns quarter hours by the minute, oldest first, across midnight too", async () => {
      const { counts } = made;
      const midnight = noon + 60 * quarterHourMs - 12 * quarterHourMs;
      await counts.add({ ...shop, minute: midnight }, 3);
      await counts.add({ ...shop, minute: midnight - minuteMs }, 2);
      await counts.add({ product: "crm", env: "a-b", minute: midnight - minuteMs }, 5);
      const read = await counts.read(midnight - quarterHourMs, midnight + 1);
      expect(read.map(({ quarter, jobs }) => [quarter, jobs])).toEqual([
        [midnight - quarterHourMs, 7],
        [midnight, 3],
      ]);
      expect(read[0]?.minutes).toHaveLength(2);
      expect(read[0]?.minutes).toEqual(
        expect.arrayContaining([
          { ...shop, minute: midnight - minuteMs, jobs: 2 },
          { product: "crm", env: "a-b", minute: midnight - minuteMs, jobs: 5 },
        ]),
      );
      expect(await counts.read(midnight, midnight)).toEqual([]);
      expect(await counts.read(midnight + quarterHourMs, midnight + 2 * quarterHourMs)).toEqual([]);
    });

    test("returns what lies between the first and the last day too", async () => {
      const dayMs = 96 * quarterHourMs;
      const days = Array.from({ length: 8 }, (_, day) => noon + (20 + day) * dayMs);
      for (const minute of days) await made.counts.add({ ...shop, minute }, 1);
      const read = await made.counts.read(days[0] ?? 0, (days[0] ?? 0) + 7 * dayMs);
      expect(read.map(({ quarter }) => quarter)).toEqual(days.slice(0, 7));
    });

    test("counts everything that arrives at once", async () => {
      const minute = noon + 8 * quarterHourMs;
      const sums = await Promise.all(Array.from({ length: 20 }, () => made.counts.add({ ...shop, minute }, 2)));
      expect(Math.max(...sums)).toBe(40);
      expect(new Set(sums).size).toBe(20);
    });
  });
}
