import { horizonMs, type Pace, startAfter, toleranceMs } from "./gcra.ts";

/** One limit for one key. `key` is empty for a limit without keys. */
export interface GateName {
  product: string;
  env: string;
  limit: string;
  key: string;
}

/** One of the items that a gate is spread over. Most gates have part 0 only. */
export interface GatePart extends GateName {
  part: number;
}

/** A slot that a job holds. */
export interface Holder {
  /** Epoch milliseconds: after this, the slot may be given to another job. */
  lease: number;
  /** Which claim of which attempt the slot is for (`turnOf`): fences its release. */
  turn: string;
  /** It was given to the job, and no consumer has taken it yet. */
  given?: true;
}

/** The last reservations, so that a consumer that died after reserving finds its start again. */
export interface Reservation {
  /** The job and the turn that reserved. */
  who: string;
  /** The arrival time before it, epoch microseconds. */
  tat: number;
}

/** What is stored of one part of a gate. */
export interface PartState {
  /** Slots by job id. */
  holders: Record<string, Holder>;
  /** The number of `holders`. */
  count: number;
  /** The theoretical arrival time, epoch microseconds. */
  tat?: number;
  /** By place: `placeOf`. */
  reserved: Record<string, Reservation>;
  /** Present while jobs may wait: newcomers stand in line. A fresh value with every job that lines up. */
  waiting?: string;
}

export const emptyPart = (): PartState => ({ holders: {}, count: 0, reserved: {} });

/** What a job asks of one part of a gate: a slot, a reservation, or both in one write. */
export interface Ask {
  job: string;
  /** Which claim of which attempt asks (`turnOf`). */
  turn: string;
  /** Epoch milliseconds. */
  now: number;
  slot?: {
    lease: number;
    /** How many slots this part has. */
    limit: number;
    /** The slot is given to the head of the waiting list, so nobody is passed over. */
    isGiven?: true;
    /** The lease with which the asking consumer has taken the slot before. */
    from?: number;
  };
  rate?: Pace;
  /** A start after this is of no use, epoch milliseconds: it is not reserved. */
  latest?: number;
}

/** A conditional write of one part. Every write holds only as long as what it was derived from. */
export interface PartWrite {
  slot?:
    | { do: "add" | "renew" }
    /** `dead` is a job whose lease was `seen` and is over: it gives its slot to the asking job, or is only dropped. */
    | { do: "replace" | "drop"; dead: string; seen: number };
  rate?: { do: "begin" | "queue"; place: string };
}

export type Step =
  | { do: "write"; write: PartWrite }
  /** Nothing to write: the start was reserved before. */
  | { do: "nothing"; startsAt: number }
  | { do: "refuse"; why: "full" | "beyond" };

export type Taken =
  /**
   * `startsAt` is epoch milliseconds, and `now` for a gate without a rate. `again`: the job held the slot before. `shared`: it does so
   * by another consumer, which comes with a duplicate of the message and may be about to claim the job.
   */
  { outcome: "taken"; startsAt: number; again: boolean; shared?: true } | { outcome: "full" } | { outcome: "beyond" };

/** How many reservations a part remembers. More would make its item larger, and every write dearer. */
const places = 8;

/** Where a part remembers the reservation of a job. */
export const placeOf = (job: string): string => `r${Number.parseInt(job.slice(-4), 16) % places || 0}`;

/** Who remembers a reservation: another turn of the same job is another start. */
export const whoOf = ({ job, turn }: Ask): string => `${job}.${turn}`;

/** The next write that an ask leads to, given what is stored, or why there is none. A pure rule. */
export function nextStep(state: PartState, ask: Ask): Step {
  const slot = slotWrite(state, ask);
  if (slot === "full") return { do: "refuse", why: "full" };
  if (slot?.do === "drop") return { do: "write", write: { slot } };
  const rate = rateWrite(state, ask);
  if (rate === "beyond") return { do: "refuse", why: "beyond" };
  if (slot === undefined && rate === undefined) return { do: "nothing", startsAt: startOf(state, ask) };
  return { do: "write", write: { ...(slot && { slot }), ...(rate && { rate }) } };
}

