import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { newApiKey, usedEveryMs } from "../../../lambdas/core/access/api-key.ts";
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

    test("a key made by signing in keeps its person", async () => {
      const person = { issuer: "https://id.example.com", sub: "7", email: "ada@example.com" };
      const { record } = newApiKey({ name: "ada", scopes: allScopes, created_at: noon, made_by: "sign-in", person });
      await made.keys.create(record);
      expect(await made.keys.get(record.id)).toEqual(record);
    });

    test("the use of a key is noted at most once an hour, and changes nothing else of it", async () => {
      const key = await aKey({ expires_at: noon + 1000 });
      await made.keys.used(key.id, noon);
      expect(await made.keys.get(key.id)).toEqual({ ...key, last_used_at: noon });
      await made.keys.used(key.id, noon + usedEveryMs - 1);
      expect(await made.keys.get(key.id)).toMatchObject({ last_used_at: noon });
      await made.keys.used(key.id, noon + usedEveryMs);
      expect(await made.keys.get(key.id)).toEqual({ ...key, last_used_at: noon + usedEveryMs });
    });

    test("the use of a key that does not exist creates nothing", async () => {
      await made.keys.used("2222222222222222", noon);
      expect(await made.keys.get("2222222222222222")).toBeUndefined();
    });

    test("revoking a key that does not exist creates nothing", async () => {
      expect(await made.keys.revoke("1111111111111111", noon)).toBeUndefined();
      expect(await made.keys.get("1111111111111111")).toBeUndefined();
    });
  });
}
