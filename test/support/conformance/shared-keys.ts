import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SharedKey } from "../../../lambdas/core/job/shared-key.ts";
import type { SharedKeys } from "../../../lambdas/core/ports/shared-keys.ts";
import { noon } from "../builders.ts";

export interface SharedKeysUnderTest {
  sharedKeys: SharedKeys;
  stop?: () => Promise<void>;
}

const aKey = (key: string, other: Partial<SharedKey> = {}): SharedKey => ({
  product: "shop",
  env: "prd",
  event: "charge",
  kind: "unique",
  key,
  ...other,
});

const holder = (job_id: string) => ({ job_id, token: `token of ${job_id}` });

/** Which job has which key, in memory and on DynamoDB alike. */
export function describeSharedKeys(name: string, make: () => Promise<SharedKeysUnderTest>): void {
  describe(`${name} as SharedKeys`, () => {
    let keys: SharedKeys;
    let made: SharedKeysUnderTest;
    beforeAll(async () => {
      made = await make();
      keys = made.sharedKeys;
    });
    afterAll(() => made.stop?.());

    test("a key that was never taken has no job", async () => {
      expect(await keys.get(aKey("nobody"))).toBeUndefined();
    });

    test("a key that no job has can be taken, once", async () => {
      expect(await keys.move(aKey("a"), undefined, holder("one"), noon)).toBe("moved");
      expect(await keys.move(aKey("a"), undefined, holder("two"))).toBe("lost");
      expect(await keys.get(aKey("a"))).toEqual(holder("one"));
    });

    test("a key moves on only from the job that has it", async () => {
      await keys.move(aKey("b"), undefined, holder("one"));
      expect(await keys.move(aKey("b"), "other", holder("two"))).toBe("lost");
      expect(await keys.move(aKey("b"), "token of one", { ...holder("two"), previous: "one" }, noon)).toBe("moved");
      expect(await keys.get(aKey("b"))).toEqual({ ...holder("two"), previous: "one" });
    });

    test("a key is distinct in each product, env, event and kind", async () => {
      await keys.move(aKey("c"), undefined, holder("one"));
      const others = [{ product: "x" }, { env: "x" }, { event: "x:y" }, { kind: "debounce" as const }, { key: "C" }];
      for (const other of others) expect(await keys.get(aKey("c", other))).toBeUndefined();
    });

    test("a key may be empty or contain any character", async () => {
      for (const key of ["", "a#b", "ключ", `"'\\`]) {
        expect(await keys.move(aKey(key), undefined, holder(key))).toBe("moved");
        expect(await keys.get(aKey(key))).toEqual(holder(key));
      }
    });

    test("one of many simultaneous takers gets the key", async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `job-${i}`);
      const outcomes = await Promise.all(ids.map((job_id) => keys.move(aKey("d"), undefined, holder(job_id))));
      expect(outcomes.filter((outcome) => outcome === "moved")).toHaveLength(1);
      const winner = ids[outcomes.indexOf("moved")];
      expect(await keys.get(aKey("d"))).toMatchObject({ job_id: winner });
    });

    test("a write that is repeated because its answer was lost has moved the key", async () => {
      await keys.move(aKey("e"), undefined, holder("one"));
      expect(await keys.move(aKey("e"), undefined, holder("one"))).toBe("moved");
    });

    test("an answer is kept, and replaced only by its job or when it is stale", async () => {
      const answer = { job_id: "one", created_at: noon, fingerprint: "f", as: "skipped" } as const;
      const later = { job_id: "two", created_at: noon, fingerprint: "f", replaced: "one" };
      expect(await keys.answer("id")).toBeUndefined();
      expect(await keys.keepAnswer("id", answer, noon)).toBe("kept");
      expect(await keys.answer("id")).toEqual(answer);
      expect(await keys.keepAnswer("id", answer, noon)).toBe("kept");
      expect(await keys.keepAnswer("id", later, noon)).toBe("lost");
      expect(await keys.keepAnswer("id", later, noon, { ...answer, created_at: 1 })).toBe("lost");
      expect(await keys.answer("id")).toEqual(answer);
      expect(await keys.keepAnswer("id", later, noon, answer)).toBe("kept");
      expect(await keys.answer("id")).toEqual(later);
    });
  });
}
