import { type ApiKey, isUseNews } from "../../../lambdas/core/access/api-key.ts";
import type { ApiKeys } from "../../../lambdas/core/ports/api-keys.ts";

/** Keys in memory. */
export function fakeApiKeys(...given: ApiKey[]): ApiKeys {
  const keys = new Map(given.map((key) => [key.id, structuredClone(key)]));
  return {
    async create(key) {
      if (keys.has(key.id)) throw new Error("there is such a key");
      keys.set(key.id, structuredClone(key));
    },
    get: async (id) => structuredClone(keys.get(id)),
    list: async () => structuredClone([...keys.values()].sort((a, b) => a.created_at - b.created_at)),
    async used(id, now) {
      const key = keys.get(id);
      if (key && isUseNews(key, now)) key.last_used_at = now;
    },
    async revoke(id, now) {
      const key = keys.get(id);
      if (key) key.revoked_at ??= now;
      return structuredClone(key);
    },
  };
}
