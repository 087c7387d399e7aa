import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";
import { transitionsOf } from "../../lambdas/lifecycle/events.ts";
import { moveTime } from "./move-time.ts";
import type { OffsetFile } from "./offset-file.ts";
import { clockOffset, realNow, setClockOffset } from "./shifted-date.ts";
import type { Work } from "./work.ts";

interface ClockOptions {
  file: OffsetFile;
  works: readonly Work[];
  /** Sends the handlers' process the clock's offset. Whatever is sent there later must arrive later. */
  sendOffset: (offsetMs: number) => void;
  /** Called whenever a move begins or ends. */
  onMoving: (moving: boolean) => Promise<void> | void;
  /** The limit of a move in milliseconds of real time. Default: 4 minutes, because Node's fetch waits for 5. */
  limitMs?: number;
}

export interface ClockState {
  /** Epoch milliseconds. */
  now: number;
  /** The same in RFC 3339 format. */
  time: string;
  /** Milliseconds ahead of the machine's time. */
  offset_ms: number;
}

export interface Advanced extends ClockState {
  /** Whether the clock reached its target, and everything that was due by then is done. */
  reached: boolean;
  /** If not, why. The same call continues from here. */
  stopped?: string;
  /** How often the clock was moved. */
  hops: number;
  /** How often each transition of a job happened on the way. */
  jobs: Partial<Record<JobEventName, number>>;
  /** When the next job or check of the system is due, epoch milliseconds. */
  next_at?: number;
}

export interface LocalClock {
  read(): ClockState;
  /** Undefined while another move is in progress. */
  advance(to: number, maxHops: number, signal: AbortSignal): Promise<Advanced | undefined>;
  /**
   * Returns to the machine's time. Undefined while a move is in progress; false, without any change, if `dependsOn` finds that
   * something has happened after the machine's time.
   */
  reset(dependsOn: (now: number) => Promise<boolean>): Promise<ClockState | false | undefined>;
  /** Counts a write of a job. */
  wrote(change: JobChange): void;
  /** Ends a move that is in progress. */
  close(): Promise<void>;
}

export const fourMinutes = 240_000;

export function makeClock({ file, works, sendOffset, onMoving, limitMs = fourMinutes }: ClockOptions): LocalClock {
  const closing = new AbortController();
  let counts: Advanced["jobs"] = {};
  let moving: Promise<unknown> | undefined;

  const set = (ms: number) => {
    const offset = ms - realNow();
    file.keep(offset);
    setClockOffset(offset);
    sendOffset(offset);
  };
  const read = (): ClockState => {
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
      return { ...read(), reached, ...moved, jobs: counts, ...(Number.isFinite(next) && { next_at: next }) };
    } finally {
      await onMoving(false);
    }
  };
  /** Runs one move at a time. */
  const alone = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (moving) return undefined;
    const working = work().finally(() => {
      moving = undefined;
    });
    moving = working;
    return working;
  };
  return {
    read,
    advance: (to, maxHops, signal) => alone(() => advance(to, maxHops, signal)),
    reset: (dependsOn) =>
      alone(async () => {
        if (await dependsOn(realNow())) return false;
        set(realNow());
        return read();
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
