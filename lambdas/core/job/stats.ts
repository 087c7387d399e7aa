import { hourMs } from "../kernel/duration-ms.ts";
/** How many buckets a histogram has: the last one holds everything from 2^22 ms, which is 70 minutes. */
export const buckets = 24;

/** Counts of times by their size in milliseconds: 0, 1, 2-3, 4-7, ... Its size does not depend on how many it counts. */
export type Histogram = number[];

const counters = ["scheduled", "completed", "failed", "cancelled", "completed_first_try", "attempts"] as const;
type Counter = (typeof counters)[number];

/** The counters of a tenant's jobs. Each event is counted in the hour in which it happened. */
export interface Counts extends Record<Counter, number> {
  /** From an attempt's due_at to its start. */
  lateness: Histogram;
  /** From an attempt's start to its end. */
  duration: Histogram;
}

export const hourOf = (time: number): number => Math.floor(time / hourMs) * hourMs;

export const noCounts = (): Counts => ({
  scheduled: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  completed_first_try: 0,
  attempts: 0,
  lateness: new Array<number>(buckets).fill(0),
  duration: new Array<number>(buckets).fill(0),
});

/** The bucket of a time. Negative times, from a clock that was set back, count as 0. */
export const bucketOf = (ms: number): number =>
  Math.min(buckets - 1, 32 - Math.clz32(Math.min(Math.max(0, ms), 2 ** 31)));

const sum = (histogram: Histogram): number => histogram.reduce((total, count) => total + count, 0);
const added = (a: Histogram, b: Histogram): Histogram => a.map((count, i) => count + (b[i] ?? 0));

export const addCounts = (a: Counts, b: Counts): Counts => ({
  ...(Object.fromEntries(counters.map((counter) => [counter, a[counter] + b[counter]])) as Record<Counter, number>),
  lateness: added(a.lateness, b.lateness),
  duration: added(a.duration, b.duration),
});

/**
 * The percentile `p` (0 to 1) of a histogram, in whole milliseconds: exact to the bucket, and interpolated within it. The
 * last bucket has no end and answers its beginning. Null for an empty histogram.
 */
export function percentile(histogram: Histogram, p: number): number | null {
  const rank = p * sum(histogram);
  let below = 0;
  for (const [bucket, count] of histogram.entries()) {
    if (count > 0 && below + count >= rank) {
      const first = bucket === 0 ? 0 : 2 ** (bucket - 1);
      const last = bucket === buckets - 1 ? first : Math.max(0, 2 ** bucket - 1);
      return Math.round(first + (last - first) * Math.max(0, (rank - below) / count));
    }
    below += count;
  }
  return null;
}
