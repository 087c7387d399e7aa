import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { CachedRun, CacheKey } from "../../../lambdas/core/job/result-cache.ts";
import type { ResultCache } from "../../../lambdas/core/ports/result-cache.ts";
import { noon } from "../builders.ts";

export interface ResultCacheUnderTest {
  cache: ResultCache;
  stop?: () => Promise<void>;
}

/** What every cache of results does, in memory and on DynamoDB alike. */
export function describeResultCache(name: string, make: () => Promise<ResultCacheUnderTest>): void {
  describe(`${name} as ResultCache`, () => {
    let made: ResultCacheUnderTest;
    let count = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    /** A key that no other test has. */
    const fresh = (more: Partial<CacheKey> = {}): CacheKey => ({
      product: "shop",
      env: "prd",
      tag: `tag ${++count}`,
      hash: `hash-${count}`,
      ...more,
    });
    const run: CachedRun = { job_id: "job_1", run: 2, created_at: noon, started_at: noon + 1, until: noon + 60_000 };

    test("finds nothing under a key that was never kept", async () => {
      expect(await made.cache.find(fresh())).toEqual({});
    });

    test("finds what was kept last, under that key alone", async () => {
      const key = fresh();
      await made.cache.keep(key, run);
      await made.cache.keep(key, { ...run, run: 3 });
      expect(await made.cache.find(key)).toEqual({ run: { ...run, run: 3 } });
      expect(await made.cache.find({ ...key, hash: "other" })).toEqual({});
      expect(await made.cache.find({ ...key, env: "dev" })).toEqual({});
      expect(await made.cache.find({ ...key, product: "other" })).toEqual({});
    });

    test("finds when a tag was cleared", async () => {
      const key = fresh({ tag: `an emoji 🧾 and \uffff # ${count}` });
      await made.cache.keep(key, run);
      await made.cache.clear(key, noon + 2);
      expect(await made.cache.find(key)).toEqual({ run, cleared_at: noon + 2 });
      expect(await made.cache.find({ ...key, tag: "other" })).toEqual({ run });
      expect(await made.cache.find({ ...key, hash: "other" })).toEqual({ cleared_at: noon + 2 });
    });

    test("keeps the later of two clearings, in either order", async () => {
      const key = fresh();
      await made.cache.clear(key, noon + 2);
      await made.cache.clear(key, noon + 1);
      expect(await made.cache.find(key)).toEqual({ cleared_at: noon + 2 });
      await made.cache.clear(key, noon + 3);
      expect(await made.cache.find(key)).toEqual({ cleared_at: noon + 3 });
    });

    test("takes a tag that looks like a key's hash for another item", async () => {
      const key = fresh();
      await made.cache.keep(key, run);
      await made.cache.clear({ ...key, tag: key.hash }, noon);
      expect(await made.cache.find(key)).toEqual({ run });
    });
  });
}
