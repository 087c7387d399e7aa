import * as z from "zod";
import type { Rate } from "../catalog/limit.ts";
import type { GateItemState, LineMark } from "./gate.ts";
import { bucketsOf, freeStarts, paceOf, startAfter, startsAhead } from "./gcra.ts";

/** A start that the pump of a limit has planned for a job that stands in its line. */
export const Call = z.strictObject({
  /** When the start is planned, epoch milliseconds. Nothing is reserved: the job takes its start when its message comes. */
  at: z.int().min(0),
  /** Which of the buckets of a fast rate the start counts against. Absent: the first. */
  bucket: z.int().min(0).optional(),
});
export type Call = z.infer<typeof Call>;

/**
 * Which limits have called a job out of their lines, or given it a slot. It travels beside the job's message and not in it, since an
 * earlier version, to which a deployment may go back, refuses bodies with fields that it does not know.
 */
export const Calls = z.strictObject({
  /** By the name of the limit. */
  limits: z.record(z.string(), Call),
  /** When the message was to become visible, epoch milliseconds: what it is later by is the lag of its queue. 0: there was none. */
  visible: z.int().min(0),
  /** How often it came before its start and was sent back. */
  returns: z.int().min(1).optional(),
});
export type Calls = z.infer<typeof Calls>;

/** What a message brings that nobody has called. */
export const uncalled: Calls = { limits: {}, visible: 0 };

/**
 * A tick on its queue: a pump is to look at the line of a gate. Fields that a later version adds are ignored, since a tick that is
 * refused would leave its line without one.
 */
export const TickMessage = z.object({
  v: z.literal(1),
  product: z.string(),
  env: z.string(),
  limit: z.string(),
  key: z.string(),
  /** The note of who promised the tick (`LineMark.promised`). */
  by: z.string(),
  /** When the message was to become visible, epoch milliseconds. */
  visible: z.int().min(0),
  /** The pump is to hand over the free slots of the gate, and nothing else. A version that does not know this drops it. */
  hands_over: z.literal(true).exactOptional(),
});
export type TickMessage = z.infer<typeof TickMessage>;

/*
 * The pump of a rate: it alone calls jobs out of the line. A call is a message that comes some time later, and the job takes its start
 * when it is there. So as many are called as may start until the calls of the next tick can come, and no more.
 */

/** What the pump of a gate remembers from tick to tick. It is its own item, so that its size makes no other write dearer. */
export interface Pump {
  /** The jobs that it has called and that were still in line then. */
  called: Record<string, Call>;
  /** How late messages of jobs come, in milliseconds. */
  lag: number;
  /** How long after a tick the next one works, in milliseconds. */
  period: number;
  /** When the last tick worked, and after how many milliseconds it asked for the next one. */
  lastTick?: number;
  asked?: number;
  /** How long the line was, and when it was counted, epoch milliseconds. */
  length?: number;
  countedAt?: number;
}

export const newPump = (): Pump => ({ called: {}, lag: 0, period: 1000 });

/** Ticks are at least this far apart, in milliseconds, and at most the longest delay of a queue. */
export const tickBounds = { leastMs: 1000, mostMs: 900_000 } as const;
/** More jobs than this are not called at a time. */
const mostCalled = 2000;

/** How long a called job may take to come before it is called again, in milliseconds. */
export const patienceMs = ({ lag }: Pick<Pump, "lag">): number => 15_000 + 4 * lag;

/** Whether a tick that was promised is so late that another one may be sent. `graceMs`: beyond 5 s and two lags. */
export const isOverdue = ({ nextCall, lag = 0 }: LineMark, now: number, { graceMs = 5000, lags = 2 } = {}): boolean =>
  nextCall === undefined || now > nextCall + graceMs + lags * lag;

/** A tick that is later than this, in milliseconds, was lost, and another one came in its place. */
const lostMs = ({ lag }: Pick<Pump, "lag">): number => 20_000 + 3 * lag;

/** What the pump knows of the lags after a tick that came `late` milliseconds after it was to be visible. */
export function withLags(pump: Pump, { lagSum = 0, lagCount = 0 }: Partial<LineMark>, late: number, now: number): Pump {
  const seen = lagCount > 0 ? lagSum / lagCount : undefined;
  const lag = seen === undefined ? pump.lag : pump.lag > 0 ? 0.7 * pump.lag + 0.3 * seen : seen;
  const { lastTick = now, asked = 0 } = pump;
  const over = Math.max(0, now - lastTick - asked);
  const isKnown = pump.lastTick !== undefined && over <= lostMs(pump);
  const period = isKnown ? 1000 + 0.7 * (pump.period - 1000) + 0.3 * over : pump.period;
  return { ...pump, lag: Math.max(lag, 0.7 * late), period: Math.max(period, 1000 + 0.7 * late) };
}

