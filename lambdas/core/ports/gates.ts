import type { Ask, GateItem, GateItemState, GateName, LineMark, Taken } from "../limits/gate.ts";
import type { Pin } from "../limits/limit-rule.ts";
import type { Call, Pump } from "../limits/pump.ts";

/** A job in the line of a gate. Times are epoch milliseconds. */
export interface Waiter {
  job: string;
  /** The attempt that waits: a process that finds the job in another attempt takes it off the line. */
  run: number;
  attempt: number;
  due_at: number;
  /** Its position: lines are sorted by this, then by the job's id. */
  order: number;
  /** When it first stood in this line. */
  since: number;
  /** The limits that have called it, by name. */
  calls?: Record<string, Call>;
  /** Until when it is reserved, because it is about to get a slot. */
  reserved_until?: number;
}

export interface Line {
  waiters: Waiter[];
  /** Whether the line has more. */
  more: boolean;
}

export interface GateView extends Line {
  /** By number; parts that were never written are left out. */
  parts: Record<number, GateItemState>;
}

/** Where a line is read from, and how many waiters at most (1 to 3000). */
export interface LinePage {
  limit: number;
  after?: Pick<Waiter, "job" | "order">;
}

/**
 * The gates of limits: slots, starts and lines, changed only by conditional writes of single items. All reads but `withLine` are
 * consistent. Errors are classified as those of the other ports.
 */
export interface Gates {
  /** Takes what is asked of one part, in one write if no other process interferes. */
  take(part: GateItem, ask: Ask): Promise<Taken>;
  /**
   * Frees the slot of a job, if it still has it by this turn. Returns what is stored then; undefined if the slot was not held by this
   * turn. With `lease` only if the slot still has that lease: another consumer of the same turn, which comes with a duplicate of its
   * message, has made it its own otherwise.
   */
  release(part: GateItem, job: string, turn: string, lease?: number): Promise<GateItemState | undefined>;
  /** Drops a slot that was seen and belongs to no job any more. */
  drop(part: GateItem, job: string, seen: { lease: number }): Promise<void>;
  /** Notes in part 0 the highest part that has had a slot. */
  notePeak(gate: GateName, peak: number): Promise<void>;
  /** Part 0 of each of the gates, at most 100, in their order; an empty part where there is none. */
  firsts(gates: readonly GateName[]): Promise<GateItemState[]>;
  /** All parts of a gate. */
  parts(gate: GateName): Promise<Record<number, GateItemState>>;
  line(gate: GateName, page: LinePage): Promise<Line>;
  /** Parts and line. Pages after the first have no parts. */
  look(gate: GateName, page: LinePage): Promise<GateView>;
  /** How long the line is, counted up to `most`. */
  length(gate: GateName, most: number): Promise<number>;
  /**
   * Puts a job into the line, not reserved. One that stands there already keeps its `since`, and the `calls` that it has unless
   * others are given. Safe to repeat.
   */
  stand(gate: GateName, waiter: Waiter): Promise<void>;
  /** Reserves a waiter that is about to get a slot. False if it has left the line, or is reserved after `now` already. */
  reserve(
    gate: GateName,
    at: Pick<Waiter, "job" | "order">,
    reservation: { now: number; until: number },
  ): Promise<boolean>;
  /** Takes a job off the line; one that is not in it counts as success. */
  leave(gate: GateName, at: Pick<Waiter, "job" | "order">): Promise<void>;
  /** A job in the line. */
  waiter(gate: GateName, at: Pick<Waiter, "job" | "order">): Promise<Waiter | undefined>;
  /**
   * Writes the mark of a line as a whole (undefined removes it), if `id`, `emptyAt`, `nextCall` and `promised` of the stored one are
   * still those of `seen`. Lags that were counted since are lost with it. False if the mark has changed.
   */
  mark(gate: GateName, next: LineMark | undefined, seen: LineMark | undefined): Promise<boolean>;
  /** What the pump of a gate remembers. */
  pump(gate: GateName): Promise<Pump | undefined>;
  keepPump(gate: GateName, pump: Pump): Promise<void>;
  /** The gates of a tenant that are marked, by limit and key, at most `limit`; eventually consistent. */
  withLine(tenant: Pick<GateName, "product" | "env">, page: { limit: number; after?: GateName }): Promise<GateName[]>;
  /** The pins of a tenant by limit, those that are over included. They may be some seconds old unless `fresh`. */
  pins(tenant: Pick<GateName, "product" | "env">, options?: { fresh?: boolean }): Promise<Record<string, Pin>>;
  pin(limit: Omit<GateName, "key">, pin: Pin): Promise<void>;
  /** A limit that is not pinned counts as success. */
  unpin(limit: Omit<GateName, "key">): Promise<void>;
}
