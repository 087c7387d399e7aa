import type { Claim, ClaimOutcome } from "../../../core/job/claim.ts";
import type { JobMessage } from "../../../core/job/job.ts";
import { TransientError } from "../../../core/kernel/errors.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { Admit } from "../context.ts";
import { giveBackSlots } from "../gates/leave.ts";
import { leaseMarginMs } from "../lease.ts";
import { forSeconds } from "../while-claimed.ts";

/**
 * Behind all that may hold a job back, since a claim that starts nothing has to be undone by another write. A claim that is refused tells
 * why, and the entries behind this one look at that.
 */
export const claim: Admit = async (entering) => {
  const { services, engine, message } = entering;
  const { type } = engine;
  const request = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs, type };
  const outcome = await services.jobs
    .claim(message, request)
    .catch((error) => ownClaim(services, message, request, error));
  entering.job = outcome.outcome === "claimed" ? outcome.job : undefined;
  entering.refused = outcome.outcome === "claimed" ? undefined : outcome;
  // Another consumer that has claimed the same attempt holds the same slots.
  if (outcome.outcome !== "claimed" && outcome.outcome !== "taken") await giveBackSlots(entering);
  return undefined;
};

/** How long to look for a claim whose answer was lost. After that its lease has to end before the job goes on. */
const lookSeconds = 10;

/**
 * The claim of which no answer came, if it was written: the job has its id then, and goes on under it. Otherwise throws why the
 * answer is missing.
 */
async function ownClaim(
  { jobs, clock }: ConsumerServices,
  { job_id }: JobMessage,
  { claimId }: Claim,
  error: unknown,
): Promise<ClaimOutcome> {
  if (!(error instanceof TransientError)) throw error;
  const job = await forSeconds(clock, lookSeconds)(() => jobs.get(job_id));
  if (job?.claim_id !== claimId) throw error;
  return { outcome: "claimed", job };
}
