import type { Job } from "../job/job.ts";
import { type Arrival, aheadMs, arrivalOf, bucketsOf, type Pace, paceOf, startAfter } from "./gcra.ts";
import type { LimitRule } from "./limit-rule.ts";

/** One limit for one key. `key` is empty for a limit without keys. */
export interface GateName {
  product: string;
  env: string;
  limit: string;
  key: string;
}

/** One of the items that a gate is spread over. Most gates have part 0 only. */
export interface GateItem extends GateName {
  part: number;
}

/** A slot that a job holds. */
export interface Holder {
  /** Epoch milliseconds: after this, the slot may be given to another job. */
  lease: number;
  /** Which claim of which attempt the slot is for (`attemptTurn`): fences its release. */
  turn: string;
  /** It was given to the job, and no consumer has taken it yet. */
  given?: true;
}

/** What part 0 of a gate says of its line. Times are epoch milliseconds. */
export interface LineMark {
  /** Who marked the gate. A gate that is marked has a line, or had one a moment ago: newcomers go behind it. */
  id: string;
  /** When the line was found empty: the mark goes a minute later, unless a job has stood in line since. */
  emptyAt?: number;
  /** When the next tick of the pump is due. Absent: none was promised. */
  nextCall?: number;
  /** The id under which that tick was promised: a tick with another one is dropped. */
  promised?: string;
  /** How late messages come, in milliseconds, as the pump knows it. */
  lag?: number;
  /** The lags of the jobs that were called since the last tick, and how many there were. */
  lagSum?: number;
  lagCount?: number;
  /** The line is longer than a day: newcomers fail. */
  isTooLong?: true;
}

/** What is stored of one part of a gate. */
export interface GateItemState extends Arrival {
  /** Slots by job id. */
  holders: Record<string, Holder>;
  /** The number of `holders`. */
  count: number;
  /** The highest part that has ever had a slot; part 0 only. */
  peak?: number;
  /** Part 0 only. */
  line?: LineMark;
}

export const emptyPart = (): GateItemState => ({ holders: {}, count: 0 });

/** What a job asks of one part of a gate: a slot, a start, or both in one write. */
export interface Ask {
  job: string;
  /** Which claim of which attempt asks (`attemptTurn`). */
  turn: string;
  /** Epoch milliseconds. */
  now: number;
  slot?: {
    lease: number;
    /** How many slots this part may have. */
    limit: number;
    /** The asking process has seen all parts of the gate. Otherwise this part must be the only one. */
    seesParts?: true;
    /** The slot is given to a job that stands in line. */
    isGiven?: true;
    /** The lease with which the asking consumer has taken the slot before. */
    from?: number;
  };
  rate?: Pace;
  /** The job was called out of the line, or no job stands before it: it passes although the gate is marked. */
  isCalled?: boolean;
  /** How late the message of a called job came, in milliseconds. */
  lag?: number;
}

/** A conditional write of one part. Every write holds only as long as what it was derived from. */
export interface GateItemWrite {
  slot?:
    | { do: "add" | "renew" }
    /** `dead` is a job whose lease was `seen` and is over: it gives its slot to the asking job, or is only dropped. */
    | { do: "replace" | "drop"; dead: string; seen: number };
  /** `begin`: no start lies ahead. `queue`: behind those that do. `rescale`: they were taken under another rate. */
  rate?: { do: "begin" | "queue" } | { do: "rescale"; tat: number };
}

type GateStep =
  | { do: "write"; write: GateItemWrite }
  /** Nothing to write: the write was made before, and its answer was lost. */
  | { do: "nothing"; startsAt: number }
  | { do: "refuse"; why: "line" | "full" }
  | { do: "refuse"; why: "early"; startsAt: number };

export type Taken =
  /**
   * `startsAt` is epoch milliseconds, and `now` for a gate without a rate. `again`: the job held the slot before. `shared`: it does so
   * by another consumer, which comes with a duplicate of the message and may be about to claim the job.
   */
  | { outcome: "taken"; startsAt: number; again: boolean; shared?: true }
  /** `line`: others stand in line. `full`: no slot is free. `state` is what was stored. */
  | { outcome: "line" | "full"; state: GateItemState }
  /** The next start is farther away than may be waited for in process. */
  | { outcome: "early"; startsAt: number; state: GateItemState };

/** The next write that an ask leads to, given what is stored, or why there is none. A pure rule. */
export function gateStep(state: GateItemState, ask: Ask): GateStep {
  const own = ask.slot && state.holders[ask.job];
  if (state.line && !ask.isCalled && !ask.slot?.isGiven && !own) return { do: "refuse", why: "line" };
  const slot = slotWrite(state, ask);
  if (slot === "full") return { do: "refuse", why: "full" };
  if (slot?.do === "drop") return { do: "write", write: { slot } };
  if (own && isRepeated(own, ask)) return { do: "nothing", startsAt: lastStart(state, ask) };
  const rate = rateWrite(state, ask);
  if (typeof rate === "number") return { do: "refuse", why: "early", startsAt: rate };
  if (slot === undefined && rate === undefined) return { do: "nothing", startsAt: ask.now };
  return { do: "write", write: { ...(slot && { slot }), ...(rate && { rate }) } };
}

