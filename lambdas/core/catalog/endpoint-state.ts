/** `gone`: it answered 410. `failing`: it has accepted nothing for a day. */
export type DisabledReason = "gone" | "failing";

/** The failures of an endpoint of a webhook. Times are epoch milliseconds. */
export interface EndpointState {
  /** Attempts that have failed since the last one that succeeded. */
  failures: number;
  failing_since: number;
  /** The code of the last failure. */
  last_failure: string;
  disabled?: { at: number; reason: DisabledReason /** Which URL it had then, as a hash. */; url: string };
}
