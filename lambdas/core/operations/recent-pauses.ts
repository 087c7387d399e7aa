import { type Pause, pausesFreshMs } from "../job/pause.ts";
import { TransientError } from "../kernel/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Pauses, StoredPauses } from "../ports/pauses.ts";

/** What a process has read, or is reading. */
export interface PausesMemory {
  read?: { at: number; pauses: Promise<readonly Pause[]> };
}

/** A read takes milliseconds: three that take longer than their result may be used mean that DynamoDB is in trouble. */
const mostReads = 3;

/**
 * Pauses with a memory: a process reads them once per `pausesFreshMs`, however many jobs it runs, and not at all while it runs
 * none. The age counts from when a read was sent. Without an answer nothing may start, so a failed read throws.
 */
export function withRecent(stored: StoredPauses, clock: Pick<Clock, "now">, memory: PausesMemory = {}): Pauses {
  const isFresh = (at: number) => clock.now() - at < pausesFreshMs;

  function read() {
    const reading = { at: clock.now(), pauses: stored.list() };
    memory.read = reading;
    reading.pauses.catch(() => {
      if (memory.read === reading) delete memory.read;
    });
    return reading;
  }

  return {
    ...stored,
    async recent() {
      for (let reads = 0; reads < mostReads; reads++) {
        const { at, pauses } = memory.read && isFresh(memory.read.at) ? memory.read : read();
        const found = await pauses;
        if (isFresh(at)) return found;
      }
      throw new TransientError("SLOW_READ", "The pauses could not be read in time.");
    },
  };
}
