import { hasCrashedTooOften, mayHaveCrashed, withClaimBegun } from "../../../core/job/transitions.ts";
import { type Guard, NotStarted } from "../context.ts";
import { changeClaimed } from "../fenced.ts";

/**
 * Before all that may crash a process by the job, and so before its parents are read; behind what only sends the job back.
 *
 * Notes that a job begins which may have crashed a process before: only then does its next end without an outcome count as a crash.
 * The first claim of an attempt is not noted, since that would cost every job a write.
 */
export const noted: Guard = async (running) => {
  const { services, job } = running;
  const { claim_id } = job;
  if (claim_id === undefined || !mayHaveCrashed(job) || hasCrashedTooOften(job)) return undefined;
  try {
    const changed = await changeClaimed(services, job, (of) => withClaimBegun(of, claim_id));
    if (!changed) return "lost";
    running.job = changed;
    return undefined;
  } catch (cause) {
    return new NotStarted("the start of the job could not be noted", { cause });
  }
};
