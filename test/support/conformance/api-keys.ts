import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { newApiKey } from "../../../lambdas/core/access/api-key.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { ApiKeys } from "../../../lambdas/core/ports/api-keys.ts";
import { noon } from "../builders.ts";

/** What every store of API keys does, in memory and on DynamoDB alike. */
export function describeApiKeys(
  name: string,
  makeStore: () => Promise<{ keys: ApiKeys; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as ApiKeys`, () => {
    let made: Awaited<ReturnType<typeof makeStore>>;
    beforeAll(async () => {
      made = await makeStore();
    });
    afterAll(() => made.stop?.());

    const aKey = async (fields: { created_at?: number; expires_at?: number } = {}) => {
      const { record } = newApiKey({ name: "ci", scopes: allScopes, created_at: noon, ...fields });
      await made.keys.create(record);
      return record;
    };

    test("a key is found by its id, unchanged", async () => {
      const key = await aKey({ expires_at: noon + 1000 });
      expect(await made.keys.get(key.id)).toEqual(key);
      expect(await made.keys.get("0000000000000000")).toBeUndefined();
    });

    test("the id of a key is given out only once", async () => {
      const key = await aKey();
      await expect(made.keys.create({ ...key, name: "thief" })).rejects.toThrow();
      expect(await made.keys.get(key.id)).toEqual(key);
    });

    test("keys are listed, the oldest first", async () => {
      const younger = await aKey({ created_at: noon + 2 });
      const older = await aKey({ created_at: noon + 1 });
      const ids = (await made.keys.list()).map(({ id }) => id);
      expect(ids.indexOf(older.id)).toBeGreaterThanOrEqual(0);
      expect(ids.indexOf(older.id)).toBeLessThan(ids.indexOf(younger.id));
    });

    test("a key can be revoked only once, and the revocation shows at once", async () => {
      const key = await aKey();
      expect(await made.keys.revoke(key.id, noon + 5)).toEqual({ ...key, revoked_at: noon + 5 });
      expect(await made.keys.revoke(key.id, noon + 9)).toMatchObject({ revoked_at: noon + 5 });
      expect(await made.keys.get(key.id)).toEqual({ ...key, revoked_at: noon + 5 });
    });

    test("revoking a key that does not exist creates nothing", async () => {
      expect(await made.keys.revoke("1111111111111111", noon)).toBeUndefined();
      expect(await made.keys.get("1111111111111111")).toBeUndefined();
    });
  });
}
