import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { JobEvent } from "../../../lambdas/core/job/job-event.ts";
import type { EventBus } from "../../../lambdas/core/ports/event-bus.ts";
import { aJob, anEvent } from "../builders.ts";

export interface EventBusUnderTest {
  bus: EventBus;
  /** The events that a rule on the bus receives, in the order in which the bus accepted them. */
  published: () => JobEvent[];
  clear: () => void;
  /** From now on the bus refuses the events that match. */
  refuse: (refuses: (event: JobEvent) => boolean) => void;
  /** The same, but permanently. */
  refuseForGood: (refuses: (event: JobEvent) => boolean) => void;
  stop?: () => Promise<void>;
}

/** What every EventBus does, in memory and on EventBridge alike. */
export function describeEventBus(name: string, makeBus: () => Promise<EventBusUnderTest>): void {
  describe(`${name} as an EventBus`, () => {
    let made: EventBusUnderTest;
    beforeAll(async () => {
      made = await makeBus();
    });
    beforeEach(() => {
      made.clear();
      made.refuse(() => false);
      made.refuseForGood(() => false);
    });
    afterAll(() => made.stop?.());
    const of = (job: { id: string }) => made.published().filter(({ detail }) => detail.job_id === job.id);

    test("an event arrives unchanged, including its labels and times", async () => {
      const event = anEvent("failed", aJob({ status: "failed" }));
      const detail = { ...event.detail, started_at: 5, finished_at: 6, error_code: "TIMEOUT" as const, labels: ["a"] };
      expect(await made.bus.publish([{ ...event, detail }])).toEqual([]);
      expect(made.published()).toEqual([{ ...event, detail }]);
    });

    test("publishing no events does nothing", async () => {
      expect(await made.bus.publish([])).toEqual([]);
      expect(made.published()).toEqual([]);
    });

    test("a batch of any size arrives whole, with each job's events in order", async () => {
      const jobs = Array.from({ length: 17 }, () => aJob());
      const events = (["scheduled", "started", "completed"] as const).flatMap((name) =>
        jobs.map((job) => anEvent(name, job)),
      );
      expect(await made.bus.publish(events)).toEqual([]);
      expect(made.published()).toHaveLength(51);
      for (const job of jobs) expect(of(job).map((e) => e.name)).toEqual(["scheduled", "started", "completed"]);
    });

    test("a refused event is reported, and holds back later ones of its job only", async () => {
      const [good, bad] = [aJob(), aJob()] as const;
      const events = [
        anEvent("started", good),
        anEvent("scheduled", bad),
        anEvent("completed", good),
        anEvent("started", bad),
        anEvent("completed", bad),
      ];
      made.refuse((event) => event.detail.job_id === bad.id && event.name === "started");
      expect(await made.bus.publish(events)).toEqual([
        { index: 3, code: expect.any(String) },
        { index: 4, code: "NOT_TRIED" },
      ]);
      expect(of(good).map((event) => event.name)).toEqual(["started", "completed"]);
      expect(of(bad).map((event) => event.name)).toEqual(["scheduled"]);
    });

    test("a permanently refused event is reported as such, and holds back no other", async () => {
      const [good, bad] = [aJob(), aJob()] as const;
      const events = [bad, good].flatMap((job) =>
        (["scheduled", "started", "completed"] as const).map((name) => anEvent(name, job)),
      );
      made.refuseForGood((event) => event.detail.job_id === bad.id && event.name === "started");
      expect(await made.bus.publish(events)).toEqual([{ index: 1, code: expect.any(String), permanent: true }]);
      expect(of(bad).map((event) => event.name)).toEqual(["scheduled", "completed"]);
      expect(of(good)).toHaveLength(3);
    });
  });
}
