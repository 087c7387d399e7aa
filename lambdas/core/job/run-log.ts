import type { AttemptError } from "./attempt.ts";
import type { LogEntry } from "./decide-messages.ts";
import type { Job } from "./job.ts";
import type { AwaitedSignal } from "./run-wait.ts";

/*
 * The log of a run of code: what its handler has been shown, in that order. Every decision replays it, so an entry is never changed, and a
 * decision appends what it has seen before it shows it.
 */

/** A value that a log names: a small one in the entry, a larger one among the run's own blobs, which live as long as its job. */
export type KeptValue = { v: unknown } | { blob: string; sha256: string; bytes: number };

/** A kept entry. */
export type KeptEntry = Omit<LogEntry, "value"> & {
  value?: KeptValue;
  /** What is shown of its key as a step. The handler does not see it. */
  as?: ShownEnd;
};

/** The fields of a step that has ended, as the API shows them. */
export interface ShownEnd {
  status?: "completed" | "failed" | "cancelled";
  created_at?: number;
  earlier_attempts?: { started_at: number; ended_at: number }[];
  started_at?: number;
  finished_at?: number;
  until?: number;
  waits_for?: AwaitedSignal[];
  received?: { signal: string; id: string; at: number };
  approval?: ShownApproval;
  timed_out?: true;
  error?: AttemptError;
}

interface ShownApproval {
  id: string;
  title: string;
  choices: string[];
  asked: string[];
  decision?: { choice: string; by?: string; at: number; note?: string };
}

/** Which log: each attempt at a run has one, and one more each time that the run begins anew (`continue`). */
export interface RunLogName {
  job_id: string;
  /** When the job was made. A deleted job's id may be given to another one, by a repeated idempotency key. */
  created_at: number;
  run: number;
  attempt: number;
  /** From 1. */
  part: number;
}

export const runLogOf = ({ id: job_id, created_at, run, attempt }: Job, part: number): RunLogName => ({
  ...{ job_id, created_at, run, attempt, part },
});

/** Whether something was done by a key to undo what another one has done, within a scope too. */
export const isUndoKey = (key: string): boolean => key.split("/").some((part) => part.startsWith("undo:"));

/** The most bytes of JSON of a value that stays in its entry. */
export const largestLogValue = 1024;

/** The most entries that are appended at a time, and bytes of their JSON: they are one item of the table, which holds 400 KB. */
export const mostAppended = { entries: 100, bytes: 300_000 } as const;
