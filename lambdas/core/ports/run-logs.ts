import type { KeptEntry, RunLogName } from "../job/run-log.ts";

/** The logs of runs of code (core/job/run-log.ts). */
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
}
