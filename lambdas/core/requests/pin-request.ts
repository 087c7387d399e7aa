import * as z from "zod";
import { limitBounds, limitNumbers, needsNumbers } from "../catalog/limit.ts";
import { defined } from "../kernel/defined.ts";
import { parseBody } from "../kernel/parse-body.ts";
import { invalidRequest } from "../kernel/request-error.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";
import { epochMs, Time } from "../kernel/start-time.ts";
import type { Pin } from "../limits/limit-rule.ts";

export const PinRequest = strict({
  ...limitNumbers,
  until: Time.describe("When the numbers of the catalog hold again, at most 30 days ahead."),
  reason: z
    .string()
    .min(1)
    .max(limitBounds.reason)
    .refine(wellFormed, notWellFormed)
    .optional()
    .describe("Why, for those who find it later; up to 200 characters. Default: none."),
}).refine(({ concurrency, rate }) => concurrency !== undefined || rate !== undefined, { error: needsNumbers });

/** Parses the request to pin a limit. Throws INVALID_REQUEST with every fault. */
export function pinOf(body: unknown, now: number): Pin {
  const { concurrency, rate, until, reason } = parseBody(PinRequest, body);
  const end = epochMs(until);
  const farthest = now + limitBounds.pinDays * 24 * 3_600_000;
  if (end <= now || end > farthest) {
    const detail = end <= now ? "must be in the future" : `is more than ${limitBounds.pinDays} days ahead`;
    throw invalidRequest([{ pointer: "/until", detail }]);
  }
  return { ...defined({ concurrency, rate, reason }), until: end, pinned_at: now };
}
