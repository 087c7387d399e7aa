import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";
import { transitionsOf } from "../../lambdas/lifecycle/events.ts";
import { moveTime } from "./move-time.ts";
import type { OffsetFile } from "./offset-file.ts";
import { clockOffset, realNow, setClockOffset } from "./shifted-date.ts";
import type { Work } from "./work.ts";

export interface ClockOptions {
  file: OffsetFile;
  works: readonly Work[];
  /** Tells the handlers' process what the clock is moved by. What is sent there later must arrive later. */
  tellHandlers: (offsetMs: number) => void;
  /** Before the first move, and whenever one begins or ends. */
  onMoving: (moving: boolean) => Promise<void> | void;
  /** The most milliseconds of real time that a move takes. Default 4 minutes: Node's fetch waits for 5. */
  limitMs?: number;
}

export interface Told {
  /** Epoch milliseconds. */
  now: number;
  /** The same as RFC 3339. */
  time: string;
  /** Milliseconds ahead of the machine's time. */
  offset_ms: number;
}

export interface Advanced extends Told {
  /** Whether it got where it was to go, with everything done that was due by then. */
  reached: boolean;
  /** Why not; the same call goes on from here. */
  stopped?: string;
  /** How often the clock was moved. */
  hops: number;
  /** What happened to jobs on the way. */
  jobs: Partial<Record<JobEventName, number>>;
  /** When the next thing falls due, epoch milliseconds: a job, or a look of the system after one. */
  next_at?: number;
}

export interface LocalClock {
  tell(): Told;
  /** Undefined while another move is under way. */
  advance(to: number, maxHops: number, signal: AbortSignal): Promise<Advanced | undefined>;
  /**
   * Goes back to the machine's time. Undefined while a move is under way; false, and nothing is changed, where `dependsOn`
   * finds that something has happened after the machine's time.
   */
  reset(dependsOn: (now: number) => Promise<boolean>): Promise<Told | false | undefined>;
  /** For the counts: a write of a job. */
  wrote(change: JobChange): void;
  /** Ends the move that is under way. */
  close(): Promise<void>;
}

export const fourMinutes = 240_000;

export function makeClock({ file, works, tellHandlers, onMoving, limitMs = fourMinutes }: ClockOptions): LocalClock {
  const closing = new AbortController();
  let counts: Advanced["jobs"] = {};
  let moving: Promise<unknown> | undefined;

  const set = (ms: number) => {
    const offset = ms - realNow();
    file.keep(offset);
    setClockOffset(offset);
    tellHandlers(offset);
  };
  const tell = (): Told => {
    const now = Date.now();
    return { now, time: new Date(now).toISOString(), offset_ms: clockOffset() };
  };
  const advance = async (to: number, maxHops: number, signal: AbortSignal): Promise<Advanced> => {
    counts = {};
    await onMoving(true);
    try {
      const either = AbortSignal.any([signal, closing.signal]);
      const moved = await moveTime({ works, now: Date.now, set, to, maxHops, limitMs, signal: either });
      const next = Math.min(...works.flatMap((work) => work.nextAt() ?? []));
      const reached = moved.stopped === undefined;
      return { ...tell(), reached, ...moved, jobs: counts, ...(Number.isFinite(next) && { next_at: next }) };
    } finally {
      await onMoving(false);
    }
  };
  /** One at a time. */
  const alone = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (moving) return undefined;
    const working = work().finally(() => {
      moving = undefined;
    });
    moving = working;
    return working;
  };
  return {
    tell,
    advance: (to, maxHops, signal) => alone(() => advance(to, maxHops, signal)),
    reset: (dependsOn) =>
      alone(async () => {
        if (await dependsOn(realNow())) return false;
        set(realNow());
        return tell();
      }),
    wrote: (change) => {
      if (!moving) return;
      for (const { name } of transitionsOf(change)) counts[name] = (counts[name] ?? 0) + 1;
    },
    close: async () => {
      closing.abort();
      await moving?.catch(() => {});
    },
  };
}
