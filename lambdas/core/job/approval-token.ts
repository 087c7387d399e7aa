import { isSigned, macOf } from "./signed-token.ts";

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
const tokenPattern = /^[A-Za-z0-9_-]{60}$/;

const purpose = "ductape approval 1";

export function tokenOf({ id, recipient }: TokenSubject, key: string): string {
  const subject = Buffer.from(id.slice(4).replace("_", "") + recipient.toString(16).padStart(2, "0"), "hex");
  return Buffer.concat([subject, macOf(purpose, subject, key)]).toString("base64url");
}

/**
 * What a token says, if one of the keys has signed it: undefined for any other text. Nothing but the keys is needed for that.
 */
export function readApprovalToken(token: string, keys: readonly string[]): TokenSubject | undefined {
  if (!tokenPattern.test(token)) return undefined;
  const bytes = Buffer.from(token, "base64url");
  const [subject, mac] = [bytes.subarray(0, subjectBytes), bytes.subarray(subjectBytes)];
  if (!isSigned(purpose, { subject, mac }, keys)) return undefined;
  const hex = subject.toString("hex");
  return { id: `apr_${hex.slice(0, 32)}_${hex.slice(32, 48)}`, recipient: subject[subjectBytes - 1] ?? 0 };
}
