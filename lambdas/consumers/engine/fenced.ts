import type { Job } from "../../core/job/job.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import { forSeconds } from "./while-claimed.ts";

/** How long to try each write: the lease must last for the attempt. */
const trySeconds = 5;

/**
 * Changes a job under its claim, before its attempt. A pause or a cancel changes the item too: the change is then applied to the changed job.
 * Returns the stored job, or undefined if the claim is no longer this consumer's.
 */
export async function changeClaimed(
  { jobs, clock }: ConsumerServices,
  claimed: Job,
  change: (job: Job) => Job,
): Promise<Job | undefined> {
  const { claim_id } = claimed;
  const repeating = forSeconds(clock, trySeconds);
  const read = () => repeating(() => jobs.get(claimed.id));
  for (let job: Job | undefined = claimed; job && job.claim_id === claim_id; job = await read()) {
    const next = change(job);
    const writeId = crypto.randomUUID();
    if ((await repeating(() => jobs.replace(next, writeId))) === "replaced") return next;
  }
  return undefined;
}
