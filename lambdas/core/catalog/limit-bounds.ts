import * as z from "zod";

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
