import type { Job, Stored } from "../job/job.ts";

/** A part of the process's memory, in bytes, that jobs share. A job gets whatever it asks for where no other one uses any. */
class MemoryPool {
  #used = 0;
  #waiting: (() => void)[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  /** `own` is what the job holds already. */
  take(bytes: number, own = 0): boolean {
    if (this.#used > own && this.#used + bytes > this.#size) return false;
    this.#used += bytes;
    return true;
  }

  /** Rejects with the signal's reason once it aborts. */
  async wait(bytes: number, own: () => number, signal: AbortSignal): Promise<void> {
    while (!this.take(bytes, own())) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
  }

  give(bytes: number): void {
    this.#used -= bytes;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** What one job may hold besides its input, until its outcome is recorded. */
export interface Room {
  /**
   * Waits until there is room for a large answer of so many bytes beside those of the other jobs. Call it once per answer,
   * before reading it. Rejects with the signal's reason once it aborts.
   */
  forAnswer(bytes: number, signal: AbortSignal): Promise<void>;
}

/**
 * One reservation for answers of which there is one at a time: it grows to the largest. Reservations that add up would wait for memory
 * that the same job holds.
 */
export function sharedRoom(room: Room): Room {
  let held = 0;
  let last = Promise.resolve();
  return {
    forAnswer(bytes, signal) {
      const mine = last.then(async () => {
        if (bytes <= held) return;
        await room.forAnswer(bytes - held, signal);
        held = bytes;
      });
      last = mine.catch(() => {});
      return mine;
    },
  };
}

interface Admitted extends Room {
  /** Gives back all that the job holds. */
  leave(): void;
}

/** The memory of a consumer's process, which runs the jobs of a batch at the same time. */
export interface Memory {
  /** Undefined if there is no room for the job's input and progress beside what the other jobs hold. */
  admit(job: Pick<Job, "input" | "progress">): Admitted | undefined;
}

const megabyte = 1024 * 1024;

/** The memory that Node.js, the code and its clients need for a batch of small jobs. */
const ownMegabytes = 112;

/**
 * How many bytes of memory one byte of a blob may take at worst. Small values become objects, the JSON is in memory as bytes and
 * as a string too, and what is sent of an input is written as JSON again. test/integration/memory.test.ts measures this.
 */
const perByte = { input: 12, answer: 9 };

/** Five eighths of what is left are for answers, of which the largest has 10 MB, and three eighths for inputs. */
const parts = { inputs: 3 / 8, answers: 5 / 8 };

/** The memory of a function of this size. */
export function memoryOf(megabytes: number): Memory {
  const free = Math.max(0, megabytes - ownMegabytes) * megabyte;
  const inputs = new MemoryPool(free * parts.inputs);
  const answers = new MemoryPool(free * parts.answers);
  return {
    admit(job) {
      const held = (blobBytes(job.input) + blobBytes(job.progress)) * perByte.input;
      return inputs.take(held) ? admitted(inputs, held, answers) : undefined;
    },
  };
}

function admitted(inputs: MemoryPool, held: number, answers: MemoryPool): Admitted {
  let answered = 0;
  let left = false;
  return {
    async forAnswer(bytes, signal) {
      const taken = bytes * perByte.answer;
      await answers.wait(taken, () => answered, signal);
      // The attempt may have timed out while it waited.
      if (left) answers.give(taken);
      else answered += taken;
    },
    leave() {
      if (left) return;
      left = true;
      inputs.give(held);
      answers.give(answered);
      answered = 0;
    },
  };
}

const blobBytes = (stored: Stored | undefined): number => (stored && "blob" in stored ? stored.bytes : 0);

/** Unlimited room, for tests that are not about memory. */
export const endlessRoom: Room = { async forAnswer() {} };
