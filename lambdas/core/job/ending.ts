import type { AttemptError } from "./attempt.ts";

/** The end of a run whose steps are undone. While that lasts the job is running. All times are epoch milliseconds. */
export interface Ending {
  cause: "failed" | "cancelled";
  since: number;
  /** When a caller asked for the end: the same request may come again. */
  asked_at?: number;
  /** How many steps there are to undo, as of the latest decision. Absent until that is known. */
  steps?: number;
  /** How many of them are undone. */
  undone?: number;
  /** How many of them could not be undone. */
  failed?: number;
  /** Why nothing more is undone: the decisions have crashed, or have failed by a fault of ours, for too long. */
  error?: AttemptError;
}

/** What a decision knows of the steps that are undone. */
export type UndoCounts = Required<Pick<Ending, "steps" | "undone" | "failed">>;
