import type { Job } from "../../core/job/job.ts";
import { MissingInCatalog } from "../../core/job/job-error.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import { waitForEvent } from "./missing-event.ts";

/** What becomes of a job, as a pure rule: the job may be changed by others while its attempt runs. */
export type Transition = (job: Job) => Job;

/** How an attempt ended whose executor gave no result. */
export interface Thrown {
  error: unknown;
  /** The attempt's own timeout has passed. An executor may report a TIMEOUT of something else. */
  isOutOfTime: boolean;
  /** The executor was called: what it needs may have come too late, or not have come. */
  hasBegun: boolean;
}

/** What was written when an attempt ended. */
export interface Recorded {
  /** The job as it was claimed. */
  claimed: Job;
  /** The job as it was stored just before this write; it may have been changed since the claim. */
  before: Job;
  /** The job at the end of the attempt. */
  ended: Job;
  /** The stored job after that: its next run where it is recurring, `ended` otherwise. */
  next: Job;
}

/** Where a job type's attempts differ from those of the other types. */
export interface AttemptPolicy {
  /** Whether a run keeps the definition with which it begins, whatever is deployed meanwhile. Default: no. */
  keepsDefinition?: boolean;
  /**
   * Called when a message meets an attempt that another consumer is working on. `dropped` logs and deletes the message,
   * `noted` deletes it, and `changed` tries the claim again because the job has changed since.
   */
  onTaken(services: ConsumerServices, job: Job): Promise<"dropped" | "noted" | "changed">;
  /**
   * Called when an attempt has thrown. Undefined fails the attempt by the common rules. Throws to leave the claim alone
   * until its lease ends, which counts as a crash.
   */
  onThrown(services: ConsumerServices, job: Job, thrown: Thrown): Promise<Transition | undefined>;
  /** Called once the end of an attempt is recorded, for what has to be dispatched besides the job's own follow-ups. */
  onRecorded(services: ConsumerServices, recorded: Recorded): Promise<void>;
  /** Called when the job was cancelled while its attempt ran. `job` is the job with the end of that attempt, which is not stored. */
  onCancelled(services: ConsumerServices, job: Job): Promise<void>;
}

/** The common rules: one executor call is one attempt, and whatever it throws fails it, but for what a job of a run waits for. */
export const defaultPolicy: AttemptPolicy = {
  onTaken: async () => "dropped",
  onThrown: async ({ log, clock }, job, { error }) =>
    error instanceof MissingInCatalog ? waitForEvent(log, job, error, clock.now()) : undefined,
  onRecorded: async () => {},
  onCancelled: async () => {},
};
