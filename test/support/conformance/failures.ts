import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type DayFailures,
  type FailureGroup,
  failureGroupOf,
  groupsPerDay,
  otherFingerprint,
  utcDayOf,
} from "../../../lambdas/core/job/failure-group.ts";
import { dayMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import type { Failures } from "../../../lambdas/core/ports/failures.ts";
import { noon } from "../builders.ts";
import { counted } from "../counted.ts";

const today = utcDayOf(noon);
const jobId = (digit: string) => `job_${digit.repeat(32)}`;
const aFailure = (overrides: Partial<Parameters<typeof failureGroupOf>[0]> = {}): FailureGroup =>
  failureGroupOf({
    job_id: jobId("a"),
    event: "charge",
    type: "action",
    at: noon,
    code: "PROVIDER_ERROR",
    message: "The card was declined.",
    ...overrides,
  });
const inOrder = (groups: readonly FailureGroup[]) =>
  [...groups].sort((a, b) => b.count - a.count || (a.fingerprint < b.fingerprint ? -1 : 1));

/** What every record of failures does, in memory and on DynamoDB alike. */
export function describeFailures(
  name: string,
  make: () => Promise<{ failures: Failures; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as Failures`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let tenants = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    /** A tenant without failures. */
    const fresh = () => {
      const tenant = { product: `shop-${++tenants}`, env: "prd" };
      const add = (groups: readonly FailureGroup[], day = today) =>
        made.failures.add(groups.map((group) => counted<DayFailures>({ ...tenant, day, group })));
      const read = async (day = today) => inOrder(await made.failures.read(tenant.product, tenant.env, day));
      return { tenant, add, read };
    };

    test("returns nothing where nothing was added", async () => {
      const { add, read } = fresh();
      await add([]);
      expect(await read()).toEqual([]);
    });

    test("counts failures of one group from the first to the last", async () => {
      const { add, read } = fresh();
      const first = { ...aFailure(), count: 3 };
      await add([first]);
      const second = { ...aFailure({ at: noon + 90, job_id: jobId("b") }), count: 2 };
      await add([second]);
      expect(await read()).toEqual([
        { ...first, count: 5, first_at: noon, last_at: noon + 90, sample_job_id: jobId("b") },
      ]);
    });

    test("keeps groups of one call apart", async () => {
      const { add, read } = fresh();
      const one = { ...aFailure(), count: 2 };
      const other = aFailure({ provider_code: "card_declined" });
      await add([one, other]);
      expect(await read()).toEqual([one, other]);
    });

    test("counts a failure that is added again, among others, once", async () => {
      const { tenant, read } = fresh();
      const events = Array.from({ length: groupsPerDay + 20 }, (_, n) => `event-${n}`);
      const failures = events.map((event) => counted({ ...tenant, day: today, group: aFailure({ event }) }));
      for (let from = 0; from < failures.length; from += 40) {
        await made.failures.add(failures.slice(from, from + 50));
        await made.failures.add(failures.slice(from, from + 45));
      }
      const groups = await read();
      expect(groups).toHaveLength(groupsPerDay + 1);
      expect(groups.find(({ fingerprint }) => fingerprint === otherFingerprint)?.count).toBe(20);
      expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(failures.length);
    });

    test("keeps each tenant and each day apart", async () => {
      const { tenant, add, read } = fresh();
      await add([aFailure()]);
      const later = aFailure({ at: noon + dayMs });
      await add([later], today + dayMs);
      expect(await read()).toEqual([aFailure()]);
      expect(await read(today + dayMs)).toEqual([later]);
      expect(await read(today - dayMs)).toEqual([]);
      expect(await made.failures.read(tenant.product, "dev", today)).toEqual([]);
    });

    test("counts new causes beyond the groups of a day as other", async () => {
      const { add, read } = fresh();
      const numbered = (n: number) => aFailure({ event: `event-${n}`, at: noon + n });
      const first = Array.from({ length: groupsPerDay - 1 }, (_, n) => numbered(n));
      // As many as a batch of the stream may have.
      for (let from = 0; from < first.length; from += 50) await add(first.slice(from, from + 50));
      await add([numbered(0), ...[1000, 1001, 1002].map(numbered)]);
      await add([numbered(1003), { ...numbered(1), count: 4 }]);
      const groups = await read();
      expect(groups).toHaveLength(groupsPerDay + 1);
      const other = groups.find(({ fingerprint }) => fingerprint === otherFingerprint);
      expect(other).toMatchObject({ count: 3, first_at: noon + 1001, last_at: noon + 1003, event: "event-1003" });
      expect(groups.find(({ event }) => event === "event-0")?.count).toBe(2);
      expect(groups.find(({ event }) => event === "event-1")?.count).toBe(5);
      expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(groupsPerDay - 1 + 4 + 5);
    });
  });
}
