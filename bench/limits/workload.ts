import { percentile } from "../part.ts";
import type { Due, LineRun } from "./line-world.ts";
import { mostIn } from "./measures.ts";

/** Jobs that are due faster than their limit lets them start. */
export interface Workload {
  keys: number;
  /** What the limit of each key allows: so many starts per period. */
  limit: number;
  periodMs: number;
  jobsPerKey: number;
}

/** Fifty starts per second in all, whatever the number of keys; fewer with a thousand, since each line has a pump that begins and ends. */
export const workloads: readonly Workload[] = [
  { keys: 1, limit: 50, periodMs: 1000, jobsPerKey: 300 },
  { keys: 10, limit: 5, periodMs: 1000, jobsPerKey: 30 },
  { keys: 100, limit: 1, periodMs: 2000, jobsPerKey: 4 },
  { keys: 1000, limit: 1, periodMs: 30_000, jobsPerKey: 2 },
];

/** When all jobs of a key are due, after the beginning: the keys take turns, so that they do not all start at the same moment. */
export const offsetOf = ({ keys, limit, periodMs }: Workload, key: number): number =>
  Math.floor((key / keys) * (periodMs / limit));

/** When a key's jobs started, in order, epoch milliseconds; one list per key. */
export type Starts = number[][];

export interface Achieved {
  /** The rate of the median key and that of the slowest, as a share of the configured one. */
  median: number;
  slowest: number;
  /** The most starts of any key in any period. */
  most: number;
}

/** How the starts compare with what the limit allows. The first start of a key takes it no time. */
export function achieved(starts: Starts, { limit, periodMs, keys, jobsPerKey }: Workload): Achieved {
  if (starts.length !== keys || starts.some(({ length }) => length !== jobsPerKey)) {
    throw new Error(`${starts.flat().length} of ${keys * jobsPerKey} jobs have started`);
  }
  const all = starts.map((times) => times.toSorted((a, b) => a - b));
  const rates = all.map((times) => ((times.length - 1) / Math.max(1, spanOf(times)) / limit) * periodMs);
  return {
    median: percentile(rates, 0.5),
    slowest: Math.min(...rates),
    most: Math.max(...all.map((times) => mostIn(times, periodMs))),
  };
}

const spanOf = (times: readonly number[]): number => (times.at(-1) ?? 0) - (times[0] ?? 0);

/** The jobs of a workload. */
export const dueOf = (workload: Workload): Due[] =>
  Array.from({ length: workload.keys * workload.jobsPerKey }, (_, i) => {
    const key = i % workload.keys;
    return { key: String(key), offsetMs: offsetOf(workload, key) };
  });

export function startsOf({ ran }: Pick<LineRun, "ran">, { keys }: Workload): Starts {
  const starts: Starts = Array.from({ length: keys }, () => []);
  for (const { key, start } of ran) starts[Number(key)]?.push(start);
  return starts;
}

export const keysOf = (keys: number): string => (keys === 1 ? "1 key" : `${keys.toLocaleString("en-US")} keys`);

/** `50 per 1 s`. */
export const limitOf = ({ limit, periodMs }: Workload): string => `${limit} per ${periodMs / 1000} s`;
