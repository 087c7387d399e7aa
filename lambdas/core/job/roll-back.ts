import { shorten } from "../kernel/sizes.ts";
import type { AttemptError, RolledBack } from "./attempt.ts";
import type { Ending } from "./ending.ts";
import { hasBegun, type Job, type Stored } from "./job.ts";

/** Whether steps of a run may have to be undone before it ends. */
export const mayUndo = (job: Job): boolean => job.undoes === true && job.ending === undefined && hasBegun(job);

interface Cause extends Pick<Ending, "cause"> {
  error?: AttemptError;
  reason?: string;
  progress?: Stored;
}

/**
 * A run that is to end once its steps are undone. A decision that is under way loses its claim: what it starts is cancelled with the
 * rest, or undone.
 */
export function endingBegun(job: Job, now: number, { cause, error, reason, progress }: Cause): Job {
  const {
    claim_id: _claim,
    timer_at: _timer,
    retry_decision_at: _retry,
    failing_since: _failing,
    wake_requested: _requested,
    begun_claims: _begun,
    reserved: _reserved,
    snoozes: _snoozes,
    ...rest
  } = job;
  return {
    ...rest,
    status: "running",
    // A run that waits for another attempt has a message for the time of that one.
    ...(job.status !== "running" && { due_at: now }),
    lease_until: 0,
    claims: 0,
    parked_since: job.parked_since ?? job.started_at ?? now,
    wake_at: now,
    version: job.version + 1,
    ending: { cause, since: now, ...(cause === "cancelled" && { asked_at: now }) },
    ...(error && { error }),
    ...(reason !== undefined && { reason: shorten(reason) }),
    ...(progress && { progress }),
  };
}

/** A run that ends because it has failed, and that a caller cancels meanwhile: its steps are undone all the same. */
export const cancelledMeanwhile = (job: Job, ending: Ending, now: number, reason: string): Job => ({
  ...job,
  ending: { ...ending, cause: "cancelled", asked_at: now },
  reason: shorten(reason),
  version: job.version + 1,
});

/** What remains of an ending with its job. Nothing if there was nothing to undo. A step of which the end is not known is not undone. */
export const rolledBackBy = ({ steps = 0, undone = 0, error }: Ending): { rolled_back?: RolledBack } =>
  steps > 0 || error ? { rolled_back: { steps, failed: steps - undone, ...(error && { error }) } } : {};

/** Whether something of what a run has done may be left, which must not be done again. */
export const isLeft = ({ rolled_back }: Pick<Job, "rolled_back">): boolean =>
  rolled_back !== undefined && (rolled_back.failed > 0 || rolled_back.error !== undefined);
