import type { CachedRun, CacheKey, CacheTag } from "../../../lambdas/core/job/result-cache.ts";
import type { ResultCache } from "../../../lambdas/core/ports/result-cache.ts";

const entryName = ({ product, env, hash }: CacheKey) => JSON.stringify([product, env, hash]);
const tagName = ({ product, env, tag }: CacheTag) => JSON.stringify([product, env, tag]);

/** The cache of results in memory. */
export function fakeResultCache(): ResultCache {
  const runs = new Map<string, CachedRun>();
  const cleared = new Map<string, number>();
  return {
    async find(key) {
      const [run, cleared_at] = [runs.get(entryName(key)), cleared.get(tagName(key))];
      return structuredClone({ ...(run && { run }), ...(cleared_at !== undefined && { cleared_at }) });
    },
    async keep(key, run) {
      runs.set(entryName(key), structuredClone(run));
    },
    async clear(tag, at) {
      cleared.set(tagName(tag), Math.max(at, cleared.get(tagName(tag)) ?? at));
    },
  };
}
