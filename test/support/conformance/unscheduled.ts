import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { newJobId, shardOf } from "../../../lambdas/core/job/job-id.ts";
import { type KeptMessage, keptShards, type Unscheduled } from "../../../lambdas/core/ports/unscheduled.ts";
import { aJob, aMessage, noon } from "../builders.ts";

export interface UnscheduledUnderTest {
  unscheduled: Unscheduled;
  stop?: () => Promise<void>;
}

/** An id whose messages are in a shard. */
function idIn(shard: number): string {
  for (;;) {
    const id = newJobId();
    if (shardOf(id, keptShards) === shard) return id;
  }
}

const kept = (due_at: number, shard = 3, id = idIn(shard)): KeptMessage => ({
  type: "action",
  group: "shop:prd",
  message: aMessage(aJob({ id, due_at })),
});

/** Messages that the Scheduler did not take, in memory and on DynamoDB alike. */
export function describeUnscheduled(name: string, make: () => Promise<UnscheduledUnderTest>): void {
  describe(`${name} as Unscheduled`, () => {
    let made: UnscheduledUnderTest;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.stop?.());
    const all = (shard = 3) => made.unscheduled.page({ shard, until: noon + 1e6, limit: 100 });

    test("returns the messages of one shard up to a time, in order", async () => {
      const [late, soon, later] = [kept(noon + 5), kept(noon - 5), kept(noon + 6)] as const;
      for (const one of [late, soon, later, kept(noon, 4)]) await made.unscheduled.hold(one);
      const page = await made.unscheduled.page({ shard: 3, until: noon + 5, limit: 100 });
      expect(page).toEqual({ kept: [soon, late] });
    });

    test("returns pages that may begin after a deleted message", async () => {
      const ones = Array.from({ length: 5 }, (_, n) => kept(noon + n));
      for (const one of ones) await made.unscheduled.hold(one);
      const first = await made.unscheduled.page({ shard: 3, until: noon + 100, limit: 2 });
      expect(first).toEqual({ kept: ones.slice(0, 2), next: ones[1] });
      await made.unscheduled.remove(first.kept);
      const second = await made.unscheduled.page({ shard: 3, until: noon + 100, limit: 3 }, first.next);
      expect(second.kept).toEqual(ones.slice(2));
      expect(second.next).toBeUndefined();
    });

    test("keeps a message once, and each attempt separately", async () => {
      const one = kept(noon);
      const next = { ...one, message: { ...one.message, attempt: 2 } };
      for (const each of [one, one, next]) await made.unscheduled.hold(each);
      expect((await all()).kept).toEqual([one, next]);
    });

    test("deletes many messages, absent and repeated ones among them", async () => {
      const ones = Array.from({ length: 30 }, (_, n) => kept(noon + n));
      for (const one of ones.slice(1)) await made.unscheduled.hold(one);
      const [first] = ones;
      await made.unscheduled.remove([...ones, ...(first ? [first] : [])]);
      expect((await all()).kept).toEqual([]);
      await made.unscheduled.remove([]);
    });
  });
}
