import type { Ask, GateName, GatePart, PartState, Taken } from "../flow/gate.ts";
import type { Pin } from "../flow/limit-rule.ts";

/** A job in the waiting list of a gate. Times are epoch milliseconds. */
export interface Waiter {
  job: string;
  /** The attempt that waits: whoever finds the job in another one takes it off the list. */
  run: number;
  attempt: number;
  due_at: number;
  /** Its position: the lists are sorted by this, then by the job's id. */
  order: number;
  since: number;
}

export interface GateView {
  /** By number; parts that were never written are left out. */
  parts: Record<number, PartState>;
  /** The first of the waiting list, after the given one. */
  waiters: Waiter[];
  /** Whether the list has more. */
  more: boolean;
}

/**
 * The gates of limits: slots, reservations and waiting lists, changed only by conditional writes of single items. Errors are
 * classified as those of the other ports.
 */
export interface Gates {
  /** Takes what is asked of one part, in one write if nobody interferes. A repetition by the same turn answers the same. */
  take(part: GatePart, ask: Ask): Promise<Taken>;
  /**
   * Frees the slot of a job, if it still has it by this turn. Answers whether jobs may be waiting for it; undefined if the slot
   * was not held by this turn. With `lease` only if the slot still has that lease: another consumer of the same turn, which comes
   * with a duplicate of its message, has made it its own otherwise.
   */
  release(part: GatePart, job: string, turn: string, lease?: number): Promise<{ waiting: boolean } | undefined>;
  /** Drops a slot that was seen and belongs to nobody any more. */
  drop(part: GatePart, job: string, seen: { lease: number }): Promise<void>;
  /** Everything about a gate, and up to `limit` (at most 100) of its waiters, read consistently. */
  look(gate: GateName, page: { limit: number; after?: Waiter }): Promise<GateView>;
  /** Puts a job on the waiting list and marks parts 0 to `parts - 1`, so that newcomers stand in line. Safe to repeat. */
  lineUp(gate: GateName, waiter: Waiter, parts: number): Promise<void>;
  /** Takes a job off the list; one that is not on it counts as success. */
  leave(gate: GateName, waiter: Pick<Waiter, "job" | "order">): Promise<void>;
  /** A job on the list. */
  waiter(gate: GateName, at: Pick<Waiter, "job" | "order">): Promise<Waiter | undefined>;
  /** Removes the mark of a part whose list was found empty, unless somebody has lined up since the mark was seen. */
  unmark(part: GatePart, seen: string): Promise<void>;
  /** The gates of a tenant that are marked, by limit and key, at most `limit`; eventually consistent. */
  crowded(tenant: Pick<GateName, "product" | "env">, page: { limit: number; after?: GateName }): Promise<GateName[]>;
  /** The pins of a tenant by limit, those that are over included. They may be some seconds old unless `fresh`. */
  pins(tenant: Pick<GateName, "product" | "env">, options?: { fresh?: boolean }): Promise<Record<string, Pin>>;
  pin(limit: Omit<GateName, "key">, pin: Pin): Promise<void>;
  /** A limit that is not pinned counts as success. */
  unpin(limit: Omit<GateName, "key">): Promise<void>;
}