/**
 * Whether a job holds its slot by another consumer. Whoever takes it then must not free it again, since the other one may claim the
 * job with it: of two consumers with duplicates of a message, either may be the slow one.
 */
export function isShared(before: Holder | undefined, { now, slot }: Ask): boolean {
  if (!before || !slot || before.given || before.lease < now) return false;
  // An answer that was lost: the write is its own.
  return before.lease !== slot.lease && before.lease !== slot.from;
}

function slotWrite(state: PartState, ask: Ask): PartWrite["slot"] | "full" {
  const { job, now, slot } = ask;
  if (!slot) return undefined;
  const own = state.holders[job];
  // What a consumer has taken is given to nobody: its lease is that of the claim that follows.
  if (slot.isGiven && isShared(own, ask)) return undefined;
  if (own) return { do: "renew" };
  if (state.waiting !== undefined && !slot.isGiven) return "full";
  if (state.count < slot.limit) return { do: "add" };
  const dead = Object.entries(state.holders).find(([, { lease }]) => lease < now);
  if (!dead) return "full";
  // A limit that was lowered has more holders than slots, so one that is over gives its slot to nobody.
  return { do: state.count > slot.limit ? "drop" : "replace", dead: dead[0], seen: dead[1].lease };
}

function rateWrite(state: PartState, ask: Ask): PartWrite["rate"] | "beyond" {
  const { now, rate } = ask;
  if (!rate || ownReservation(state, ask)) return undefined;
  if (startAfter(state.tat, now, rate) > farthestOf(ask)) return "beyond";
  return { do: state.tat === undefined || state.tat <= now * 1000 ? "begin" : "queue", place: placeOf(ask.job) };
}

/** The latest start that may be reserved, epoch milliseconds. */
export const farthestOf = ({ now, latest = Number.POSITIVE_INFINITY }: Ask): number =>
  Math.min(now + horizonMs, latest);

/** The reservation that this turn made before, unless it is too long ago to start on it. */
function ownReservation({ reserved }: PartState, ask: Ask): Reservation | undefined {
  const { job, now, rate } = ask;
  const own = reserved[placeOf(job)];
  const isUsable = rate && own?.who === whoOf(ask) && startAfter(own.tat, 0, rate) + toleranceMs(rate) >= now;
  return isUsable ? own : undefined;
}

/** When the asking job may start, given what was stored before its write. */
export function startOf(before: PartState, ask: Ask): number {
  const { now, rate } = ask;
  return rate ? startAfter((ownReservation(before, ask) ?? before).tat, now, rate) : now;
}

/**
 * The slot of a job once a consumer has taken it. A shared one lasts as long as either needs it, and is that of the later turn, whose
 * end frees it: an earlier one is over. Its lease is another than before in any case, by which the other consumer's release knows.
 */
export function holderOf(before: Holder | undefined, ask: Ask): Holder {
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

/** What is stored after a write. The DynamoDB adapter states it once more as an update expression: the two change together. */
export function applied(state: PartState, { slot, rate }: PartWrite, ask: Ask): PartState {
  const next: PartState = { ...state, holders: { ...state.holders }, reserved: { ...state.reserved } };
  if (slot?.do === "drop" || slot?.do === "replace") delete next.holders[slot.dead];
  if (slot?.do === "drop") next.count--;
  if (slot?.do === "add") next.count++;
  if (slot && slot.do !== "drop" && ask.slot) next.holders[ask.job] = holderOf(state.holders[ask.job], ask);
  if (rate && ask.rate) {
    const before = rate.do === "queue" ? (state.tat as number) : ask.now * 1000;
    next.tat = before + ask.rate.increment;
    next.reserved[rate.place] = { who: whoOf(ask), tat: before };
  }
  return next;
}
