import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { addCounts, type Counts, noCounts } from "../../../lambdas/core/job/stats.ts";
import { hourMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import type { StatsStore } from "../../../lambdas/core/ports/stats-store.ts";
import { noon } from "../builders.ts";
import { counted } from "../counted.ts";

const counts = (some: Partial<Counts>): Counts => ({ ...noCounts(), ...some });
const histogram = (some: Record<number, number>) => noCounts().lateness.map((_, i) => some[i] ?? 0);
let tenants = 0;
const newTenant = () => ({ product: `shop-${++tenants}`, env: "prd" });

/** What every StatsStore does, in memory and on DynamoDB alike. */
export function describeStatsStore(
  name: string,
  makeStore: () => Promise<{ stats: StatsStore; stop?: () => Promise<void> }>,
) {
  describe(`${name} as a StatsStore`, () => {
    let made: Awaited<ReturnType<typeof makeStore>>;
    beforeAll(async () => {
      made = await makeStore();
    });
    afterAll(() => made.stop?.());
    const read = ({ product, env }: { product: string; env: string }, from: number, to: number) =>
      made.stats.read(product, env, from, to);

    test("additions to an hour are summed, per counter and bucket", async () => {
      const tenant = newTenant();
      const first = counts({ scheduled: 2, completed: 1, lateness: histogram({ 0: 1, 23: 4 }) });
      const second = counts({
        completed: 1,
        failed: 3,
        attempts: 4,
        lateness: histogram({ 23: 1 }),
        duration: histogram({ 5: 7 }),
      });
      await made.stats.add([counted({ ...tenant, hour: noon, counts: first })]);
      await made.stats.add([counted({ ...tenant, hour: noon, counts: second })]);
      expect(await read(tenant, noon, noon + hourMs)).toEqual([{ hour: noon, counts: addCounts(first, second) }]);
    });

    test("hours are read oldest first, without empty ones and the last", async () => {
      const tenant = newTenant();
      const hours = [3, 0, 1, 5, -1].map((n) => noon + n * hourMs);
      const one = counts({ cancelled: 1 });
      await made.stats.add(hours.map((hour) => counted({ ...tenant, hour, counts: one })));
      const found = await read(tenant, noon, noon + 5 * hourMs);
      expect(found).toEqual([0, 1, 3].map((n) => ({ hour: noon + n * hourMs, counts: one })));
      expect(await read(tenant, noon, noon)).toEqual([]);
    });

    test("a tenant's latest hour with counts is found", async () => {
      const [tenant, other] = [newTenant(), newTenant()];
      expect(await made.stats.latest(tenant.product, tenant.env)).toBeUndefined();
      const one = counts({ scheduled: 1 });
      const hours = [30, -2, 5].map((n) => noon + n * hourMs);
      await made.stats.add(hours.map((hour) => counted({ ...tenant, hour, counts: one })));
      await made.stats.add([counted({ ...other, hour: noon + 90 * hourMs, counts: one })]);
      expect(await made.stats.latest(tenant.product, tenant.env)).toBe(noon + 30 * hourMs);
      expect(await made.stats.latest(tenant.product, "dev")).toBeUndefined();
    });

    test("a month is read completely", async () => {
      const tenant = newTenant();
      const increments = Array.from({ length: 744 }, (_, n) => ({
        ...tenant,
        hour: noon + n * hourMs,
        counts: counts({ completed: n, duration: histogram({ 1: n, 12: 5 }) }),
      }));
      await made.stats.add(increments.map(counted));
      const found = await read(tenant, noon, noon + 744 * hourMs);
      expect(found.map((hour) => hour.counts.completed)).toEqual(increments.map((_, n) => n));
    });

    test("an addition that is repeated with others counts once", async () => {
      const tenant = newTenant();
      const some = Array.from({ length: 250 }, () =>
        counted({ ...tenant, hour: noon, counts: counts({ completed: 1 }) }),
      );
      await made.stats.add(some.slice(0, 3));
      await made.stats.add(some.slice(0, 3));
      await made.stats.add(some.slice(1, 9));
      for (let from = 0; from < some.length; from += 50) {
        await made.stats.add(some.slice(from, from + 80));
        await made.stats.add(some.slice(from, from + 40));
      }
      expect(await read(tenant, noon, noon + hourMs)).toEqual([{ hour: noon, counts: counts({ completed: 250 }) }]);
    });

    test("an addition that two make at once counts once", async () => {
      const tenant = newTenant();
      const some = Array.from({ length: 30 }, () => counted({ ...tenant, hour: noon, counts: counts({ failed: 1 }) }));
      const other = Array.from({ length: 30 }, () => counted({ ...tenant, hour: noon, counts: counts({ failed: 1 }) }));
      await Promise.all([some, some.slice(10), other, other.slice(0, 20)].map((each) => made.stats.add(each)));
      expect(await read(tenant, noon, noon + hourMs)).toEqual([{ hour: noon, counts: counts({ failed: 60 }) }]);
    });

    test("an event has its own counters, beside those of its tenant", async () => {
      const tenant = newTenant();
      const one = counted({ ...tenant, hour: noon, counts: counts({ completed: 1 }) });
      await made.stats.add([one, { ...one, event: "charge" }]);
      await made.stats.add([counted({ ...tenant, event: "charge", hour: noon, counts: counts({ failed: 1 }) })]);
      const of = (event?: string) => made.stats.read(tenant.product, tenant.env, noon, noon + hourMs, event);
      expect(await of("charge")).toEqual([{ hour: noon, counts: counts({ completed: 1, failed: 1 }) }]);
      expect(await of()).toEqual([{ hour: noon, counts: counts({ completed: 1 }) }]);
      expect(await of("refund")).toEqual([]);
      // The mark is that of the item: the same addition is known to both.
      await made.stats.add([one, { ...one, event: "charge" }]);
      expect(await of("charge")).toEqual([{ hour: noon, counts: counts({ completed: 1, failed: 1 }) }]);
      expect(await made.stats.latest(tenant.product, tenant.env)).toBe(noon);
    });

    test("each tenant has its own counters", async () => {
      const [mine, { product }] = [newTenant(), newTenant()];
      await made.stats.add([counted({ ...mine, hour: noon, counts: counts({ completed: 1 }) })]);
      for (const other of [
        { product, env: "prd" },
        { ...mine, env: "dev" },
        { product: "shop", env: "prd" },
      ]) {
        expect(await read(other, noon, noon + hourMs)).toEqual([]);
      }
    });
  });
}
