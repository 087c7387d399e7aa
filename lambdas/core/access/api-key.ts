import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { Scopes } from "./scopes.ts";

/** What is kept of an API key: never the key itself. Times are epoch milliseconds. */
export const ApiKey = z.object({
  /** The key's public half: it names the key in lists, in logs and to whoever revokes it. */
  id: z.string(),
  /** For people; two keys may have the same, as while one replaces the other. */
  name: z.string(),
  /** SHA-256 of the whole key, in hex. */
  hash: z.string(),
  scopes: Scopes,
  created_at: z.int(),
  /** From when on it is refused. Absent: never. */
  expires_at: z.int().optional(),
  revoked_at: z.int().optional(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** What secret scanners may look for: `dj_`, the id (64 bits), `_`, the secret (256 bits). Needs no quotes anywhere. */
export const apiKeyPattern = /^dj_([0-9a-f]{16})_[0-9a-f]{64}$/;

export const apiKeyIdPattern = /^[0-9a-f]{16}$/;

/**
 * A fresh key and what to keep of it. The key is 256 random bits, so its hash needs neither salt nor slowness: both keep
 * guesses of a human's password from being tried, and nobody tries 2^256 of anything. A slow hash would only make each
 * request wait, and let anyone who sends wrong keys burn our time.
 */
export function newApiKey(fields: Omit<ApiKey, "id" | "hash">): { key: string; record: ApiKey } {
  const id = randomBytes(8).toString("hex");
  const key = `dj_${id}_${randomBytes(32).toString("hex")}`;
  return { key, record: { id, hash: hashOf(key), ...fields } };
}

/** The id in a key; undefined for what was never a key of this kind. */
export const apiKeyId = (key: string): string | undefined => apiKeyPattern.exec(key)?.[1];

export type ApiKeyStatus = "active" | "expired" | "revoked";

export const apiKeyStatus = ({ revoked_at, expires_at }: ApiKey, now: number): ApiKeyStatus => {
  if (revoked_at !== undefined) return "revoked";
  return expires_at !== undefined && expires_at <= now ? "expired" : "active";
};

/** Whether this is the key that the hash was made of, in a time that tells nothing of it. */
export const isKeyOf = ({ hash }: ApiKey, key: string): boolean => sameText(hash, hashOf(key));

/** Compares digests, which have one length, so that the time of the comparison tells nothing of either text. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));

const sha256 = (text: string) => createHash("sha256").update(text).digest();
const hashOf = (key: string): string => sha256(key).toString("hex");
