import { describe, expect, test } from "@jest/globals";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import { PermanentError } from "../../../../lambdas/core/kernel/errors.ts";
import { aJob, aMessage, noon } from "../../builders.ts";
import { aClaim, idInShard, positionOf, type StoreInUse } from "./under-test.ts";

/** Creates, alone and many at once, and reads. */
export function describeCreation(under: StoreInUse): void {
  const { stored } = under;

  describe("create and get", () => {
    test("a created job is read back whole", async () => {
      const job = await stored(
        aJob({
          app: "payments",
          labels: ["vip", "eu"],
          expires_at: noon + 1,
          progress: { inline: ["sms"] },
          error: { code: "TIMEOUT", message: "", retryable: true },
          attempts: [{ attempt: 1, due_at: noon, started_at: noon + 1, ended_at: noon + 2, outcome: "failed" }],
        }),
      );
      expect(await under.store.get(job.id)).toEqual(job);
    });

    test("a job that was never created is absent", async () => {
      expect(await under.store.get(newJobId())).toBeUndefined();
    });

    test("creating a job under an id that is taken returns the existing job, unchanged", async () => {
      const first = await stored(aJob());
      const second = aJob({ id: first.id, event: "refund" });
      expect(await under.store.create(second)).toEqual({ outcome: "exists", job: first });
      expect(await under.store.get(first.id)).toEqual(first);
    });

    test("repeating the very same write counts as created", async () => {
      const job = await stored(aJob());
      expect(await under.store.create(job)).toEqual({ outcome: "created" });
    });

    test("one of two simultaneous creations under an id wins, and both return its job", async () => {
      const [a, b] = [aJob(), aJob()];
      b.id = a.id;
      const outcomes = await Promise.all([under.store.create(a), under.store.create(b)]);
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["created", "exists"]);
      const existing = outcomes.find((outcome) => outcome.outcome === "exists");
      expect(existing).toEqual({ outcome: "exists", job: await under.store.get(a.id) });
    });

    test.each(odd)("an input that is $name comes back as it went in", async ({ value }) => {
      const job = await stored(
        aJob({ input: { inline: value }, progress: { inline: value }, result: { inline: value } }),
      );
      const read = await under.store.get(job.id);
      const text = JSON.stringify({ inline: value });
      expect(JSON.stringify(read?.input)).toBe(text);
      expect(JSON.stringify(read?.progress)).toBe(text);
      expect(JSON.stringify(read?.result)).toBe(text);
    });

    test("a value stored elsewhere is kept as a reference", async () => {
      const job = await stored(aJob({ input: { blob: "inputs/1", bytes: 5_000_000 } }));
      expect((await under.store.get(job.id))?.input).toEqual({ blob: "inputs/1", bytes: 5_000_000 });
    });

    test("changing a job after it was stored or read does not change the stored one", async () => {
      const job = aJob({ labels: ["before"] });
      await under.store.create(job);
      job.labels?.push("after");
      const read = await under.store.get(job.id);
      // The fake refuses the change at once.
      if (!Object.isFrozen(read?.labels)) read?.labels?.push("after");
      expect((await under.store.get(job.id))?.labels).toEqual(["before"]);
    });
  });

  describe("createMany", () => {
    test("stores any number of jobs at once", async () => {
      const jobs = Array.from({ length: 60 }, (_, i) => aJob({ labels: [`number ${i}`] }));
      expect(await under.store.createMany(jobs)).toEqual([]);
      const read = await under.store.getMany(jobs.map(({ id }) => id));
      expect(read.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    });

    test("refuses a job that the store never takes, and no other", async () => {
      const jobs = Array.from({ length: 30 }, (_, i) => aJob({ labels: [`number ${i}`] }));
      const one = jobs[7] as Job;
      one.repeat = { every: 1000, anchor: noon, end_date: 1e200, overlap: "skip" };
      const refused = await under.store.createMany(jobs);
      expect(refused).toEqual([{ index: 7, cause: expect.any(PermanentError) }]);
      expect(await under.store.getMany(jobs.map(({ id }) => id))).toHaveLength(29);
      await expect(under.store.create(one)).rejects.toBeInstanceOf(PermanentError);
      expect(await under.store.get(one.id)).toBeUndefined();
    });

    test("returns an id that is requested twice once", async () => {
      const [one, other] = [aJob(), aJob()];
      await under.store.createMany([one, other]);
      const read = await under.store.getMany([one.id, other.id, one.id, aJob().id]);
      expect(read.map(({ id }) => id).toSorted()).toEqual([one.id, other.id].toSorted());
    });

    test("creating no jobs does nothing", async () => {
      expect(await under.store.createMany([])).toEqual([]);
    });

    test("stores jobs that can be listed and claimed", async () => {
      const job = aJob({ product: `shop-${crypto.randomUUID()}`, id: idInShard(3) });
      await under.store.createMany([job]);
      const query = { product: job.product, env: "prd", phase: "pending", shard: 3, order: "asc", limit: 5 } as const;
      expect((await under.store.page(query)).jobs).toEqual([positionOf(job)]);
      expect(await under.store.claim(aMessage(job), aClaim())).toMatchObject({ outcome: "claimed" });
    });
  });
}

const nested = (depth: number): unknown => (depth === 0 ? "deep" : { level: [nested(depth - 1)] });

/** Values that a database's own types would refuse or change. */
const odd = [
  { name: "null", value: null },
  { name: "an empty object", value: {} },
  { name: "full of empty strings and keys", value: { "": "", list: [""], none: null } },
  { name: "nested 80 levels deep", value: nested(40) },
  { name: "numbers of any size", value: [1e21, -1e300, 5e-324, 0.1, 123456789012345680000, 2 ** 53 + 2] },
  { name: "unicode", value: { "ключ 🔑": "zażółć \u0000 \u2028 👩‍👩‍👧 \ud800" } },
  { name: "named like a prototype", value: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') },
  { name: "85 KB long", value: { text: "é".repeat(30_000), list: Array.from({ length: 5000 }, (_, i) => i) } },
];
