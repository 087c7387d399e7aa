import * as z from "zod";
import { parseBody } from "../../lambdas/core/kernel/parse-body.ts";
import { invalidRequest } from "../../lambdas/core/kernel/request-error.ts";
import { strict } from "../../lambdas/core/kernel/schema.ts";
import { epochMs, farthestAheadMs, Time } from "../../lambdas/core/kernel/start-time.ts";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;

/** Milliseconds of `30d`, `1h30m` or `500ms`; a day has 24 hours. */
const Duration = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/, "a duration like 30d, 1h30m or 500ms (units: w, d, h, m, s, ms)")
  .transform((text) =>
    [...text.matchAll(part)].reduce((sum, [, n, unit]) => sum + Number(n) * units[unit as keyof typeof units], 0),
  );

export const mostHops = 1_000_000;
export const usualHops = 10_000;

/** How far to move the local clock, in one of three notations, or that it is to be reset. */
const Advance = strict({
  advance: Duration.optional(),
  advance_ms: z.int().min(1).optional(),
  to: Time.optional(),
  reset: z.literal(true).optional(),
  max_hops: z.int().min(1).max(mostHops).default(usualHops),
}).refine(
  ({ advance, advance_ms, to, reset }) =>
    [advance, advance_ms, to, reset].filter((way) => way !== undefined).length === 1,
  "needs one of advance, advance_ms, to and reset",
);

/**
 * The target (epoch milliseconds) and the maximum number of hops, or "reset" to return to the machine's time. Throws
 * INVALID_REQUEST with every fault.
 */
export function parseAdvance(body: unknown, now: number): { to: number; maxHops: number } | "reset" {
  const { advance, advance_ms, to, reset, max_hops } = parseBody(Advance, body);
  if (reset) return "reset";
  const by = advance ?? advance_ms;
  const goal = by === undefined ? epochMs(to ?? 0) : Math.ceil(now + by);
  const pointer = advance !== undefined ? "/advance" : advance_ms !== undefined ? "/advance_ms" : "/to";
  if (goal <= now) throw invalidRequest([{ pointer, detail: "is not ahead: the clock never goes back" }]);
  if (goal > now + farthestAheadMs) throw invalidRequest([{ pointer, detail: "more than 5 years ahead" }]);
  return { to: goal, maxHops: max_hops };
}
