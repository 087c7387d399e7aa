import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { Scopes } from "./scopes.ts";

/** Whom an issuer has vouched for when a key was made by signing in. */
export const Person = z.object({
  issuer: z.string(),
  /** The id that the issuer has for the person, which never changes. The others are for people to read. */
  sub: z.string(),
  name: z.string().exactOptional(),
  email: z.string().exactOptional(),
});
export type Person = z.infer<typeof Person>;

/** A stored API key, without the key itself. Times are epoch milliseconds. */
export const ApiKey = z.object({
  /** The public part of the key: it identifies the key in lists, in logs and when it is revoked. */
  id: z.string(),
  /** For people. Two keys may share a name, for instance while one replaces the other. */
  name: z.string(),
  /** SHA-256 of the whole key, in hex. */
  hash: z.string(),
  scopes: Scopes,
  created_at: z.int(),
  /** When it expires. Absent: never. */
  expires_at: z.int().optional(),
  revoked_at: z.int().optional(),
  /** How many requests per second it may send. Absent: as many as the stage takes. */
  rate: z.int().min(1).optional(),
  /** Who made it: the ARN of an identity of AWS, or `sign-in`. Absent where that is not known. */
  made_by: z.string().optional(),
  /** Of a key that was made by signing in. */
  person: Person.optional(),
  /** When it was last used, to the hour. Absent: not yet, or by the version before only. */
  last_used_at: z.int().optional(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** `dj_`, the id (64 bits), `_`, the secret (256 bits). Secret scanners can search for it, and it needs no quoting anywhere. */
export const apiKeyPattern = /^dj_([0-9a-f]{16})_[0-9a-f]{64}$/;

export const apiKeyIdPattern = /^[0-9a-f]{16}$/;

/**
 * A new key and the record to store. The key has 256 random bits, so its hash needs neither a salt nor a slow function: those
 * protect passwords, which can be guessed. A slow hash would only delay each request, and let senders of wrong keys use up CPU.
 */
export function newApiKey(fields: Omit<ApiKey, "id" | "hash">): { key: string; record: ApiKey } {
  const id = randomBytes(8).toString("hex");
  const key = `dj_${id}_${randomBytes(32).toString("hex")}`;
  return { key, record: { id, hash: apiKeyHash(key), ...fields } };
}

/** The id in a key; undefined for a string that is not a key. */
export const apiKeyId = (key: string): string | undefined => apiKeyPattern.exec(key)?.[1];

/** How far apart two notes of the use of a key are, in milliseconds: a key in use costs a write an hour, and another costs none. */
export const usedEveryMs = 3_600_000;

/** Whether a use of the key `now` is to be noted. */
export const isUseNews = ({ last_used_at }: Pick<ApiKey, "last_used_at">, now: number): boolean =>
  last_used_at === undefined || last_used_at <= now - usedEveryMs;

type ApiKeyStatus = "active" | "expired" | "revoked";

export const apiKeyStatus = ({ revoked_at, expires_at }: ApiKey, now: number): ApiKeyStatus => {
  if (revoked_at !== undefined) return "revoked";
  return expires_at !== undefined && expires_at <= now ? "expired" : "active";
};

/** Whether the record is of this key, in constant time. */
export const isKeyOf = ({ hash }: ApiKey, key: string): boolean => sameText(hash, apiKeyHash(key));

/** Compares two strings by their digests, which have one length, so that the comparison takes constant time. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(sha256Bytes(a), sha256Bytes(b));

const sha256Bytes = (text: string) => createHash("sha256").update(text).digest();
const apiKeyHash = (key: string): string => sha256Bytes(key).toString("hex");
