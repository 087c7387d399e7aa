import type { Start } from "./watched-runs.ts";

/** The most starts within any window of `ms`. */
export function mostIn(starts: readonly Pick<Start, "at">[], ms: number): number {
  let from = 0;
  let most = 0;
  for (const [i, { at }] of starts.entries()) {
    while (at - (starts[from]?.at ?? at) >= ms) from++;
    most = Math.max(most, i - from + 1);
  }
  return most;
}

/** Which part of a rate (starts per second) was used between two times, epoch milliseconds: 1 is all of it. */
export const used = (starts: readonly Pick<Start, "at">[], perSecond: number, from: number, to: number): number =>
  starts.filter(({ at }) => at >= from && at < to).length / (((to - from) / 1000) * perSecond);

/** How many places each start was away from its place in the line: the most, and 95 % of them. */
export function displacement(starts: readonly Start[]): { most: number; p95: number } {
  const inOrder = [...starts].sort((a, b) => a.order - b.order || (a.job < b.job ? -1 : 1));
  const rank = new Map(inOrder.map(({ job }, place) => [job, place]));
  const places = starts.map(({ job }, place) => Math.abs(place - (rank.get(job) ?? place))).sort((a, b) => a - b);
  return { most: places.at(-1) ?? 0, p95: places[Math.floor(places.length * 0.95)] ?? 0 };
}

/** A value of a sorted copy: 0.5 is the median. */
export const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

/** How many calls were made of those that begin with `prefix`. */
export const writesOf = (writes: Readonly<Record<string, number>>, prefix: string): number =>
  Object.entries(writes).reduce((sum, [call, count]) => sum + (call.startsWith(prefix) ? count : 0), 0);
