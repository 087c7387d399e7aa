import type { Job, JobType } from "./job.ts";

export interface Claim {
  /** Fresh and random: the fencing token. */
  claimId: string;
  now: number;
  /** The lease ends at `now + the job's timeout_ms + leaseMarginMs`. */
  leaseMarginMs: number;
  /** The type that the consumer can run: it gets no job of another type. Default: any type. */
  type?: JobType | undefined;
}

export type ClaimOutcome =
  | { outcome: "claimed"; job: Job }
  /** Another consumer holds a live lease on this attempt. */
  | { outcome: "taken"; job: Job }
  /** The message is valid, but the job is not of the type that the consumer can run. */
  | { outcome: "misdirected"; job: Job }
  /** The job was finished, cancelled, paused, rescheduled or deleted, or the attempt superseded: the message is stale. */
  | { outcome: "gone"; job?: Job };
