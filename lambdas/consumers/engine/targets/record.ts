import type { HeldTime, TargetUse } from "../../../core/job/attempt.ts";
import type { Job } from "../../../core/job/job.ts";
import { changedError, JobError } from "../../../core/job/job-error.ts";
import { defined } from "../../../core/kernel/defined.ts";
import type { Transition } from "../attempt-policy.ts";

/** Filled while an attempt runs, so that it is known when the attempt runs out of time. */
export interface Used {
  target?: TargetUse;
  /** What held the attempt back before it started. */
  held?: HeldTime;
  /** What the targets that were tried have achieved. */
  progress?: unknown;
}

/** The failure of an attempt with what its earlier targets achieved: one that runs out of time at the last of them does not know it. */
export const withProgress = (cause: unknown, { progress }: Used): unknown =>
  cause instanceof JobError && cause.progress === undefined && progress !== undefined
    ? changedError(cause, { progress })
    : cause;

/**
 * The transition with the targets, and with what held the attempt back, in the record of the attempt that it ends. One that puts the job
 * off keeps no record.
 */
export const withUsed =
  ({ target, held }: Used, transition: Transition): Transition =>
  (job: Job) => {
    const next = transition(job);
    const record = next.attempts.at(-1);
    if (!(target || held) || !record || record === job.attempts.at(-1)) return next;
    return { ...next, attempts: [...next.attempts.slice(0, -1), { ...record, ...defined({ held, target }) }] };
  };
