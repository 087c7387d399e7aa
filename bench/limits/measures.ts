import { percentile } from "../part.ts";
import type { Ran } from "./line-world.ts";

/** The most of these times, which are in order, that lie within any period. */
export function mostIn(times: readonly number[], periodMs: number): number {
  let [most, first] = [0, 0];
  for (const [last, time] of times.entries()) {
    while (time - (times[first] as number) >= periodMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Jobs that are all due at `from`, under a rate with this interval, whose messages come `lateMs` late. Times are milliseconds. */
interface Lined {
  from: number;
  intervalMs: number;
  lateMs: number;
}

/**
 * The share of its rate that a line used while it lasted: from three lags after its jobs were due, and the second in which the first of
 * them stood in line, until a rate that is used to the full would have served the last one.
 */
export function usedShare(starts: readonly number[], { from, intervalMs, lateMs }: Lined): number {
  const begin = from + 3 * lateMs + 1000;
  const end = from + starts.length * intervalMs;
  return (starts.filter((start) => start >= begin && start < end).length * intervalMs) / (end - begin);
}

export interface Gaps {
  half: number;
  most: number;
}

/**
 * How long slots were free before the next job started, in milliseconds: so many were not exceeded by half of the starts, and by 99 of
 * 100. The jobs are more than the slots, and all were due before the first one ended.
 */
export function gapsOf(ran: readonly Ran[], slots: number): Gaps {
  const starts = ran.map(({ start }) => start).sort((a, b) => a - b);
  const ends = ran.map(({ end = 0 }) => end).sort((a, b) => a - b);
  const gaps = starts.slice(slots).map((start, i) => start - (ends[i] as number));
  return { half: percentile(gaps, 0.5), most: percentile(gaps, 0.99) };
}