/** What a tick sees of a gate. */
export interface Seen {
  now: number;
  rate: Rate;
  /** By number. */
  parts: Readonly<Record<number, GateItemState>>;
  /** The pump after `withLags`, with those of its calls whose jobs are still in line and may still come. */
  pump: Pump;
  /** How many jobs were called before and wait for a slot now: they take a start once they have it. */
  noted: number;
}

/** How many more jobs may be called, and when each would start. */
interface PumpRoom {
  /** The planned starts, the earliest first: as many as may be called now. */
  starts: Call[];
  /** When the start after so many of `starts` would be, epoch milliseconds. */
  beyond: (called: number) => number;
  /** Milliseconds for which starts are planned ahead. */
  span: number;
}

/** How far ahead jobs are called, in milliseconds: until the calls of the next tick can have come. */
export const plannedSpan = ({ lag, period }: Pump): number => 1.25 * lag + 1.25 * period + 1000;

/** The starts for which jobs may be called at a tick. */
export function roomFor({ now, rate, parts, pump, noted }: Seen): PumpRoom {
  const pace = paceOf(rate);
  const span = plannedSpan(pump);
  const buckets = Array.from({ length: bucketsOf(rate) }, (_, bucket) => {
    const part = parts[bucket] ?? {};
    const calls = Object.values(pump.called).filter((call) => (call.bucket ?? 0) === bucket);
    return bucketRoom({
      now,
      pace,
      span,
      next: startAfter(part, now, pace),
      ahead: startsAhead(part, now, pace),
      free: freeStarts(part, now, pace),
      open: calls.length + (bucket === 0 ? noted : 0),
      beyondLag: calls.filter(({ at }) => at >= now + pump.lag).length,
      lag: pump.lag,
    });
  });
  const starts = buckets
    .flatMap(({ starts }, bucket) => starts.map((at): Call => ({ at: Math.ceil(at), ...(bucket > 0 && { bucket }) })))
    .sort((a, b) => a.at - b.at)
    .slice(0, Math.max(0, mostCalled - Object.keys(pump.called).length));
  const after = Math.min(...buckets.map((bucket) => bucket.after));
  return { starts, span, beyond: (called) => starts[called]?.at ?? after };
}

interface PumpBucket {
  now: number;
  pace: { increment: number };
  span: number;
  /** When the next start would be. */
  next: number;
  /** How many starts lie ahead; negative: how many have not been used. */
  ahead: number;
  /** How many starts may be taken at the next one. */
  free: number;
  /** How many jobs were called and are still in line. */
  open: number;
  /** How many of them were called for a time after a job that is called now can be there. */
  beyondLag: number;
  lag: number;
}

function bucketRoom({ now, pace, span, next, ahead, free, open, beyondLag, lag }: PumpBucket): {
  starts: number[];
  after: number;
} {
  const interval = pace.increment / 1000;
  // Of those that are in line still, some have taken their start and wait for it.
  const called = Math.max(0, Math.ceil(open - Math.max(0, ahead)));
  const most = Math.max(1, Math.ceil(span / interval) + (next <= now ? free : 0));
  const place = (from: number, index: number) => from + Math.max(0, index - Math.max(0, free - 1)) * interval;
  // A job that is called now cannot be there before the lag has passed, and then the jobs come that were called for that time.
  const startOf = (index: number) => Math.max(place(next, called + index), place(now + lag, beyondLag + index));
  const starts: number[] = [];
  while (starts.length + called < most && starts.length < mostCalled) {
    const start = startOf(starts.length);
    if (start > now + span) break;
    starts.push(start);
  }
  return { starts, after: startOf(starts.length) };
}

/** The delay of a tick is cut to whole seconds. */
const secondMs = 1000;

/**
 * After how many milliseconds the next tick is due, once `called` more jobs were called: so early that the calls for the start after theirs come in
 * time, and when the first of those who are called has not come, whose message may be lost. `first` is when its start is planned.
 */
export function nextTickIn(
  room: PumpRoom,
  { now, called, first, lag }: { now: number; called: number; first: number | undefined; lag: number },
): number {
  const inTime = room.beyond(called) - room.span + 500 - now;
  const impatient = first === undefined ? Number.POSITIVE_INFINITY : first + patienceMs({ lag }) + secondMs - now;
  return Math.min(tickBounds.mostMs, Math.max(tickBounds.leastMs, Math.ceil(Math.min(inTime, impatient))));
}
