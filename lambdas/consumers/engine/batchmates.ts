import type { Clock } from "../../core/ports/clock.ts";

/** Who runs in a process at the same time: the jobs of a batch. */
export interface Batchmates {
  /**
   * Lets a job in, and returns how it leaves. Undefined if it may not run beside those that are in, and has to go back to its queue.
   * A job that has to be alone first waits a few seconds for the others to leave.
   */
  enter(alone: boolean): Promise<(() => void) | undefined>;
}

/** How long a job waits to be alone, in milliseconds: part of what its lease has beyond its timeout. */
const waitToBeAloneMs = 5000;

/**
 * The jobs of one process. A job that may have crashed a process runs alone: should it do so again, it cuts off no other job. Once it
 * has asked, nobody else comes in before it has run, or before the process was empty: it would never be alone otherwise.
 */
export function batchmatesOf(clock: Pick<Clock, "sleep">): Batchmates {
  let inside = 0;
  let isShut = false;
  /** Tells a job that waits to be alone that it is. */
  let tell: (() => void) | undefined;

  function come(): () => void {
    inside++;
    return function leave() {
      inside--;
      if (inside > 0) return;
      if (tell) tell();
      else isShut = false;
    };
  }

  async function othersLeave(): Promise<void> {
    const over = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    tell = resolve;
    await Promise.race([promise, clock.sleep(waitToBeAloneMs, over.signal)]);
    over.abort("over");
    tell = undefined;
  }

  return {
    async enter(alone) {
      if (isShut) return undefined;
      if (!alone) return come();
      isShut = true;
      if (inside > 0) await othersLeave();
      return inside > 0 ? undefined : come();
    },
  };
}

/** Every job runs beside every other one. */
export const anyBatchmates: Batchmates = { enter: async () => () => {} };
