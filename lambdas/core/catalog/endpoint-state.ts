/** `gone`: it answered 410. `failing`: it has accepted nothing for a day. */
export type DisabledReason = "gone" | "failing";

/** An attempt at a delivery that failed. */
export interface EndpointFailure {
  /** Epoch milliseconds. */
  at: number;
  /** The type of the event that was to be delivered: `job.completed`. */
  event: string;
  job_id: string;
  /** `HTTP_503`, `TIMEOUT`, `CONNECTION_ERROR`, `CONFIGURATION_ERROR`. */
  code: string;
  /** The number of the attempt, from 1. */
  attempt: number;
}

/** How many of its last failures an endpoint's state keeps. */
export const keptFailures = 10;

/** The failures of an endpoint of a webhook. Times are epoch milliseconds. */
export interface EndpointState {
  /** Attempts that have failed since the last one that succeeded. */
  failures: number;
  failing_since: number;
  /** The code of the last failure. */
  last_failure: string;
  /** The last of them, latest first. Absent where they were counted before they were kept. */
  recent_failures?: EndpointFailure[];
  disabled?: Disabled;
}

export interface Disabled {
  at: number;
  reason: DisabledReason;
  /** Which URL it had then, as a hash. */
  url: string;
  /** The delivery that disabled it, until it has announced that. */
  announced_by?: string;
}
