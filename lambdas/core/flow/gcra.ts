import { durationMs } from "../schema/duration.ts";
import type { Rate } from "./limit.ts";

/*
 * The generic cell rate algorithm, as reservations. `tat` is the theoretical arrival time: when the next start would be due if
 * starts came evenly. Reserving moves it by one increment, and the start that was reserved follows from where it was before. So
 * each start has an exact time, and nobody has to ask again. Times are epoch microseconds, because at 7 starts per second an
 * increment is no whole number of milliseconds, and fractions would add up differently here and in DynamoDB.
 */

/** A rate as the algorithm needs it, for one of the buckets that its starts are spread over. */
export interface Pace {
  /** Microseconds between two starts. */
  increment: number;
  burst: number;
}

/** A reservation farther ahead than this is refused: a job would rather fail than wait for days. */
export const horizonMs = 24 * 3_600_000;

/** A start may be this late, in milliseconds, and still count as the one that was reserved. See `toleranceMs`. */
const leastToleranceMs = 2000;

/** One item takes about a thousand writes per second; beyond half of that a rate is spread over several. */
const startsPerBucket = 500;

export const bucketsOf = (rate: Rate): number =>
  Math.ceil((rate.limit * 1000) / durationMs(rate.period) / startsPerBucket);

export function paceOf(rate: Rate): Pace {
  const buckets = bucketsOf(rate);
  const increment = Math.ceil((durationMs(rate.period) * 1000 * buckets) / rate.limit);
  return { increment, burst: Math.max(1, Math.floor((rate.burst ?? 1) / buckets)) };
}

/** The start, in epoch milliseconds, of whoever reserves at `now` while the arrival time is `tat`. Never rounded down. */
export function startAfter(tat: number | undefined, now: number, { increment, burst }: Pace): number {
  const earliest = tat === undefined ? 0 : tat - increment * (burst - 1);
  return Math.max(now, Math.ceil(earliest / 1000));
}

/**
 * How late an attempt may start on its reservation, in milliseconds: 2 s, or one increment where that is longer. Later, it has to
 * reserve anew, since many late starts at once would exceed the rate.
 */
export const toleranceMs = ({ increment }: Pace): number => Math.max(leastToleranceMs, Math.ceil(increment / 1000));
