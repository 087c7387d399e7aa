import { createHmac, timingSafeEqual } from "node:crypto";

/** What a token says: which approval, and which of its recipients. */
export interface TokenSubject {
  /** The id of the approval. */
  id: string;
  /** From 0. */
  recipient: number;
}

/*
 * A token is 45 bytes in base64url: the id of the job (16), what tells the approval apart (8), the recipient (1) and the first 20 bytes of
 * an HMAC-SHA256 of these. It is derived and not stored: a decision that is made again after a crash sends the same, and no table
 * or dump has it.
 */
const subjectBytes = 25;
const macBytes = 20;
const tokenPattern = /^[A-Za-z0-9_-]{60}$/;

/** What is signed begins with this, so that the key could sign other things. */
const purpose = "ductape approval 1\0";

/** The keys of a deployment, the one that signs first: what the secret holds, separated by spaces or lines. */
export const keysIn = (secret: string): string[] => secret.split(/\s+/).filter(Boolean);

const macOf = (subject: Uint8Array, key: string): Buffer =>
  createHmac("sha256", key).update(purpose).update(subject).digest().subarray(0, macBytes);

export function tokenOf({ id, recipient }: TokenSubject, key: string): string {
  const subject = Buffer.from(id.slice(4).replace("_", "") + recipient.toString(16).padStart(2, "0"), "hex");
  return Buffer.concat([subject, macOf(subject, key)]).toString("base64url");
}

/**
 * What a token says, if one of the keys has signed it: undefined for any other text. Nothing but the keys is needed for that. All keys are
 * tried, and compared in constant time.
 */
export function readToken(token: string, keys: readonly string[]): TokenSubject | undefined {
  if (!tokenPattern.test(token)) return undefined;
  const bytes = Buffer.from(token, "base64url");
  const [subject, mac] = [bytes.subarray(0, subjectBytes), bytes.subarray(subjectBytes)];
  const signed = keys.map((key) => timingSafeEqual(macOf(subject, key), mac));
  if (!signed.includes(true)) return undefined;
  const hex = subject.toString("hex");
  return { id: `apr_${hex.slice(0, 32)}_${hex.slice(32, 48)}`, recipient: subject[subjectBytes - 1] ?? 0 };
}
