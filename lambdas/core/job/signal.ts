import { charactersIn } from "../kernel/characters.ts";
import { requestLimits } from "../kernel/request-limits.ts";
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

/**
 * What an address keeps at most: messages, and bytes of the JSON of their payloads. A run that comes to wait may have to look through all of it,
 * and takes no more itself: it makes so many calls. Addresses with less than a page are not counted, which would be a write for each message.
 */
export const addressLimits = { messages: 10_000, bytes: 64_000_000, page: 100 };

/** Whether a message was kept. An address that is full keeps no other one until then, in epoch milliseconds. */
export type Keeping = { is: "kept" } | { is: "full"; until: number };

/** Why nobody can send a signal of this name, or why its address would be that of another one with a longer key. Undefined for a name. */
export function signalNameFault(name: string): string | undefined {
  if (name === "" || charactersIn(name) > requestLimits.name) return `has 1 to ${requestLimits.name} characters`;
  if (!name.isWellFormed()) return "is not well-formed Unicode";
  return /#(KEY|RUN)(#|$)/.test(name) ? "must have neither #KEY nor #RUN as a part" : undefined;
}

/** Why no message comes with this key. Undefined for a key. */
export function signalKeyFault(key: string): string | undefined {
  if (key === "" || charactersIn(key) > requestLimits.signalKey)
    return `has 1 to ${requestLimits.signalKey} characters`;
  return key.isWellFormed() ? undefined : "is not well-formed Unicode";
}
