import { TransientError } from "../../core/kernel/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";

/** Milliseconds until the next try: 0.1 s, then twice as long each time, up to a second. */
const pauseBefore = (tries: number): number => Math.min(1000, 100 * 2 ** tries);

/**
 * Repeats a call that AWS refuses for now until it succeeds, or until the time `until` (epoch milliseconds) has come: then it throws
 * what the last try did. The SDK has tried each time by itself. `between` runs before each repetition.
 */
export async function insist<T>(
  clock: Clock,
  until: () => number,
  call: () => Promise<T>,
  between: () => Promise<void> = async () => {},
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const pause = pauseBefore(tries);
      if (!(error instanceof TransientError) || clock.now() + pause >= until()) throw error;
      await clock.sleep(pause);
      await between();
    }
  }
}
