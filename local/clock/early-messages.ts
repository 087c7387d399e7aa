import { JobMessage } from "../../lambdas/core/job/job.ts";

/**
 * SQS delays by whole seconds, so a consumer may get a message up to a second early, and waits for the rest in real time.
 * While the clock is being moved nobody has to wait: the message stays here until the clock has come to its time.
 */
export interface EarlyMessages {
  /** Keeps what is early while the clock is being moved, and calls `deliver` when its time has come. False if it is not kept. */
  keep(message: { handle: string; body: string }, deliver: () => void): boolean;
  has(handle: string): boolean;
  /** The earliest time that one waits for, epoch milliseconds. */
  nextAt(): number | undefined;
  /** The clock was moved, or is moved no more: delivers what is due, or all. */
  moved(): void;
  moving(is: boolean): void;
}

const waitsInProcessMs = 1000;

export function earlyMessages(now: () => number = Date.now): EarlyMessages {
  const kept = new Map<string, { at: number; deliver: () => void }>();
  let isMoving = false;
  const release = () => {
    for (const [handle, { at, deliver }] of kept) {
      if (isMoving && at > now()) continue;
      kept.delete(handle);
      deliver();
    }
  };
  return {
    keep({ handle, body }, deliver) {
      const at = dueAt(body);
      const ahead = (at ?? 0) - now();
      if (!isMoving || at === undefined || ahead <= 0 || ahead >= waitsInProcessMs) return false;
      kept.set(handle, { at, deliver });
      return true;
    },
    has: (handle) => kept.has(handle),
    nextAt: () => (kept.size > 0 ? Math.min(...[...kept.values()].map(({ at }) => at)) : undefined),
    moved: release,
    moving(is) {
      isMoving = is;
      release();
    },
  };
}

/** When a message's job is due, epoch milliseconds; nothing of what is no message of a job. */
export function dueAt(body: string): number | undefined {
  try {
    return JobMessage.safeParse(JSON.parse(body)).data?.due_at;
  } catch {
    return undefined;
  }
}
