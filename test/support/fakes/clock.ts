import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import { noon } from "../builders.ts";

export interface FakeClock extends Clock {
  /** Lets `ms` pass: wakes each sleeper at its own time, in order, and lets it run before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** The same at once where nobody sleeps until then, for what does so very many times: what is ready to run has not run. */
  pass(ms: number): Promise<void> | undefined;
  /** The number of sleepers left. */
  sleepers(): number;
  /** When the first of them wakes, epoch milliseconds. */
  next(): number | undefined;
}

interface Sleeper {
  at: number;
  wake: () => void;
}

/** Virtual time: it stands still until a test advances it. */
export function fakeClock(start = noon): FakeClock {
  let now = start;
  const sleeping = new Set<Sleeper>();
  // A Set keeps its order and this finds the first minimum: sleepers of one time wake in the order they fell asleep.
  const next = () => [...sleeping].reduce<Sleeper | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
  const clock: FakeClock = {
    now: () => now,
    sleepers: () => sleeping.size,
    next: () => next()?.at,

    sleep(ms, signal) {
      if (ms <= 0 || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = { at: now + ms, wake: end };
        function end() {
          sleeping.delete(sleeper);
          signal?.removeEventListener("abort", end);
          resolve();
        }
        signal?.addEventListener("abort", end);
        sleeping.add(sleeper);
      });
    },

    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let sleeper = next(); sleeper && sleeper.at <= end; sleeper = next()) {
        now = sleeper.at;
        sleeper.wake();
        await settled();
      }
      now = end;
    },

    pass(ms) {
      if ((next()?.at ?? Infinity) <= now + ms) return clock.advance(ms);
      now += ms;
      return undefined;
    },
  };
  return clock;
}

/** Resolves after everything that is ready to run has run, however long its chain of promises is. */
const settled = setImmediate;
