import { createHmac, timingSafeEqual } from "node:crypto";

const macBytes = 20;

/** The keys of a deployment, the one that signs first: what the secret holds, separated by spaces or lines. */
export const keysIn = (secret: string): string[] => secret.split(/\s+/).filter(Boolean);

/**
 * The first 20 bytes of an HMAC-SHA256. What is signed begins with the purpose, so that a token for one thing is none for another although
 * the same keys sign both.
 */
export const macOf = (purpose: string, subject: string | Uint8Array, key: string): Buffer =>
  createHmac("sha256", key).update(`${purpose}\0`).update(subject).digest().subarray(0, macBytes);

/** Whether one of the keys has signed it. All of them are tried, and compared in constant time. */
export function isSigned(
  purpose: string,
  { subject, mac }: { subject: string | Uint8Array; mac: Uint8Array },
  keys: readonly string[],
): boolean {
  return keys.map((key) => timingSafeEqual(macOf(purpose, subject, key), mac)).includes(true);
}
