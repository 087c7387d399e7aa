import { JobError } from "../../../core/job/job-error.ts";
import { attemptFailed, hasCrashedTooOften, maxCrashes } from "../../../core/job/transitions.ts";
import type { Guard } from "../context.ts";

/** Behind what cancels a job, which is no failure. */
export const crashed: Guard = ({ services: { clock }, job, random }) => {
  if (!hasCrashedTooOften(job)) return undefined;
  const text = `The attempt ended ${maxCrashes} times without an outcome.`;
  const error = new JobError("CRASHED", text, { retryable: false });
  return (of) => attemptFailed(of, clock.now(), { error, random });
};
