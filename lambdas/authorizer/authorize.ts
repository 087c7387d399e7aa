import { createHash, timingSafeEqual } from "node:crypto";
import { allScopes, type Scopes } from "../core/scopes.ts";

const digest = (text: string) => createHash("sha256").update(text).digest();

/** The scopes of the caller, or undefined for one we do not know. `key` is the API key made at deploy time. */
export function authorize(authorization: string | undefined, key: string): Scopes | undefined {
  const given = /^Bearer ([\x21-\x7e]{16,256})$/i.exec(authorization ?? "")?.[1];
  // Digests have one length, so the comparison tells nothing of the key.
  return given !== undefined && timingSafeEqual(digest(given), digest(key)) ? allScopes : undefined;
}
