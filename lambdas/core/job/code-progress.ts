import type { Thrown } from "./code-messages.ts";
import type { DecideFault, InVain, LogKind } from "./decide-messages.ts";
import type { KeptEntry, KeptValue } from "./run-log.ts";

/** Why a run of code is parked: its handler or its code has to be mended, and no attempt would do. */
export interface ParkedBy {
  code: DecideFault["fault"]["code"] | "CRASHED" | "UNKNOWN_DEFINITION" | "UNKNOWN_FEATURE" | "PROTOCOL" | "TOO_LARGE";
  message: string;
  /** The key of the step. */
  step?: string;
  /** `file:line`. */
  at?: string;
  /** Since when, epoch milliseconds. */
  since: number;
  stack?: Thrown["stack"];
}

/** A key of a run of code that is open: what began it, and its state as that of a step. `State` is the decider's. */
export type OpenKey<State> = State & { f: string; c: LogKind };

/**
 * What a run of code keeps with its job: where its log is and what is open, so that neither grows with the run. What has ended is in the
 * log (`run-log.ts`).
 */
export interface CodeProgress<State = Record<string, unknown>> {
  code: {
    /** Which log of the attempt. */
    part: number;
    /** The attempt that it is of. */
    attempt: number;
    /** The last entry that a decision has shown to the handler, and when that ended. */
    seen: number;
    last_at: number;
    started_at: number;
    seed: string;
    input: KeptValue;
    decisions: number;
    open: Record<string, OpenKey<State>>;
    /** The ids of the messages that it has taken. */
    taken?: string[];
    /** When the last message was accepted that it has taken at an address, of the latest few addresses. */
    taken_until?: Record<string, number>;
    /** The log has the entry that it is cancelled. */
    cancelled?: true;
    /** What the handler has set for all to see. */
    state?: Record<string, unknown>;
    parked?: ParkedBy;
    /**
     * By which keys an attempt has asked for something else than one before, whose job has failed: their jobs are of this attempt. Keys of jobs
     * (`jobKeyOf`).
     */
    asked_anew?: Record<string, number>;
    /** What own code has returned in an attempt before, behind what that has failed by, and what is shown of it. By their keys, until the log has them. */
    done_before?: Record<string, Pick<KeptEntry, "value" | "as">>;
    /** How the handler has ended in vain: from then on the run belongs to the code that undoes it. */
    in_vain?: InVain;
    /** When the run was retried last and went on from its log, epoch milliseconds. */
    retried_at?: number;
  };
}

export const isCodeProgress = <State>(progress: unknown): progress is CodeProgress<State> =>
  typeof progress === "object" && progress !== null && "code" in progress && "seen" in Object(progress.code);