/** Whether this very write was made before. A rate alone does not show it: then one start is not used. */
const isRepeated = (own: Holder, { turn, slot }: Ask): boolean =>
  own.lease === slot?.lease && own.turn === turn && slot.from !== slot.lease;

const lastStart = ({ tat, inc }: GateItemState, { now, rate }: Ask): number =>
  rate && tat !== undefined
    ? startAfter({ tat: tat - rate.increment, ...(inc !== undefined && { inc }) }, now, rate)
    : now;

/**
 * Whether another consumer, with a duplicate of the message, has taken the slot of the job. The consumer that takes it now must not free
 * it, because the other one may be about to claim the job with it.
 */
export function isShared(before: Holder | undefined, { now, slot }: Ask): boolean {
  if (!before || !slot || before.given || before.lease < now) return false;
  // An answer that was lost: the write is its own.
  return before.lease !== slot.lease && before.lease !== slot.from;
}

function slotWrite(state: GateItemState, ask: Ask): GateItemWrite["slot"] | "full" {
  const { job, now, slot } = ask;
  if (!slot) return undefined;
  const own = state.holders[job];
  if (state.peak !== undefined && !slot.seesParts && (!own || isBounded(own, ask))) return "full";
  // A slot that a consumer has taken is not given away: its lease is that of the claim that follows.
  if (slot.isGiven && isShared(own, ask)) return undefined;
  // The limit may have been lowered since.
  if (own && isBounded(own, ask) && state.count > slot.limit) return "full";
  if (own) return { do: "renew" };
  if (state.count < slot.limit) return { do: "add" };
  const dead = Object.entries(state.holders).find(([, { lease }]) => lease < now);
  if (!dead) return "full";
  // A limit that was lowered has more holders than slots, so a holder whose lease is over only loses its slot.
  return { do: state.count > slot.limit ? "drop" : "replace", dead: dead[0], seen: dead[1].lease };
}

/** Whether a job may keep its slot only within the limit: it was given, or its lease is over, so that others may count on its place. */
export const isBounded = (
  { given, lease }: Holder,
  { now, slot }: Pick<Ask, "now"> & { slot?: { isGiven?: true } },
): boolean => (given === true && !slot?.isGiven) || lease < now;

/** The write that takes a start, or when the next one is if that is too far away. */
function rateWrite(state: GateItemState, { now, rate }: Ask): GateItemWrite["rate"] | number {
  if (!rate) return undefined;
  const startsAt = startAfter(state, now, rate);
  if (startsAt > now + aheadMs) return startsAt;
  const { tat, inc } = state;
  if (tat === undefined || tat <= now * 1000) return { do: "begin" };
  if (inc === undefined || inc === rate.increment) return { do: "queue" };
  return { do: "rescale", tat: Math.max(now * 1000, arrivalOf(state, now, rate) as number) + rate.increment };
}

/** When the asking job may start, given what was stored before its write. */
export const startFrom = (before: Arrival, { now, rate }: Pick<Ask, "now" | "rate">): number =>
  rate ? startAfter(before, now, rate) : now;

/**
 * The slot of a job once a consumer has taken it. A shared one lasts as long as either needs it, and is that of the later turn, whose
 * end frees it: an earlier one is over. Its lease is another than before in any case, by which the other consumer's release knows.
 */
export function newHolder(before: Holder | undefined, ask: Ask): Holder {
  const { lease = 0, isGiven } = ask.slot ?? {};
  if (before && isShared(before, ask)) {
    return {
      lease: Math.max(lease, before.lease + 1),
      turn: isEarlierTurn(ask.turn, before.turn) ? before.turn : ask.turn,
    };
  }
  return { lease, turn: ask.turn, ...(isGiven && { given: true }) };
}

function isEarlierTurn(turn: string, other: string): boolean {
  const [own, others] = [turn, other].map((one) => one.split(".").map(Number)) as [number[], number[]];
  const at = own.findIndex((part, i) => part !== others[i]);
  return at >= 0 && (own[at] ?? 0) < (others[at] ?? 0);
}

/** Whether a write counts how late the job's message came. */
export const countsLag = ({ lag, rate }: Ask, { rate: taken }: GateItemWrite): boolean =>
  lag !== undefined && rate !== undefined && taken !== undefined;

const attemptPrefix = ({ run, attempt }: Pick<Job, "run" | "attempt">): string => `${run}.${attempt}.`;

