import type { JobMessage } from "./job.ts";

/** Where a message goes: to all runs of a product's env that wait for the signal with a key, or to one run. */
export interface SignalAddress {
  product: string;
  env: string;
  signal: string;
  to: { key: string } | { job_id: string };
}

/** A message to runs of features. */
export interface Signal {
  /** Each run takes a message of an id once. */
  id: string;
  /** When it was accepted, in epoch milliseconds. */
  at: number;
  payload?: unknown;
  /** The message that wakes the run to which it was sent, if that had begun. */
  wake?: JobMessage;
}

/** A step of a run that waits for a signal. */
export interface Waiter {
  /** The message that wakes the run. */
  message: JobMessage;
  /** `sequence.step`. */
  step: string;
  /** Epoch milliseconds after which it waits no more. */
  until: number;
}

/** How long a message is kept for runs that do not wait for it yet: 90 days, in milliseconds. */
export const signalKeptMs = 90 * 24 * 3_600_000;
