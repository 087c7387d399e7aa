import type { Job } from "../../../core/job/job.ts";
import { begun, hasCrashedTooOften, mayHaveCrashed } from "../../../core/job/transitions.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { type Guard, NotStarted } from "../context.ts";
import { forSeconds } from "../while-claimed.ts";

/** Before all that may crash a process by the job, and so before its parents are read; behind what only sends the job back. */
export const noted: Guard = async (running) => {
  try {
    const job = await noteStart(running.services, running.job);
    if (!job) return "lost";
    running.job = job;
    return undefined;
  } catch (cause) {
    return new NotStarted("the start of the job could not be noted", { cause });
  }
};

/** How long to try each write: the lease must last for the attempt. */
const trySeconds = 5;

/**
 * Notes that a job begins which may have crashed a process before: only then does its next end without an outcome count as a crash.
 * The first claim of an attempt is not noted, since that would cost every job a write. Returns the job as it is stored now, or
 * undefined if the claim is no longer this consumer's.
 */
async function noteStart({ jobs, clock }: ConsumerServices, claimed: Job): Promise<Job | undefined> {
  const { claim_id } = claimed;
  if (claim_id === undefined || !mayHaveCrashed(claimed) || hasCrashedTooOften(claimed)) return claimed;
  const insisting = forSeconds(clock, trySeconds);
  const read = () => insisting(() => jobs.get(claimed.id));
  for (let job: Job | undefined = claimed; job?.claim_id === claim_id; job = await read()) {
    const noted = begun(job, claim_id);
    const writeId = crypto.randomUUID();
    if ((await insisting(() => jobs.replace(noted, writeId))) === "replaced") return noted;
  }
  return undefined;
}
