import type { Pause } from "../job/pause.ts";

/** The pauses that hold jobs, and those that have ended and whose jobs are still starting. */
export interface StoredPauses {
  /** All of them, in no particular order. Reads consistently. */
  list(): Promise<Pause[]>;
  /** Writes a pause in place of `before`, if that is still as it was read; absent: if its scope has none. */
  put(next: Pause, before?: Pick<Pause, "version" | "since">): Promise<"written" | "lost">;
  /** Deletes a pause if it has not changed since. */
  remove(pause: Pick<Pause, "id" | "version" | "since">): Promise<"removed" | "lost">;
}

export interface Pauses extends StoredPauses {
  /** All of them, as this process read them at most `pausesFreshMs` ago. */
  recent(): Promise<readonly Pause[]>;
}
