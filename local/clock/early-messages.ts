import { JobMessage } from "../../lambdas/core/job/job.ts";

/**
 * SQS delays by whole seconds, so a consumer may receive a message up to a second early and waits in real time. While the clock
 * is being moved nobody has to wait: the message stays here until the clock reaches its time.
 */
export interface EarlyMessages {
  /** Holds an early message while the clock is being moved, and calls `deliver` when it is due. False if it is not held. */
  keep(message: { handle: string; body: string }, deliver: () => void): boolean;
  has(handle: string): boolean;
  /** When the first held message is due, epoch milliseconds. */
  nextAt(): number | undefined;
  /** Called when the clock was moved: delivers what is due. */
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
      if (!isMoving) return false;
      const at = dueAt(body);
      const ahead = (at ?? 0) - now();
      if (at === undefined || ahead <= 0 || ahead >= waitsInProcessMs) return false;
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

/** When the job of a message is due, epoch milliseconds; undefined if the body is not a job's message. */
export function dueAt(body: string): number | undefined {
  try {
    return JobMessage.safeParse(JSON.parse(body)).data?.due_at;
  } catch {
    return undefined;
  }
}
