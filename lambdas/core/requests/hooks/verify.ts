import { createHmac, timingSafeEqual } from "node:crypto";
import type { Claim, Scheme } from "./scheme.ts";

/** Whether the time that a delivery claims is near enough. A provider that signs no time claims none. */
export const isRecent = ({ at }: Claim, { toleranceMs }: Scheme, now: number): boolean =>
  at === undefined || Math.abs(now - at) <= toleranceMs;

/** Whether a secret has made one of the signatures over the bytes of a body. It takes as long for a wrong one as for a right one. */
export function isSignedWith(secret: string, { signatures, around }: Claim, body: Buffer, scheme: Scheme): boolean {
  const key = secret === "" ? undefined : scheme.keyOf(secret);
  if (key === undefined) return false;
  const [before, after] = around;
  const digest = createHmac(scheme.algorithm, key).update(before).update(body).update(after).digest();
  // Compares all of them: which one is right is nobody's business either.
  return signatures.filter((one) => timingSafeEqual(one, digest)).length > 0;
}
