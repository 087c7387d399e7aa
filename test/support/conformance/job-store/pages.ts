import { describe, expect, test } from "@jest/globals";
import { comparePositions, type IndexPosition } from "../../../../lambdas/core/job/index-position.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { attemptFailed, cancelled } from "../../../../lambdas/core/job/transitions.ts";
import { aJob, aMessage, noon } from "../../builders.ts";
import { aClaim, idInShard, leased, positionOf, type StoreInUse } from "./under-test.ts";

/** Lists in pages, by phase, shard and time. */
export function describePages(under: StoreInUse): void {
  const { stored } = under;

  describe("page", () => {
    /** A tenant of its own, so that other tests' jobs do not appear in its lists. */
    const aTenant = () => ({ product: `shop-${crypto.randomUUID()}`, env: "prd" });
    const overdue = { phase: "pending", shard: 3, until: noon, order: "asc", limit: 10 } as const;
    const storedAt = (tenant: { product: string; env: string }, due_at: number, shard = 3) =>
      stored(aJob({ ...tenant, id: idInShard(shard), due_at }));

    test("lists what is due at or before a time, oldest first", async () => {
      const tenant = aTenant();
      const onTime = await storedAt(tenant, noon);
      const oldest = await storedAt(tenant, noon - 100_000);
      const older = await storedAt(tenant, noon - 5);
      await storedAt(tenant, noon + 1);
      expect(await under.store.page({ ...tenant, ...overdue })).toEqual({
        jobs: [oldest, older, onTime].map(({ id, due_at }) => ({ id, time: due_at })),
      });
    });

    test("an empty shard is an empty last page", async () => {
      expect(await under.store.page({ ...aTenant(), ...overdue })).toEqual({ jobs: [] });
    });

    test("keeps tenants, environments, shards and phases apart", async () => {
      const tenant = aTenant();
      const job = await storedAt(tenant, noon);
      await storedAt({ ...tenant, env: "dev" }, noon);
      await storedAt(aTenant(), noon);
      await storedAt(tenant, noon, 4);
      expect((await under.store.page({ ...tenant, ...overdue })).jobs).toEqual([{ id: job.id, time: noon }]);
      expect((await under.store.page({ ...tenant, ...overdue, phase: "completed" })).jobs).toEqual([]);
    });

    test("pages follow each other without gaps or repetition, and the last one has no cursor", async () => {
      const tenant = aTenant();
      const jobs = [];
      // Two jobs per time: a page may end between jobs of the same time.
      for (const due of [1, 2, 2, 2, 3, 4]) jobs.push(await storedAt(tenant, noon - 10 + due));
      const seen: string[] = [];
      const sizes: number[] = [];
      let after: IndexPosition | undefined;
      do {
        const page = await under.store.page({ ...tenant, ...overdue, limit: 3 }, after);
        seen.push(...page.jobs.map(({ id }) => id));
        sizes.push(page.jobs.length);
        after = page.next;
      } while (after !== undefined);
      expect(sizes).toEqual([3, 3]);
      expect(seen).toEqual(
        jobs.toSorted((a, b) => comparePositions("asc")(positionOf(a), positionOf(b))).map(({ id }) => id),
      );
    });

    test("lists backwards, with jobs of the same time by id", async () => {
      const tenant = aTenant();
      const jobs = [];
      for (const due of [1, 2, 2, 2, 3]) jobs.push(positionOf(await storedAt(tenant, noon - 10 + due)));
      const expected = jobs.toSorted(comparePositions("desc"));
      const query = { ...tenant, ...overdue, order: "desc", limit: 2 } as const;
      const first = await under.store.page(query);
      const second = await under.store.page(query, first.next);
      const third = await under.store.page(query, second.next);
      expect([first.jobs, second.jobs, third.jobs]).toEqual([
        expected.slice(0, 2),
        expected.slice(2, 4),
        expected.slice(4),
      ]);
      expect(third).not.toHaveProperty("next");
    });

    test("lists what lies between two times, both included, or a whole shard", async () => {
      const tenant = aTenant();
      const times = [noon - 3, noon - 2, noon - 1, noon, noon + 1];
      for (const time of times) await storedAt(tenant, time);
      const timesOf = async (range: { from?: number; until?: number }) => {
        const query = { ...tenant, phase: "pending", shard: 3, order: "asc", limit: 10, ...range } as const;
        return (await under.store.page(query)).jobs.map(({ time }) => time);
      };
      expect(await timesOf({ from: noon - 2, until: noon })).toEqual(times.slice(1, 4));
      expect(await timesOf({ from: noon })).toEqual(times.slice(3));
      expect(await timesOf({})).toEqual(times);
      expect(await timesOf({ from: noon, until: noon - 1 })).toEqual([]);
    });

    test.each(["asc", "desc"] as const)(
      "takes a cursor that is no job's position or out of range (%s)",
      async (order) => {
        const tenant = aTenant();
        const jobs = [];
        for (const time of [noon - 2, noon - 1, noon]) jobs.push(positionOf(await storedAt(tenant, time)));
        const query = { ...tenant, ...overdue, order, from: noon - 1 } as const;
        const at = (time: number) => under.store.page(query, { id: idInShard(5), time });
        const inRange = jobs.slice(1).toSorted(comparePositions(order));
        expect((await at(order === "asc" ? noon - 5 : noon + 5)).jobs).toEqual(inRange);
        expect((await at(order === "asc" ? noon + 5 : noon - 5)).jobs).toEqual([]);
        // Ids sort by creation: this one is later than all of them.
        expect((await at(noon - 1)).jobs).toEqual(order === "asc" ? [jobs[2]] : [jobs[1]]);
      },
    );

    test("misses no job when others leave while a reader pages", async () => {
      const tenant = aTenant();
      const first = await storedAt(tenant, noon - 2);
      const second = await storedAt(tenant, noon - 1);
      const page = await under.store.page({ ...tenant, ...overdue, limit: 1 });
      expect(page.next).toEqual(positionOf(first));
      await under.store.remove(first);
      expect((await under.store.page({ ...tenant, ...overdue, limit: 1 }, page.next)).jobs).toMatchObject([
        { id: second.id },
      ]);
    });

    test("a running job is still pending, at the time it was due", async () => {
      const tenant = aTenant();
      const job = await storedAt(tenant, noon - 1);
      await under.store.claim(aMessage(job), aClaim());
      expect((await under.store.page({ ...tenant, ...overdue })).jobs).toEqual([{ id: job.id, time: noon - 1 }]);
    });

    test("lists a finished job in its phase, at the time of its end", async () => {
      const tenant = aTenant();
      const job = await storedAt(tenant, noon - 1);
      await under.store.replace(cancelled(job, noon + 50, "no longer wanted"));
      expect((await under.store.page({ ...tenant, ...overdue })).jobs).toEqual([]);
      const finished = { ...tenant, ...overdue, phase: "cancelled" } as const;
      expect((await under.store.page({ ...finished, until: noon + 49 })).jobs).toEqual([]);
      expect((await under.store.page({ ...finished, until: noon + 50 })).jobs).toMatchObject([{ id: job.id }]);
    });

    test("a job that waits for another attempt moves to its new time", async () => {
      const tenant = aTenant();
      const job = await stored(leased(noon, { ...tenant, id: idInShard(3) }));
      const next = attemptFailed(job, noon, { error: new JobError("TIMEOUT", "slow"), random: 0.5 });
      await under.store.replace(next);
      expect((await under.store.page({ ...tenant, ...overdue })).jobs).toEqual([]);
      const later = await under.store.page({ ...tenant, ...overdue, until: next.due_at });
      expect(later.jobs).toEqual([{ id: job.id, time: next.due_at }]);
    });
  });
}
