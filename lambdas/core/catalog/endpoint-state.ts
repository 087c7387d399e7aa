/** `gone`: its answer was 410. `failing`: nothing has arrived there for a day. */
export type DisabledReason = "gone" | "failing";

/** What is known against an endpoint of a webhook. Times are epoch milliseconds. */
export interface EndpointState {
  /** Attempts that have failed since the last one that succeeded. */
  failures: number;
  failing_since: number;
  /** The code of the last failure. */
  last_failure: string;
  disabled?: { at: number; reason: DisabledReason /** Which URL it had then, as a hash. */; url: string };
}
