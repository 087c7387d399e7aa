import { defaultAuditDays } from "../access/audit-entry.ts";

/**
 * The longest time that a caller may ask to wait for a job. API Gateway ends a request after 30 s, and the function times out
 * after 29. A deployment may set a shorter limit (`waitSeconds`).
 */
export const longestWaitSeconds = 25;

/** How long a grant to wait lasts, in milliseconds. After that it has to be renewed. */
export const grantMs = 5000;

/** The longest that a deployment may keep entries of the audit. */
export const mostAuditDays = 3650;

/** Settings of a deployment that limit what the callers of its API may use. */
export interface ApiLimits {
  /** The largest upload, in bytes. */
  uploadBytes: number;
  /** The longest time that an answer is held back for a job, in seconds: at most `longestWaitSeconds`. */
  waitSeconds: number;
  /** About how many requests of one API key may wait for jobs at a time; 0 for any number. */
  waitsPerKey: number;
  /** For how many days entries of the audit are kept. */
  auditDays: number;
}

export const defaultLimits: ApiLimits = {
  uploadBytes: 1024 ** 3,
  waitSeconds: longestWaitSeconds,
  waitsPerKey: 200,
  auditDays: defaultAuditDays,
};
