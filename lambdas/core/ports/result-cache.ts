import type { Cached, CachedRun, CacheKey, CacheTag } from "../job/result-cache.ts";

/** Which runs have results that answer others. */
export interface ResultCache {
  /** Reads consistently. What has passed its time may still be answered. */
  find(key: CacheKey): Promise<Cached>;
  /** Replaces what the key had. */
  keep(key: CacheKey, run: CachedRun): Promise<void>;
  /** Clears a tag: runs that began up to `at`, epoch milliseconds, do not count any more. An earlier time changes nothing. */
  clear(tag: CacheTag, at: number): Promise<void>;
}
