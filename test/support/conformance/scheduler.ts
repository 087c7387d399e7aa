import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import type { Scheduler } from "../../../lambdas/core/ports/scheduler.ts";
import { aMessage, noon } from "../builders.ts";
import type { Schedule } from "../fakes/scheduler.ts";

export interface SchedulerUnderTest {
  scheduler: Scheduler;
  /** The schedule of a name, as the service that fires it sees it. */
  find: (name: string) => Schedule | undefined | Promise<Schedule | undefined>;
  stop?: () => Promise<void>;
}

/** What every Scheduler does, in memory and on EventBridge alike. */
export function describeScheduler(name: string, makeScheduler: () => Promise<SchedulerUnderTest>): void {
  describe(`${name} as a Scheduler`, () => {
    const at = noon / 1000 + 3601;
    let made: SchedulerUnderTest;
    let scheduleName: string;
    beforeAll(async () => {
      made = await makeScheduler();
    });
    beforeEach(() => {
      scheduleName = `${aMessage().job_id}-1-1`;
    });
    afterAll(() => made.stop?.());

    test.each(jobTypes)("a schedule delivers its message to the queue of type %s, at its second", async (type) => {
      const message = aMessage();
      await made.scheduler.schedule(scheduleName, at, type, message);
      expect(await made.find(scheduleName)).toEqual({ at, type, message });
    });

    test("creating a schedule again succeeds and leaves it unchanged", async () => {
      const message = aMessage();
      await made.scheduler.schedule(scheduleName, at, "action", message);
      await made.scheduler.schedule(scheduleName, at + 60, "action", aMessage());
      expect(await made.find(scheduleName)).toEqual({ at, type: "action", message });
    });

    test("the name of a deleted schedule can be used again", async () => {
      await made.scheduler.schedule(scheduleName, at, "action", aMessage());
      await made.scheduler.unschedule(scheduleName);
      expect(await made.find(scheduleName)).toBeUndefined();
      await made.scheduler.schedule(scheduleName, at + 60, "action", aMessage());
      expect((await made.find(scheduleName))?.at).toBe(at + 60);
    });

    test("unscheduling a name that does not exist succeeds", async () => {
      await expect(made.scheduler.unschedule(scheduleName)).resolves.toBeUndefined();
    });
  });
}