/** The next start of a job: another attempt, another try after a snooze and a claim after a crash each count as a start. */
export const attemptTurn = (job: Pick<Job, "run" | "attempt" | "snoozes" | "claims">): string =>
  `${attemptPrefix(job)}${job.snoozes?.count ?? 0}.${job.claims}`;

/** Whether a turn is one of an attempt. */
export const isOfAttempt = (turn: string, attempt: Pick<Job, "run" | "attempt">): boolean =>
  turn.startsWith(attemptPrefix(attempt));

/** How late a start may be used that version 0.3 has reserved: 2 s, or one increment where that is longer. */
const toleranceMs = ({ increment }: Pace): number => Math.max(2000, Math.ceil(increment / 1000));

/** Whether a job has a start that version 0.3 has reserved for it, and that is not over. */
export function hasReserved(job: Job, limit: string, { rate }: LimitRule, now: number): boolean {
  const { reserved } = job;
  if (!reserved || !rate || reserved.turn !== attemptTurn(job) || reserved.until !== job.due_at) return false;
  return reserved.limits.includes(limit) && now <= reserved.until + toleranceMs(paceOf(rate));
}

/** Where a job stands in lines: by its time, and its priority is a head start. */
export const orderOf = ({ due_at, priority = 0 }: Pick<Job, "due_at" | "priority">): number =>
  Math.max(0, due_at - priority * 1000);

/** By how much the clocks of two Lambdas may differ, in milliseconds: a job that is due in less may have come to the other one. */
const clocksDifferMs = 10_000;

/**
 * Whether a slot belongs to nobody any more although its lease lasts: its attempt is over, or it was moved and will not come soon. The
 * attempt of a job that was cancelled while it ran, and deleted, may still be at work.
 */
export function isOrphaned(holder: Holder, job: Job | undefined, now: number): boolean {
  if (!job) return holder.given === true;
  if (!isOfAttempt(holder.turn, job)) return true;
  if (job.status === "running") return false;
  // The attempt of a job that was cancelled while it ran may still be at work.
  if (job.status === "cancelled") return job.attempts.at(-1)?.outcome !== "cancelled";
  if (job.status === "scheduled" || job.status === "queued") {
    return job.due_at > now + clocksDifferMs && job.reserved?.until !== job.due_at;
  }
  return true;
}

/** A holder has some 80 bytes, and every write of an item is billed by its size: so many fit into one kilobyte. */
const slotsPerPart = 12;

/** Over how many items the slots of a gate are spread. */
export const slotPartsOf = ({ concurrency = 0 }: LimitRule): number => Math.ceil(concurrency / slotsPerPart);

/** Over how many items a gate is spread. */
export const itemCountOf = (rule: LimitRule): number =>
  Math.max(1, slotPartsOf(rule), rule.rate ? bucketsOf(rule.rate) : 0);

/** How many slots a part has by the rule alone. All but the last part are full, so a limit that changes moves nobody. */
export const slotsOf = ({ concurrency = 0 }: LimitRule, part: number): number =>
  Math.min(slotsPerPart, Math.max(0, concurrency - part * slotsPerPart));

/** How many slots of a part are in use. */
export const liveIn = ({ holders }: GateItemState, now: number): number =>
  Object.values(holders).filter(({ lease }) => lease >= now).length;

/**
 * How many slots each part may have now, so that all together have no more than the limit. A part has more than its own while a
 * limit that was lowered waits for attempts to end, and after an upgrade from a version that filled the parts differently: the last
 * parts make up for it.
 */
export function capsOf(rule: LimitRule, parts: Readonly<Record<number, GateItemState>>, now: number): number[] {
  const caps = Array.from({ length: slotPartsOf(rule) }, (_, part) => slotsOf(rule, part));
  const live = (part: number) => (parts[part] ? liveIn(parts[part], now) : 0);
  let excess = Object.keys(parts).reduce(
    (sum, part) => sum + Math.max(0, live(Number(part)) - slotsOf(rule, Number(part))),
    0,
  );
  for (let part = caps.length - 1; part >= 0 && excess > 0; part--) {
    const spare = Math.max(0, (caps[part] ?? 0) - live(part));
    const cut = Math.min(spare, excess);
    caps[part] = (caps[part] ?? 0) - cut;
    excess -= cut;
  }
  return caps;
}

const itemHash = (job: string): number => Number.parseInt(job.slice(-8), 16) || 0;

/** The part with the bucket that a job's starts count against: the one for which it was called, or one that its id names. */
export const ratePartFor = (gate: GateName, { rate }: LimitRule, job: string, bucket?: number): GateItem => {
  const buckets = rate ? bucketsOf(rate) : 1;
  return { ...gate, part: bucket !== undefined && bucket < buckets ? bucket : itemHash(job) % buckets };
};

/** Whether slot and rate are in one item, so that one write takes both. */
export const isOnePart = (rule: LimitRule): boolean => itemCountOf(rule) === 1;
