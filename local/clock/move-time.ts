import { setTimeout as sleep } from "node:timers/promises";
import type { Work } from "./work.ts";

export interface Move {
  works: readonly Work[];
  /** Epoch milliseconds. */
  now: () => number;
  /** Sets the time to `ms` (epoch) everywhere before it returns. */
  set: (ms: number) => void;
  /** The target, epoch milliseconds. */
  to: number;
  /** The maximum number of moves of the clock. */
  maxHops: number;
  /** The limit in milliseconds of real time. */
  limitMs: number;
  signal: AbortSignal;
  /** Waits between two checks of what is still busy. */
  pause?: () => Promise<unknown>;
  /** Milliseconds of real time since any fixed point. */
  stopwatch?: () => number;
}

interface Moved {
  /** How often the clock was moved. */
  hops: number;
  /** Why it did not reach the target. */
  stopped?: string;
}

/**
 * Moves the time from one due thing to the next, and lets each be done before it moves on, so that everything happens in its
 * natural order and at its own time. When it ends, everything that was due by then is done.
 */
export async function moveTime(move: Move): Promise<Moved> {
  const { works, now, set, to, maxHops, limitMs, signal, stopwatch = () => performance.now() } = move;
  const deadline = stopwatch() + limitMs;
  for (let hops = 0; ; hops++) {
    const stopped = await settled(move, deadline, stopwatch);
    if (stopped !== undefined) return { hops, stopped };
    if (now() >= to) return { hops };
    if (signal.aborted) return { hops, stopped: "the caller is gone" };
    if (stopwatch() > deadline) return { hops, stopped: `it took longer than ${limitMs / 1000} s of real time` };
    if (hops >= maxHops) return { hops, stopped: `it took more than ${maxHops} hops (max_hops)` };
    const due = works.flatMap((work) => work.nextAt() ?? []);
    set(Math.min(to, Math.max(now() + 1, Math.min(...due))));
    for (const work of works) work.moved?.();
  }
}

/** Resolves when nothing is busy, or with a reason if that takes too long or the caller is gone. */
async function settled(
  { works, signal, limitMs, pause = () => sleep(1) }: Move,
  deadline: number,
  stopwatch: () => number,
): Promise<string | undefined> {
  for (;;) {
    const busy = firstBusy(works);
    if (busy === undefined) return undefined;
    if (signal.aborted) return "the caller is gone";
    if (stopwatch() > deadline) return `${busy} after ${limitMs / 1000} s of real time`;
    await pause();
  }
}

function firstBusy(works: readonly Work[]): string | undefined {
  for (const work of works) {
    const busy = work.busy();
    if (busy !== undefined) return busy;
  }
  return undefined;
}
