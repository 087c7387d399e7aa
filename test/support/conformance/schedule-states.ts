import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ScheduleStates } from "../../../lambdas/core/ports/schedule-states.ts";

export interface ScheduleStatesUnderTest {
  states: ScheduleStates;
  stop?: () => Promise<void>;
}

/** Which schedules have jobs, in memory and on DynamoDB alike. */
export function describeScheduleStates(name: string, make: () => Promise<ScheduleStatesUnderTest>): void {
  describe(`${name} as ScheduleStates`, () => {
    let made: ScheduleStatesUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("has nothing at first, and then what was put last", async () => {
      const { states } = made;
      expect(await states.get()).toBeUndefined();
      await states.put({ hash: "one", job_ids: ["job_1", "job_2"] });
      expect(await states.get()).toEqual({ hash: "one", job_ids: ["job_1", "job_2"] });
      const next = { hash: "two", at: 1, isRepeated: true };
      await states.put({ hash: "under way", job_ids: ["job_1"], next });
      expect(await states.get()).toEqual({ hash: "under way", job_ids: ["job_1"], next });
      await states.put({ hash: "two", job_ids: [] });
      expect(await states.get()).toEqual({ hash: "two", job_ids: [] });
    });
  });
}
