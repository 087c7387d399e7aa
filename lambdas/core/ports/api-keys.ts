import type { ApiKey } from "../access/api-key.ts";

/** The API keys that people have created. */
export interface ApiKeys {
  create(key: ApiKey): Promise<void>;
  /** Reads consistently, so that a revoked key counts as revoked at once. */
  get(id: string): Promise<ApiKey | undefined>;
  /** All keys, oldest first; revoked and expired ones for another three months. */
  list(): Promise<ApiKey[]>;
  /** Notes that a key is used `now`, unless that was noted within the hour before. Creates no key. */
  used(id: string, now: number): Promise<void>;
  /** Returns the revoked key; one that was revoked before keeps its time. Undefined if there is no such key. */
  revoke(id: string, now: number): Promise<ApiKey | undefined>;
}
