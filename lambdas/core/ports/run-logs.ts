import type { KeptEntry, RunLogName } from "../job/run-log.ts";

/** The code with which runs began, by its hash, and until when it is needed (epoch milliseconds). */
export interface NeededBundle {
  sha256: string;
  until: number;
}

/** The logs of runs of code (core/job/run-log.ts), which of them wait for other code, and which code they need. */
export interface RunLogs {
  /**
   * Appends entries, the first of which comes after the last that the caller has read, all or none of them. `taken`: another decision has
   * appended there, or this one has and lost the answer; whichever came first counts, and the caller reads on. At most `mostAppended`.
   */
  append(log: RunLogName, entries: readonly KeptEntry[]): Promise<"appended" | "taken">;
  /** The entries behind the number `after`, in their order: 0, or the last one of an append. Reads consistently. */
  read(log: RunLogName, after: number): Promise<KeptEntry[]>;
  /** Deletes all logs of a job, and returns the blobs that they named. Safe to repeat. */
  remove(job: Pick<RunLogName, "job_id" | "created_at">): Promise<string[]>;
  /** Notes that a run of a product cannot go on by the code that is there, until `until` (epoch milliseconds) at the latest. Safe to repeat. */
  park(product: string, job_id: string, until: number): Promise<void>;
  /** The first of these runs, at most `most`. Reads consistently. */
  parked(product: string, most: number): Promise<string[]>;
  /** Forgets these notes. Safe to repeat. */
  unpark(product: string, job_ids: readonly string[]): Promise<void>;
  /** Notes that code is needed until then; what was noted for longer stays. Safe to repeat. */
  need(bundle: NeededBundle): Promise<void>;
  /** All code that is noted. Reads consistently. */
  needed(): Promise<NeededBundle[]>;
  /** Forgets the note of code that is not needed any more. False if it is needed for longer by now, or was forgotten before. */
  forget(bundle: NeededBundle): Promise<boolean>;
}
