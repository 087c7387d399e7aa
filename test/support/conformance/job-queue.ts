import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type JobMessage, type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import type { JobQueue } from "../../../lambdas/core/ports/job-queue.ts";
import { aMessage } from "../builders.ts";

export interface JobQueueUnderTest {
  queue: JobQueue;
  /** The messages in a type's queue, read without receiving them: those that are visible now, and those that are delayed. */
  held: (type: JobType) => Promise<{ ready: JobMessage[]; delayed: JobMessage[] }>;
  stop?: () => Promise<void>;
}

/** What every JobQueue does, in memory and on SQS alike. */
export function describeJobQueue(name: string, makeQueue: () => Promise<JobQueueUnderTest>): void {
  describe(`${name} as a JobQueue`, () => {
    let made: JobQueueUnderTest;
    beforeAll(async () => {
      made = await makeQueue();
    });
    afterAll(() => made.stop?.());

    test.each(jobTypes)("a message for a job of type %s waits in that type's queue only", async (type) => {
      const message = aMessage();
      await made.queue.send(type, message, { delaySeconds: 0, group: "shop:prd" });
      for (const other of jobTypes) {
        const { ready } = await made.held(other);
        expect(ready.filter(({ job_id }) => job_id === message.job_id)).toEqual(other === type ? [message] : []);
      }
    });

    test.each([1, 900])("a message sent with a delay of %d s is not visible yet", async (delaySeconds) => {
      const message = aMessage();
      await made.queue.send("action", message, { delaySeconds, group: "shop:prd" });
      const { ready, delayed } = await made.held("action");
      expect(ready).not.toContainEqual(message);
      expect(delayed).toContainEqual(message);
    });

    test("a message sent twice is in the queue twice", async () => {
      const message = aMessage();
      for (const _ of [1, 2]) await made.queue.send("feature", message, { delaySeconds: 0, group: "shop:prd" });
      const { ready } = await made.held("feature");
      expect(ready.filter(({ job_id }) => job_id === message.job_id)).toEqual([message, message]);
    });

    test("many messages all arrive, each with its delay", async () => {
      const entries = Array.from({ length: 23 }, (_, i) => ({
        message: aMessage(),
        delaySeconds: i % 2 === 0 ? 0 : 600,
        group: "shop:prd",
      }));
      expect(await made.queue.sendMany("function", entries)).toEqual([]);
      const { ready, delayed } = await made.held("function");
      for (const { message, delaySeconds } of entries) {
        expect(delaySeconds === 0 ? ready : delayed).toContainEqual(message);
      }
    });

    test("sending no messages does nothing", async () => {
      expect(await made.queue.sendMany("function", [])).toEqual([]);
    });
  });
}
