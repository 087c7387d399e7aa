import { defined } from "../kernel/defined.ts";
import type { GateItemState } from "../limits/gate.ts";
import { type Arrival, bucketsOf, freeStarts, intervalOf, paceOf, startAfter } from "../limits/gcra.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import { type Pump, patienceMs } from "../limits/pump.ts";
import type { Line, Waiter } from "../ports/gates.ts";

/*
 * When a line moves, for people. A rate gives its starts out one by one, so the place in its line says when. It is not known how long
 * attempts take, so a line for slots has places and no times. Times are epoch milliseconds; all of them are estimates: jobs with a
 * higher priority pass, cancelled ones leave, and slots of a limit that has both may be what is missing.
 */

/** Waiters are counted and have a place up to this one. */
export const placesShown = 1000;

/** The pump counts a line once a minute; what it counted before that is no longer shown, in milliseconds. */
const countHoldsMs = 90_000;

/** The starts that a rate gives out from now on. */
interface Starts {
  /** When the next one is. */
  next: number;
  /** How many may be taken then: what is left of the burst. */
  free: number;
  /** Milliseconds between the later ones. */
  interval: number;
}

/** The starts of a gate; undefined for one without a rate. A fast rate has several buckets, which give them out at the same time. */
export function startsOf(
  parts: Readonly<Record<number, GateItemState>>,
  { rate }: LimitRule,
  now: number,
): Starts | undefined {
  if (!rate) return undefined;
  const pace = paceOf(rate);
  const buckets = Array.from({ length: bucketsOf(rate) }, (_, bucket): Arrival => parts[bucket] ?? {});
  return {
    next: Math.min(...buckets.map((bucket) => startAfter(bucket, now, pace))),
    free: buckets.reduce((sum, bucket) => sum + freeStarts(bucket, now, pace), 0),
    interval: intervalOf(rate),
  };
}

/** When the job at a place of the line (from 1) would start. */
export const startAt = ({ next, free, interval }: Starts, place: number): number =>
  Math.ceil(next + Math.max(0, place - Math.max(1, free)) * interval);

/** The place of a waiter among the first of its line, from 1; undefined beyond what was read. */
export function placeInLine({ job, order }: Waiter, { waiters }: Line): number | undefined {
  const index = waiters.findIndex((other) => other.job === job && other.order === order);
  return index < 0 ? undefined : index + 1;
}

/** Where a waiter stands and when it would start: as its pump has planned it, or by its place. */
export function waitEstimate(
  waiter: Waiter,
  { line, starts, pump, now }: { line: Line; starts: Starts | undefined; pump: Pump | undefined; now: number },
): { position?: number; starts_at?: number } {
  const position = placeInLine(waiter, line);
  const planned = starts && pump?.called[waiter.job]?.at;
  // A job that does not come in time is called again, so the plan no longer holds.
  const holds = planned !== undefined && pump !== undefined && planned + patienceMs(pump) >= now;
  const byPlace = starts && position !== undefined ? startAt(starts, position) : undefined;
  return defined({ position, starts_at: holds ? Math.max(planned, now) : byPlace });
}

interface LineEstimate {
  /** When the line was counted. */
  as_of: number;
  /** How many jobs stood in it then. */
  length: number;
  /** When the last of them would start. */
  ends_at?: number;
}

/**
 * How long a line is and when it ends. One that was read to its end is as long as that; a longer one as its pump counted it, unless
 * that is too old. Undefined where there is nothing to add to what was read.
 */
export function lineEstimate(
  { waiters, more }: Line,
  { starts, pump, now }: { starts: Starts | undefined; pump: Pump | undefined; now: number },
): LineEstimate | undefined {
  const read = waiters.length;
  if (!more) return starts && read > 0 ? { as_of: now, length: read, ends_at: startAt(starts, read) } : undefined;
  const { length = 0, countedAt = 0 } = pump ?? {};
  if (length <= read || now - countedAt > countHoldsMs) return undefined;
  return {
    as_of: countedAt,
    length,
    ...(starts && { ends_at: endsAt(starts, { length, read, age: now - countedAt }) }),
  };
}

/** A line that was counted some time ago has moved since, but not up to those who were read just now. */
const endsAt = (starts: Starts, { length, read, age }: { length: number; read: number; age: number }): number =>
  Math.max(startAt(starts, read), startAt(starts, length) - Math.max(0, age));
