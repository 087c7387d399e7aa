import type { Keeping, Signal, SignalAddress, Waiter } from "../job/signal.ts";

/**
 * Messages to runs, and who waits for them. A run notes that it waits and then reads the messages; a sender puts a message and then reads
 * who waits. All reads are consistent, so that one of the two sees the other.
 */
export interface Signals {
  /** Keeps a message until `keptUntil`, epoch milliseconds, unless its address is full. Repeated, it is there once. */
  put(address: SignalAddress, signal: Signal, keptUntil: number): Promise<Keeping>;
  /** Until when an address keeps no other message, as of `now`, if it is full. */
  fullUntil(address: SignalAddress, now: number): Promise<number | undefined>;
  /** The first message of an id, if it is kept. All of the address may be read. */
  find(address: SignalAddress, id: string): Promise<Signal | undefined>;
  /** The first message, by time and id, that came at `since` or later and that is wanted. */
  first(address: SignalAddress, since: number, wanted: (signal: Signal) => boolean): Promise<Signal | undefined>;
  /** The latest messages, the last one first: at most `most`. */
  latest(address: SignalAddress, most: number): Promise<Signal[]>;
  /**
   * Puts the only message of an address, which is the first one that was put, and returns the message that is there. Kept until `keptUntil`, and read by
   * `first` whatever `since`.
   */
  decide(address: SignalAddress, signal: Signal, keptUntil: number): Promise<Signal>;
  /** Notes that a step waits. Noted again, with the message and time of then. */
  listen(address: SignalAddress, waiter: Waiter): Promise<void>;
  /** The step waits no more. One that did not wait counts as done. */
  leave(address: SignalAddress, waiter: Waiter): Promise<void>;
  /** Who waits: at most `most` of them, in an order of theirs, and behind `after` in it. */
  waiters(address: SignalAddress, most: number, after?: Waiter): Promise<Waiter[]>;
}
