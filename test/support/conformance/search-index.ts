import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import type { SearchEntry, SearchIn } from "../../../lambdas/core/job/search-entries.ts";
import type { SearchIndex } from "../../../lambdas/core/ports/search-index.ts";
import { noon } from "../builders.ts";

/** What every index of the search does, in memory and on DynamoDB alike. */
export function describeSearchIndex(
  name: string,
  make: () => Promise<{ index: SearchIndex; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as SearchIndex`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let values = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    const fresh = (more: Partial<SearchIn> = {}): SearchIn => ({
      ...{ product: "shop", env: "dev", field: "order", value: `A-${++values}`, sealed: false, failed: false },
      ...more,
    });
    const entry = (of: SearchIn, at: number, job_id = newJobId()): SearchEntry => ({
      ...of,
      at,
      job_id,
      until: noon * 2,
    });
    const put = async (...entries: SearchEntry[]) => {
      expect(await made.index.put(entries)).toEqual([]);
      return entries.map(({ at, job_id }) => ({ time: at, id: job_id }));
    };
    const page = (of: SearchIn, query: Partial<Parameters<SearchIndex["page"]>[1]> = {}) =>
      made.index.page(of, { limit: 10, ...query });

    test("finds the jobs of a value, the latest first, and nothing else", async () => {
      const of = fresh();
      const positions = await put(...[3, 1, 2].map((n) => entry(of, noon + n)));
      await put(
        entry({ ...of, product: "mill" }, noon),
        entry({ ...of, env: "prd" }, noon),
        entry({ ...of, field: "orders" }, noon),
        entry({ ...of, value: `${of.value} ` }, noon),
        entry({ ...of, sealed: true }, noon),
        entry({ ...of, failed: true }, noon),
      );
      const [third, first, second] = positions;
      expect(await page(of)).toEqual({ found: [third, second, first], more: false });
      expect((await page({ ...of, failed: true })).found).toHaveLength(1);
      expect((await page({ ...of, sealed: true })).found).toHaveLength(1);
      expect((await page({ ...of, product: "mill" })).found).toHaveLength(1);
      expect(await page({ ...of, value: "A-none" })).toEqual({ found: [], more: false });
    });

    test.each(["😀", "\uffff", "#", "a#b#0", "!", " ", "x".repeat(300), "é", "e\u0301", "0"])(
      "takes the value %j to the letter",
      async (value) => {
        const of = fresh({ env: `e${++values}`, value });
        const [position] = await put(entry(of, noon));
        expect((await page(of)).found).toEqual([position]);
        expect((await page({ ...of, value: `${value}#` })).found).toEqual([]);
      },
    );

    test("an entry that is put again is the same one", async () => {
      const of = fresh();
      const one = entry(of, noon);
      await put(one);
      const [position] = await put({ ...one, until: one.until + 1 });
      expect(await page(of)).toEqual({ found: [position], more: false });
    });

    test("goes on after a position, over all shards, within times", async () => {
      const of = fresh();
      const all = (await put(...Array.from({ length: 30 }, (_, n) => entry(of, noon + Math.floor(n / 3))))).sort(
        (a, b) => b.time - a.time || (a.id < b.id ? 1 : -1),
      );
      const listed: typeof all = [];
      for (let after: (typeof all)[number] | undefined; ; after = listed.at(-1)) {
        const { found, more } = await page(of, { after, limit: 7 });
        listed.push(...found);
        if (!more) break;
      }
      expect(listed).toEqual(all);
      const within = all.filter(({ time }) => time >= noon + 2 && time <= noon + 4);
      expect((await page(of, { from: noon + 2, until: noon + 4 })).found).toEqual(within);
      expect((await page(of, { from: noon + 3, until: noon + 4, after: all.at(-1) })).found).toEqual([]);
      expect((await page(of, { from: noon + 4, until: noon + 3 })).found).toEqual([]);
      expect(await page(of, { limit: 30 })).toEqual({ found: all, more: false });
      expect((await page(of, { limit: 29 })).more).toBe(true);
    });

    test("takes very many entries at once", async () => {
      const of = fresh();
      await put(...Array.from({ length: 120 }, (_, n) => entry(of, noon + n)));
      expect((await page(of, { limit: 100 })).found.map(({ time }) => time - noon)).toEqual(
        Array.from({ length: 100 }, (_, n) => 119 - n),
      );
    });
  });
}
