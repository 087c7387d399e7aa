import type { Job, Stored } from "../job/job.ts";

/** A part of the process's memory, in bytes, that jobs share. A job that finds it empty gets what it asks for. */
class Pool {
  #used = 0;
  #waiting: (() => void)[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  take(bytes: number): boolean {
    if (this.#used > 0 && this.#used + bytes > this.#size) return false;
    this.#used += bytes;
    return true;
  }

  /** Rejects with the signal's reason once it aborts. */
  async wait(bytes: number, signal: AbortSignal): Promise<void> {
    while (!this.take(bytes)) {
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
   * Waits until there is room for a large answer of so many bytes beside those of the other jobs: whoever reads one asks once,
   * before it reads on. Rejects with the signal's reason.
   */
  forAnswer(bytes: number, signal: AbortSignal): Promise<void>;
}

export interface Admitted extends Room {
  /** The job holds nothing any more. */
  leave(): void;
}

/** What a consumer's process holds for the jobs of a batch, which it runs at the same time. */
export interface Memory {
  /** Undefined where what the job would load has no room beside what the others hold. */
  admit(job: Pick<Job, "input" | "progress">): Admitted | undefined;
}

const megabyte = 1024 * 1024;

/** Node.js, our code and the clients, with what they need for a batch of small jobs. */
const ownMegabytes = 112;

/**
 * How many bytes of memory a byte of a blob may take at worst: small values are objects, the JSON is there as bytes and as
 * text besides, and what is sent of an input is written as JSON once more. Measured in test/integration/memory.
 */
const perByte = { input: 12, answer: 9 };

/** Of what is left, five parts are for answers, the largest of which is 10 MB, and three for inputs. */
const parts = { inputs: 3 / 8, answers: 5 / 8 };

/** The memory of a function that has so many megabytes. */
export function memoryOf(megabytes: number): Memory {
  const free = Math.max(0, megabytes - ownMegabytes) * megabyte;
  const inputs = new Pool(free * parts.inputs);
  const answers = new Pool(free * parts.answers);
  return {
    admit(job) {
      const held = (blobBytes(job.input) + blobBytes(job.progress)) * perByte.input;
      return inputs.take(held) ? admitted(inputs, held, answers) : undefined;
    },
  };
}

function admitted(inputs: Pool, held: number, answers: Pool): Admitted {
  let answered = 0;
  let left = false;
  return {
    async forAnswer(bytes, signal) {
      const taken = bytes * perByte.answer;
      await answers.wait(taken, signal);
      // The attempt may have timed out while it waited.
      if (left) answers.give(taken);
      else answered += taken;
    },
    leave() {
      if (left) return;
      left = true;
      inputs.give(held);
      answers.give(answered);
    },
  };
}

const blobBytes = (stored: Stored | undefined): number => (stored && "blob" in stored ? stored.bytes : 0);

/** Where nothing bounds it: for tests of what has nothing to do with memory. */
export const endlessRoom: Room = { async forAnswer() {} };
