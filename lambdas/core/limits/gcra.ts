import type { Rate } from "../catalog/limit.ts";
import { durationMs } from "../kernel/duration-ms.ts";

/*
 * The generic cell rate algorithm. `tat` is the theoretical arrival time: when the next start would be due if starts came evenly.
 * A start is taken when its job is there, moves `tat` by one increment, and is never given back. Times are epoch microseconds,
 * because at 7 starts per second an increment is no whole number of milliseconds, and fractions would add up differently here and
 * in DynamoDB.
 */

/** A rate as the algorithm needs it, for one of the buckets that its starts are spread over. */
export interface Pace {
  /** Microseconds between two starts. */
  increment: number;
  burst: number;
}

/** What is stored of a bucket. */
export interface Arrival {
  /** Epoch microseconds. */
  tat?: number;
  /** The increment with which `tat` was made, microseconds. Absent in what version 0.3 stored. */
  inc?: number;
}

/** A start may be taken this long before it, in milliseconds: it is waited for in process, since queues delay by whole seconds. */
export const aheadMs = 1000;

/** One item takes about a thousand writes per second; beyond half of that a rate is spread over several. */
const startsPerBucket = 500;

export const bucketsOf = (rate: Rate): number =>
  Math.ceil((rate.limit * 1000) / durationMs(rate.period) / startsPerBucket);

export function paceOf(rate: Rate): Pace {
  const buckets = bucketsOf(rate);
  const increment = Math.ceil((durationMs(rate.period) * 1000 * buckets) / rate.limit);
  return { increment, burst: Math.max(1, Math.floor((rate.burst ?? 1) / buckets)) };
}

/**
 * The arrival time under the rule that holds now, epoch microseconds: starts that lie ahead were taken under an earlier rate, and are
 * spaced by the present one. It is counted from the starts, since counted from `now` it would move away from a job that asks again.
 */
export function arrivalOf({ tat, inc }: Arrival, now: number, { increment }: Pace): number | undefined {
  if (tat === undefined || tat <= now * 1000 || inc === undefined || inc === increment) return tat;
  const ahead = Math.ceil((tat - now * 1000) / inc);
  return tat + ahead * (increment - inc);
}

/** How many starts lie ahead of `now`; negative: how many have not been used. */
export const startsAhead = (arrival: Arrival, now: number, pace: Pace): number =>
  ((arrivalOf(arrival, now, pace) ?? 0) - now * 1000) / pace.increment;

/** How many starts may be taken at the next one: what is left of the burst. */
export const freeStarts = (arrival: Arrival, now: number, pace: Pace): number =>
  Math.min(pace.burst, Math.max(0, Math.floor(-startsAhead(arrival, now, pace)) + pace.burst));

/** Milliseconds between two starts, of whichever bucket. */
export const intervalOf = (rate: Rate): number => paceOf(rate).increment / 1000 / bucketsOf(rate);

/** The start, in epoch milliseconds, of a job that takes one at `now`. Never rounded down. */
export function startAfter(arrival: Arrival, now: number, pace: Pace): number {
  const tat = arrivalOf(arrival, now, pace);
  const earliest = tat === undefined ? 0 : tat - pace.increment * (pace.burst - 1);
  return Math.max(now, Math.ceil(earliest / 1000));
}
