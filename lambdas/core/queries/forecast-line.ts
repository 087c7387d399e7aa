import type * as z from "zod";
import { limitBounds } from "../catalog/limit.ts";
import { defined } from "../kernel/defined.ts";
import { type Arrival, aheadMs, arrivalOf, bucketsOf, paceOf } from "../limits/gcra.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import type { ForecastLimitSchema, ForecastLineSchema } from "./schemas/forecast.ts";

/*
 * The line of one gate, played through ahead of time: who comes when is known, and a limit lets them go in that order. Times are epoch
 * milliseconds.
 */

type LineForecast = z.infer<typeof ForecastLineSchema>;
type Waits = Pick<z.infer<typeof ForecastLimitSchema>, "waits" | "left" | "longest_wait_ms" | "lines">;

/** A job that comes to a gate. */
export interface Comer {
  at: number;
  /** How long it holds a slot, in milliseconds. */
  duration: number;
  /** It was due before the forecast, and stands in line already. */
  waits?: boolean;
}

/** What is known of a gate at the beginning. */
interface GateNow {
  arrival: Arrival;
  /** When the slots that are held now become free. */
  heldUntil: readonly number[];
}

const nothingHeld: GateNow = { arrival: {}, heldUntil: [] };

/** When each of the comers starts, who are in the order in which they come. */
export function startsAt(
  comers: readonly Comer[],
  { concurrency, rate }: LimitRule,
  now: number,
  { arrival, heldUntil }: GateNow = nothingHeld,
): number[] {
  const pace = rate && paceOf(rate);
  const buckets = rate ? bucketsOf(rate) : 1;
  // In microseconds, as the algorithm has it. All buckets of a fast rate are taken as one.
  const increment = pace ? pace.increment / buckets : 0;
  const ahead = increment * (pace ? pace.burst * buckets - 1 : 0);
  let tat = (pace && arrivalOf(arrival, now, pace)) ?? 0;
  const slots = slotsUntil(heldUntil);
  return comers.map(({ at, duration }) => {
    const free = concurrency === undefined ? at : slots.free(concurrency);
    const start = Math.max(at, free, Math.ceil((tat - ahead) / 1000));
    if (pace) tat = Math.max(tat, start * 1000) + increment;
    if (concurrency !== undefined) slots.hold(start + duration);
    return start;
  });
}

/** The ends of the slots that are held, the earliest first; there are a thousand at most. */
function slotsUntil(heldUntil: readonly number[]) {
  const ends = heldUntil.toSorted((a, b) => a - b);
  return {
    /** From when one of so many slots is free; it is the asking job's then. A lowered limit has more holders than slots. */
    free(concurrency: number): number {
      let free = 0;
      while (ends.length >= concurrency) free = ends.shift() ?? free;
      return free;
    },
    hold(until: number): void {
      let [from, to] = [0, ends.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        if ((ends[middle] as number) <= until) from = middle + 1;
        else to = middle;
      }
      ends.splice(from, 0, until);
    },
  };
}

/** Whether a job stands in line: the consumer waits for a start of the next second, but for no slot. */
export const isInLine = (at: number, start: number, { rate }: LimitRule): boolean => start > at + (rate ? aheadMs : 0);

/** The most lines of a gate that an answer has. */
export const mostLines = 5;

/**
 * The lines until `until`, the longest first: each begins when a job has to wait, and is over when none does any more. `starts` are
 * those of the comers, in their order.
 */
export function waitsOf(comers: readonly Comer[], starts: readonly number[], rule: LimitRule, until: number): Waits {
  // Who stands in line, in its order: both times only grow.
  const waiters = comers.flatMap(({ at }, i) => {
    const start = starts[i] as number;
    return isInLine(at, start, rule) ? [{ at, start }] : [];
  });
  const lines: LineForecast[] = [];
  // How many have gone, and when all who have come so far will have.
  let [gone, over] = [0, Number.NEGATIVE_INFINITY];
  for (const [i, { at, start }] of waiters.entries()) {
    if (at >= over) lines.push({ from: at, longest: 0, longest_at: at });
    const line = lines.at(-1) as LineForecast;
    while ((waiters[gone] as { start: number }).start <= at) gone++;
    if (i + 1 - gone > line.longest) Object.assign(line, { longest: i + 1 - gone, longest_at: at });
    over = start;
    if (over < until) line.empty_at = over;
    else delete line.empty_at;
  }
  return {
    waits: waiters.length,
    left: waiters.filter(({ start }) => start >= until).length,
    longest_wait_ms: waiters.reduce((longest, { at, start }) => Math.max(longest, start - at), 0),
    lines: lines.sort((a, b) => b.longest - a.longest).slice(0, mostLines),
  };
}

/** The least numbers with which none of the comers would have waited; those who wait already had to, and do not count. */
export function noWaitOf(comers: readonly Comer[], rule: LimitRule, now: number): LimitRule {
  const coming = comers.filter(({ waits }) => !waits);
  const nobodyWaits = (tried: LimitRule) =>
    startsAt(coming, tried, now).every((start, i) => !isInLine((coming[i] as Comer).at, start, tried));
  const { rate, concurrency } = rule;
  const limit = rate && leastOf(limitBounds.starts, (limit) => nobodyWaits({ rate: { ...rate, limit } }));
  const slots =
    concurrency === undefined
      ? undefined
      : leastOf(limitBounds.concurrency, (concurrency) => nobodyWaits({ concurrency }));
  return defined({ concurrency: slots, rate: rate && limit !== undefined ? { ...rate, limit } : undefined });
}

/** The least whole number up to `most` that does, where every larger one does too; undefined if none does. */
function leastOf(most: number, does: (number: number) => boolean): number | undefined {
  let [from, to] = [1, most + 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (does(middle)) to = middle;
    else from = middle + 1;
  }
  return from > most ? undefined : from;
}
