import type { KeptEntry, RunLogName } from "../job/run-log.ts";

/** The logs of runs of code (core/job/run-log.ts), and which of them wait for other code. */
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
}
