import { setTimeout as sleep } from "node:timers/promises";
import type { Work } from "./work.ts";

export interface Move {
  works: readonly Work[];
  /** Epoch milliseconds. */
  now: () => number;
  /** Makes it `ms` (epoch) everywhere, before it returns. */
  set: (ms: number) => void;
  /** Where to go, epoch milliseconds. */
  to: number;
  /** The most moves of the clock. */
  maxHops: number;
  /** The most milliseconds of real time. */
  limitMs: number;
  signal: AbortSignal;
  /** Between two looks at what is still at work. */
  pause?: () => Promise<unknown>;
  /** Milliseconds of real time from anywhere. */
  stopwatch?: () => number;
}

export interface Moved {
  /** How often the clock was moved. */
  hops: number;
  /** Why it has not got there. */
  stopped?: string;
}

/**
 * Moves time from one thing that falls due to the next, and lets each be done before the next, so that all happens in the
 * order in which it would have, each at its own time. Ends with everything done that was due by then.
 */
export async function moveTime(move: Move): Promise<Moved> {
  const { works, now, set, to, maxHops, limitMs, signal, stopwatch = () => performance.now() } = move;
  const deadline = stopwatch() + limitMs;
  for (let hops = 0; ; hops++) {
    const stopped = await settled(move, deadline, stopwatch);
    if (stopped !== undefined) return { hops, stopped };
    if (now() >= to) return { hops };
    if (signal.aborted) return { hops, stopped: "nobody waits for it any more" };
    if (stopwatch() > deadline) return { hops, stopped: `it took longer than ${limitMs / 1000} s of real time` };
    if (hops >= maxHops) return { hops, stopped: `it took more than ${maxHops} hops, which is max_hops` };
    const due = works.flatMap((work) => work.nextAt() ?? []);
    set(Math.min(to, Math.max(now() + 1, Math.min(...due))));
    for (const work of works) work.moved?.();
  }
}

/** Resolves when nobody is at work; with the reason if that takes too long or nobody waits for it. */
async function settled(
  { works, signal, limitMs, pause = () => sleep(1) }: Move,
  deadline: number,
  stopwatch: () => number,
): Promise<string | undefined> {
  for (;;) {
    const busy = firstBusy(works);
    if (busy === undefined) return undefined;
    if (signal.aborted) return "nobody waits for it any more";
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
