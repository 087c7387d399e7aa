import type { Thrown } from "./code-messages.ts";
import type { JobErrorCode } from "./job-error.ts";

/** How the attempts of a job follow each other. */
export interface RetryPolicy {
  /** Milliseconds before the second attempt, before jitter. */
  initial_delay: number;
  /** The longest delay in milliseconds. A provider's Retry-After may exceed it. */
  max_delay: number;
  backoff_multiplier: number;
  /** Whether a part of each delay is random. */
  jitter: boolean;
  /** The part of each delay that is random, from 0 to 1. Absent: 1, a uniformly random delay between 0 and the computed one. */
  jitter_percent?: number;
  /** Error codes, ours or a provider's, that are retried although they are permanent by default. */
  retryable_errors: string[];
  /** Whether nothing but `retryable_errors` is retried. Absent: they are retried besides what is by default. */
  only_retryable_errors?: boolean;
  /** Error codes, ours or a provider's, that are never retried. Wins over `retryable_errors`. */
  non_retryable_errors: string[];
}

export interface AttemptError {
  code: JobErrorCode;
  message: string;
  retryable: boolean;
  /** The provider's own code, if it sent one. Jobs that were stored before codes were kept have none. */
  provider_code?: string;
}

/** Which of a group's targets ran an attempt. */
export interface TargetUse {
  /** The one that ran it, or the last one that was tried. */
  name: string;
  /** Those before it, which failed, in the order in which they were tried. */
  tried?: { name: string; code: JobErrorCode }[];
  /** Those that would have come before it, had they not failed less than a minute earlier. */
  left_out?: string[];
}

/** For what an attempt was held back between the time when it was due and its start; the rest of that time it was late. */
export interface HeldTime {
  /** Milliseconds, its turn after the end of the pause included. */
  paused_ms?: number;
  /** The limit that let it go last, in whose line it stood, in milliseconds. */
  limits?: { limit: string; ms: number }[];
}

/** One try at a run, as the job keeps it. All times are epoch milliseconds. */
export interface Attempt {
  attempt: number;
  due_at: number;
  started_at: number;
  ended_at: number;
  outcome: "completed" | "failed" | "cancelled";
  /** How often this attempt crashed before it ended: it was started, and no outcome was written. */
  crashes?: number;
  /** What held it back before it started. Absent if nothing did, and in attempts that were stored before. */
  held?: HeldTime;
  /** The job whose result it was answered with. Absent for an attempt that was executed. */
  cached_from?: string;
  error?: AttemptError;
  /** What the team's own code has thrown. Only those who may see inputs are shown it, since it may quote them. */
  thrown?: Thrown;
  /** Present if its event names a group of targets. */
  target?: TargetUse;
  /** Present if the steps of the run were undone before it ended. */
  rolled_back?: RolledBack;
}

/** What has become of the steps that were to be undone. */
export interface RolledBack {
  /** How many steps there were to undo. */
  steps: number;
  /** How many of them are not undone. */
  failed: number;
  /** Why that was given up. There may have been more steps to undo. */
  error?: AttemptError;
}
