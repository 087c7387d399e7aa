import { defined } from "../kernel/defined.ts";
import type { Person } from "./api-key.ts";
import { isShown, longestKeyName } from "./key-name.ts";
import { type Claims, isEmailVerified } from "./sign-in.ts";

const longest = 256;

/** A claim that people are shown, if it is a text that a line can show. */
const shownClaim = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= longest && isShown(value) ? value : undefined;

/** Who the claims are about. Undefined without an id that can be shown. */
export function personOf(issuer: string, claims: Claims): Person | undefined {
  const sub = shownClaim(claims.sub);
  if (sub === undefined) return undefined;
  const email = isEmailVerified(claims) ? shownClaim(claims.email) : undefined;
  return { issuer, sub, ...defined({ name: shownClaim(claims.name), email }) };
}

/** What jobs call the person whose key has made or changed them. */
export function keyNameOf({ email, name, sub }: Person, { preferred_username }: Claims): string {
  const best = email ?? shownClaim(preferred_username) ?? name ?? sub;
  return [...best].slice(0, longestKeyName).join("");
}
