import type { HeldTime } from "./attempt.ts";
import type { Job } from "./job.ts";
import { covers, type Pause, pauseEndOf, pauseKnownMs } from "./pause.ts";

interface Start {
  /** When the attempt starts, epoch milliseconds. */
  now: number;
  pauses: readonly Pause[];
  /** The limit that has called the job out of its line, and when. */
  called?: { limit: string; at: number } | undefined;
}

type Span = readonly [from: number, to: number];

/**
 * What held an attempt that starts now. Nothing is read or written for it: the process knows its pauses, and the message says who has
 * called the job. Undefined if nothing did.
 */
export function heldTimeOf(job: Job, { now, pauses, called }: Start): HeldTime | undefined {
  // Of a feature between two decisions the attempt has started long ago.
  if (job.parked_since !== undefined || now <= job.due_at) return undefined;
  const spans = pauses.filter((pause) => covers(pause, job)).flatMap((pause) => pausedSpan(pause, job, now, called));
  const paused_ms = unionLength(spans);
  // Where both held it, the time counts as paused.
  const inLine = called ? unionLength([...spans, [job.due_at, Math.min(called.at, now)]]) - paused_ms : 0;
  if (paused_ms === 0 && inLine <= 0) return undefined;
  return {
    ...(paused_ms > 0 && { paused_ms }),
    ...(called && inLine > 0 && { limits: [{ limit: called.limit, ms: inLine }] }),
  };
}

/** A job that a pause held starts in its turn, behind the end of the pause, unless it stood in a line. */
function pausedSpan(pause: Pause, { due_at }: Job, now: number, called: Start["called"]): Span[] {
  const end = Math.min(pauseEndOf(pause, now) ?? now, now);
  const from = Math.max(pause.since, due_at);
  if (due_at > end + pauseKnownMs || from >= now) return [];
  const to = called ? end : now;
  return to > from ? [[from, to]] : [];
}

/** The length of what spans cover together. */
function unionLength(spans: readonly Span[]): number {
  let [sum, reached] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    sum += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return sum;
}

/** How late the first attempt of the current run started, and why. Undefined before its end, and once its record is dropped. */
export function latenessOf({ scheduled_at, attempts, begun_at }: Job) {
  const [first] = attempts;
  if (first?.attempt !== 1 || begun_at !== undefined) return undefined;
  const total_ms = Math.max(0, first.started_at - scheduled_at);
  const { paused_ms = 0, limits = [] } = first.held ?? {};
  const late_ms = Math.max(0, total_ms - paused_ms - limits.reduce((sum, { ms }) => sum + ms, 0));
  return { total_ms, late_ms, ...first.held };
}
