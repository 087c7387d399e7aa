import { type CachedRun, type CacheKey, isUsable } from "../job/result-cache.ts";
import type { ResultCache } from "../ports/result-cache.ts";

/** The run whose result is used for a key, as far as is known without its job. */
export async function usableRun(
  { resultCache }: { resultCache: Pick<ResultCache, "find"> },
  key: CacheKey,
  now: number,
): Promise<CachedRun | undefined> {
  const cached = await resultCache.find(key);
  return isUsable(cached, now) ? cached.run : undefined;
}
