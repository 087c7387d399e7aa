import type { Clock } from "../../core/ports/clock.ts";

/** Node stores a timeout as a signed 32-bit number, and a longer one fires at once. */
const longestTimer = 2 ** 31 - 1;

/** The machine's time. */
export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    for (let left = ms; left > 0 && !signal?.aborted; left -= longestTimer) {
      await sleepFor(Math.min(left, longestTimer), signal);
    }
  },
};

/** Leaves no timer and no listener behind that would run after a frozen Lambda thaws. */
const sleepFor = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
