import * as z from "zod";
import { durationMs } from "../kernel/duration-ms.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { strict } from "../kernel/schema.ts";

/** The numbers of limits. docs/limits.md lists them. */
export const limitBounds = {
  /** Limits of an event. */
  perEvent: 4,
  concurrency: 1000,
  /** Starts in a period. */
  starts: 100_000,
  /** The shortest and the longest period, in milliseconds. */
  leastPeriodMs: 1000,
  longestPeriodMs: 24 * 3_600_000,
  burst: 1000,
  /** Seconds of head start in a waiting list, in either direction. */
  priority: 3600,
  /** Days that other numbers may be pinned for. */
  pinDays: 30,
  /** Characters of a pin's reason. */
  reason: 200,
} as const;

/** Whole seconds of head start in the waiting lists of limits. */
export const Priority = z.int().min(-limitBounds.priority).max(limitBounds.priority);

/** A whole number with a unit, as in `30s`, `1m` or `2h`. */
const written = /^\d{1,9}(ms|s|m|h|d)$/;
const aPeriod = 'must be a duration from 1 s to 1 day, such as "1m" or 60000 (milliseconds)';

const Period = z
  .union([z.int(), z.string()], { error: ({ input }) => (input === undefined ? "is required" : aPeriod) })
  .refine((period) => {
    if (typeof period === "string" && !written.test(period)) return false;
    const ms = durationMs(period);
    return ms >= limitBounds.leastPeriodMs && ms <= limitBounds.longestPeriodMs;
  }, aPeriod);

export const Rate = strict({
  limit: z.int().min(1).max(limitBounds.starts).describe("How many attempts may start in a period."),
  period: Period.describe('The period: milliseconds, or a whole number with a unit, such as "1m". From 1 s to 1 day.'),
  burst: z
    .int()
    .min(1)
    .max(limitBounds.burst)
    .optional()
    .describe("How many attempts may start at once after a pause. Default: 1, which spaces the starts evenly."),
});
export type Rate = z.infer<typeof Rate>;

/** The numbers of a limit, which a pin may replace. */
export const limitNumbers = {
  concurrency: z
    .int()
    .min(1)
    .max(limitBounds.concurrency)
    .optional()
    .describe("How many attempts with the same key may run at a time, 1 to 1000."),
  rate: Rate.optional().meta({
    description: "How many attempts with the same key may start per period.",
    examples: [{ limit: 10, period: "1m", burst: 2 }],
  }),
};

export const needsNumbers = "needs a `concurrency`, a `rate` or both";

/** A limit in the catalog: `limits.<name>` of a product. Each of its keys has one gate in each env. */
export const Limit = strict({
  description: z.string().optional(),
  key: z.string().min(1).max(requestLimits.keyExpression).optional(),
  ...limitNumbers,
}).refine(({ concurrency, rate }) => concurrency !== undefined || rate !== undefined, { error: needsNumbers });
export type Limit = z.infer<typeof Limit>;
