import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SharedKey } from "../../../lambdas/core/job/shared-key.ts";
import type { SharedKeys } from "../../../lambdas/core/ports/ports.ts";
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

    test("no job has a key that nobody has taken", async () => {
      expect(await keys.get(aKey("nobody"))).toBeUndefined();
    });

    test("a key that no job has can be taken, once", async () => {
      expect(await keys.move(aKey("a"), undefined, { job_id: "one" }, noon)).toBe("moved");
      expect(await keys.move(aKey("a"), undefined, { job_id: "two" })).toBe("lost");
      expect(await keys.get(aKey("a"))).toEqual({ job_id: "one" });
    });

    test("a key moves on only from the job that has it", async () => {
      await keys.move(aKey("b"), undefined, { job_id: "one" });
      expect(await keys.move(aKey("b"), "other", { job_id: "two" })).toBe("lost");
      expect(await keys.move(aKey("b"), "one", { job_id: "two", previous: "one" }, noon)).toBe("moved");
      expect(await keys.get(aKey("b"))).toEqual({ job_id: "two", previous: "one" });
    });

    test("a key is that of its product, env, event and kind", async () => {
      await keys.move(aKey("c"), undefined, { job_id: "one" });
      const others = [{ product: "x" }, { env: "x" }, { event: "x:y" }, { kind: "debounce" as const }, { key: "C" }];
      for (const other of others) expect(await keys.get(aKey("c", other))).toBeUndefined();
    });

    test("a key may be empty, and may contain anything", async () => {
      for (const key of ["", "a#b", "ключ", `"'\\`]) {
        expect(await keys.move(aKey(key), undefined, { job_id: key })).toBe("moved");
        expect(await keys.get(aKey(key))).toEqual({ job_id: key });
      }
    });

    test("of many that take a key at once, one gets it", async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `job-${i}`);
      const outcomes = await Promise.all(ids.map((job_id) => keys.move(aKey("d"), undefined, { job_id })));
      expect(outcomes.filter((outcome) => outcome === "moved")).toHaveLength(1);
      const winner = ids[outcomes.indexOf("moved")];
      expect(await keys.get(aKey("d"))).toEqual({ job_id: winner });
    });

    test("a write that is repeated because its answer was lost has moved the key", async () => {
      await keys.move(aKey("e"), undefined, { job_id: "one" });
      expect(await keys.move(aKey("e"), undefined, { job_id: "one" })).toBe("moved");
    });

    test("keeps what a request was answered", async () => {
      const answer = { job_id: "one", created_at: noon, fingerprint: "f", as: "skipped" } as const;
      expect(await keys.answer("id")).toBeUndefined();
      await keys.keepAnswer("id", answer, noon);
      expect(await keys.answer("id")).toEqual(answer);
      const later = { job_id: "two", created_at: noon, fingerprint: "f", replaced: "one" };
      await keys.keepAnswer("id", later, noon);
      expect(await keys.answer("id")).toEqual(later);
    });
  });
}
