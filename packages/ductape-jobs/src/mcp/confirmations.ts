import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Json } from "../cli/api.ts";

/** How long what a dry run has shown is good for. */
export const validMs = 15 * 60_000;

/** Tokens of dry runs: each confirms one call, with the arguments that the dry run had. */
export interface Confirmations {
  issue(tool: string, given: Json): string;
  /** Whether the token is of a dry run of this very call, not long ago. */
  confirms(token: unknown, tool: string, given: Json): boolean;
}

/**
 * Nothing is kept but a random key, in the memory of the server: a token is the time of the dry run, and a signature of it with the
 * tool and the arguments. Another server, or this one after a restart, asks for another dry run.
 */
export function createConfirmations(now: () => number = Date.now): Confirmations {
  const key = randomBytes(32);
  const signed = (at: string, tool: string, given: Json) => {
    const { confirm: _, ...others } = given;
    const text = JSON.stringify([at, tool, sorted(others)]);
    return `${at}.${createHmac("sha256", key).update(text).digest("base64url").slice(0, 22)}`;
  };
  return {
    issue: (tool, given) => signed(now().toString(36), tool, given),
    confirms(token, tool, given) {
      if (typeof token !== "string") return false;
      const [at = ""] = token.split(".");
      const expected = Buffer.from(signed(at, tool, given));
      const actual = Buffer.from(token);
      const age = now() - Number.parseInt(at, 36);
      return actual.length === expected.length && timingSafeEqual(actual, expected) && age >= 0 && age <= validMs;
    },
  };
}

/** The same value whatever the order of its fields: an agent writes the arguments of both calls. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)]));
}
