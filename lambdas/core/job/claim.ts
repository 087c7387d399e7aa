import type { Job, JobType } from "./job.ts";

export interface Claim {
  /** Fresh and random: the fencing token. */
  claimId: string;
  now: number;
  /** The lease ends at `now + the job's timeout_ms + leaseMarginMs`. */
  leaseMarginMs: number;
  /** The type that the consumer can run: it gets no job of another one. Absent where it runs all. */
  type?: JobType | undefined;
}

export type ClaimOutcome =
  | { outcome: "claimed"; job: Job }
  /** Another consumer holds a live lease on this attempt. */
  | { outcome: "taken"; job: Job }
  /** The message means something, but the job is not of the type that the consumer can run. */
  | { outcome: "misdirected"; job: Job }
  /** Finished, cancelled, paused, rescheduled, superseded or deleted: the message means nothing any more. */
  | { outcome: "gone"; job?: Job };
