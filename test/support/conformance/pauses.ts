import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { StoredPauses } from "../../../lambdas/core/ports/pauses.ts";
import { aPause } from "../a-pause.ts";
import { noon } from "../builders.ts";

export interface PausesUnderTest {
  pauses: StoredPauses;
  stop?: () => Promise<void>;
}

/** What every store of pauses does, in memory and on DynamoDB alike. */
export function describePauses(name: string, make: () => Promise<PausesUnderTest>): void {
  describe(`${name} as StoredPauses`, () => {
    let made: PausesUnderTest;
    beforeEach(async () => {
      made ??= await make();
      for (const pause of await made.pauses.list()) await made.pauses.remove(pause);
    });
    afterAll(() => made.stop?.());

    const whole = aPause({
      env: "prd",
      event: "charge",
      reason: "the shop moves",
      by: "deployed",
      until: noon + 60_000,
      ended_at: noon,
      drain: { next_at: noon + 10_000, after: { id: "job_1", time: noon }, sent: 3 },
    });

    test("a pause is read as written", async () => {
      expect(await made.pauses.put(whole)).toBe("written");
      expect(await made.pauses.put(aPause({ product: "other" }))).toBe("written");
      const read = await made.pauses.list();
      expect(read).toHaveLength(2);
      expect(read).toEqual(expect.arrayContaining([whole, aPause({ product: "other" })]));
    });

    test("a pause of a key and one of its limit are kept apart", async () => {
      const limit = { product: "shop", env: "prd", limit: "customer" };
      const both = [aPause(limit), aPause({ ...limit, key: "a\nb ü" })];
      for (const pause of both) expect(await made.pauses.put(pause)).toBe("written");
      expect(await made.pauses.list()).toEqual(expect.arrayContaining(both));
    });

    test("one of two writers of a new pause succeeds", async () => {
      const [mine, other] = [aPause({ reason: "mine" }), aPause({ reason: "other" })];
      expect(await made.pauses.put(mine)).toBe("written");
      expect(await made.pauses.put(other)).toBe("lost");
      expect(await made.pauses.list()).toEqual([mine]);
    });

    test("a pause is replaced only as it was read", async () => {
      const first = aPause();
      await made.pauses.put(first);
      const second = { ...first, reason: "longer", version: 2 };
      expect(await made.pauses.put(second, first)).toBe("written");
      expect(await made.pauses.put({ ...first, ended_at: noon, version: 2 }, first)).toBe("lost");
      expect(await made.pauses.list()).toEqual([second]);
    });

    test("a pause that began later is not taken for an earlier one of its version", async () => {
      const [earlier, later] = [aPause({ since: noon - 1 }), aPause({ since: noon })];
      await made.pauses.put(later);
      expect(await made.pauses.put({ ...earlier, ended_at: noon, version: 2 }, earlier)).toBe("lost");
      expect(await made.pauses.remove(earlier)).toBe("lost");
      expect(await made.pauses.list()).toEqual([later]);
    });

    test("a pause is removed only as it was read, and counts as removed when absent", async () => {
      const first = aPause();
      const second = { ...first, version: 2 };
      await made.pauses.put(first);
      await made.pauses.put(second, first);
      expect(await made.pauses.remove(first)).toBe("lost");
      expect(await made.pauses.remove(second)).toBe("removed");
      expect(await made.pauses.remove(second)).toBe("removed");
      expect(await made.pauses.list()).toEqual([]);
      expect(await made.pauses.put({ ...second, version: 3 }, second)).toBe("lost");
    });
  });
}
