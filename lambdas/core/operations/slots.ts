import { isWaiting, type Job } from "../job/job.ts";
import { holding, type Pause, pauseKnownMs } from "../job/pause.ts";
import {
  type Ask,
  attemptTurn,
  capsOf,
  emptyPart,
  type GateItem,
  type GateItemState,
  type GateName,
  isBounded,
  isOrphaned,
  liveIn,
  slotPartsOf,
  type Taken,
} from "../limits/gate.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import type { Calls } from "../limits/pump.ts";
import type { Gates, GateView, Waiter } from "../ports/gates.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import type { Pauses } from "../ports/pauses.ts";
import type { RuledGate } from "./limit-rules.ts";
import { isPaused, isStillWaiting, jobsById, type Marking, sendCalled } from "./lines.ts";

/** A slot to take, of whichever part of the gate has one, and a start with it where the gate has one part. */
type SlotAsk = Omit<Ask, "slot"> & { slot: Omit<NonNullable<Ask["slot"]>, "limit" | "seesParts"> };

interface SlotTaken {
  taken: Taken;
  part: GateItem;
  /** The start was asked for too, in the same write. */
  withRate: boolean;
}

/**
 * Takes a slot of a gate. Most gates have one part, of which one write is enough; of a larger one all parts are read first, since a
 * part may have more holders than its share while a limit that was lowered waits for attempts to end.
 */
export async function takeSlot(gates: Gates, ruled: RuledGate, ask: SlotAsk): Promise<SlotTaken> {
  const { gate, rule } = ruled;
  const first = { ...gate, part: 0 };
  if (slotPartsOf(rule) === 1) {
    const taken = await gates.take(first, { ...ask, slot: { ...ask.slot, limit: rule.concurrency ?? 0 } });
    if (taken.outcome !== "full" || taken.state.peak === undefined)
      return giveUp(gates, { taken, part: first, withRate: ask.rate !== undefined }, ask);
  }
  return giveUp(gates, await takeOfParts(gates, ruled, ask), ask);
}

/** A slot that is beyond the limit, which was lowered since, is of no use to a job that has not started with it. */
async function giveUp(gates: Gates, slot: SlotTaken, ask: SlotAsk): Promise<SlotTaken> {
  const { taken, part } = slot;
  const own = taken.outcome === "full" ? taken.state.holders[ask.job] : undefined;
  if (own && isBounded(own, ask)) await gates.release(part, ask.job, own.turn);
  return slot;
}

async function takeOfParts(gates: Gates, { gate, rule }: RuledGate, ask: SlotAsk): Promise<SlotTaken> {
  const parts = await gates.parts(gate);
  const { rate: _rate, lag: _lag, ...rest } = ask;
  const state = parts[0] ?? emptyPart();
  const refused = (outcome: "line" | "full") => ({
    taken: { outcome, state },
    part: { ...gate, part: 0 },
    withRate: false,
  });
  const own = Object.keys(parts).find((part) => parts[Number(part)]?.holders[ask.job] !== undefined);
  if (state.line && own === undefined && !ask.isCalled && !ask.slot.isGiven) return refused("line");
  // The limit may have been lowered since it got its slot: it starts once so many others have ended.
  const holder = own === undefined ? undefined : parts[Number(own)]?.holders[ask.job];
  if (holder && isBounded(holder, ask)) {
    const live = Object.values(parts).reduce((sum, part) => sum + liveIn(part, ask.now), 0);
    const others = live - (holder.lease < ask.now ? 0 : 1);
    const part = { ...gate, part: Number(own) };
    const full = { outcome: "full", state: parts[Number(own)] ?? state } as const;
    if (others >= (rule.concurrency ?? 0)) return { taken: full, part, withRate: false };
  }
  const caps = capsOf(rule, parts, ask.now);
  for (const number of own === undefined ? withRoom(parts, caps, ask) : [Number(own)]) {
    if (number > (state.peak ?? 0)) await gates.notePeak(gate, number);
    const part = { ...gate, part: number };
    const slot = { ...ask.slot, limit: caps[number] ?? 0, seesParts: true as const };
    const taken = await gates.take(part, { ...rest, slot });
    if (taken.outcome !== "full" || own !== undefined) return { taken, part, withRate: false };
  }
  return refused("full");
}

/**
 * The parts that have room: the first one, so that few are in use while few slots are, and then the others from one that the job's id
 * names, so that a herd which is refused there does not meet at the next one too.
 */
function withRoom(
  parts: Readonly<Record<number, GateItemState>>,
  caps: readonly number[],
  { job, now }: SlotAsk,
): number[] {
  const free = caps.flatMap((cap, part) => (liveIn(parts[part] ?? emptyPart(), now) < cap ? [part] : []));
  const [first, ...others] = free;
  const from = others.length > 0 ? (Number.parseInt(job.slice(-8), 16) || 0) % others.length : 0;
  return first === undefined ? [] : [first, ...others.slice(from), ...others.slice(0, from)];
}

export interface HandingOver extends Marking {
  /** What stands in line and is paused meanwhile. */
  pauses: Pick<Pauses, "recent">;
  jobs: Pick<JobStore, "getMany">;
  queue: JobQueue;
  log: Log;
}

/** A slot that was given waits this long for its job, in milliseconds. The job renews it when its message arrives. */
export const promisedMs = 60_000;
/** A reserved waiter gets a slot within this, in milliseconds. */
const reservedMs = 5000;

/** Waiters that are read at a time, by a release and by the reconciler. */
const pageSize = { brief: 25, thorough: 75 };
/** How often one hand-over looks at most. Those who get slots hand over in turn. */
const rounds = 100;
/** How many pages of a line the reconciler tidies. */
const tidyPages = 20;

/** A job that was given a slot, and that got no message: the consumer that freed the slot runs it. */
export interface Chained {
  job: Job;
  /** The limits that have called it. */
  limits: Calls["limits"];
}

interface HandingOverOptions {
  /** For the reconciler: also frees orphaned slots, and sends the message again to jobs that have not come for theirs. */
  thorough?: boolean;
  /** Whether the caller runs a job itself, which saves the message and its lag. */
  mayRun?: (job: Job) => boolean;
}

/**
 * Gives the free slots of a gate to the first of its line, and sends the messages of those jobs. Returns one that the caller runs
 * itself. A waiter leaves the line only once its job has been claimed, so that whatever is lost on the way is repeated. Where the limit
 * has a rate too, slots go only to those whom that has called: others could not start with them. Many may hand over at the same time:
 * each looks again after every slot, since writes for the same waiter are dearer than reads. None gives more slots than were free when
 * it began: a limit that is lowered meanwhile refuses the job that comes with one, which would be free again, and so on. A consumer reaches
 * its own queue: where the next in line is of another type, the pump hands over what is free.
 */
export async function handOverSlots(
  services: HandingOver,
  gate: GateName,
  rule: LimitRule,
  { thorough = false, mayRun }: HandingOverOptions = {},
): Promise<Chained | undefined> {
  if (thorough) await repairLine(services, gate, rule);
  let chained: Chained | undefined;
  let left = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const next = await firstWaiter(services, gate, rule);
    if (!next) return chained;
    const { waiter, room } = next;
    left = Math.min(left, room);
    const job = (await services.jobs.getMany([waiter.job]))[0];
    if (await hasWaiterLeft(services, gate, waiter, job)) continue;
    if (!services.queue.reach.has((job as Job).type)) {
      await askPump(services, gate);
      return chained;
    }
    if (!(await giveSlot(services, { gate, rule }, next, job as Job))) continue;
    const limits = calledLimitsOf(gate, rule, waiter, services.clock.now());
    if (!chained && mayRun?.(job as Job)) chained = { job: job as Job, limits };
    else await sendCalled(services, job as Job, limits);
    if (--left === 0) return chained;
  }
  return chained;
}

/** Asks the pump, which reaches all queues, to hand over the free slots of a gate. The reconciler does it if that is lost. */
async function askPump({ ticks, clock }: HandingOver, gate: GateName): Promise<void> {
  const now = clock.now();
  await ticks.send([{ ...gate, by: crypto.randomUUID(), visible: now, hands_over: true }], now);
}

interface First {
  waiter: Waiter;
  parts: GateView["parts"];
  /** How many slots are free, as far as is known. */
  room: number;
}

/** One of the first waiters who may have a slot and have none, if there is one for them. */
async function firstWaiter(services: HandingOver, gate: GateName, rule: LimitRule): Promise<First | undefined> {
  let view = await services.gates.look(gate, { limit: pageSize.brief });
  const { parts } = view;
  const now = services.clock.now();
  const room = roomIn(parts, rule, now);
  if (room === 0 || view.waiters.length === 0 || isPaused(await services.pauses.recent(), gate, now)) return undefined;
  const mayHave = ({ job, calls, reserved_until = 0 }: Waiter) =>
    !isHeld(parts, job, now) && reserved_until < now && (rule.rate === undefined || calls?.[gate.limit] !== undefined);
  for (;;) {
    const free = view.waiters.filter(mayHave);
    // Any of those who all get a slot now: others hand over at the same moment.
    const waiter = free[anyBelow(Math.min(room, free.length))];
    if (waiter) return { waiter, parts, room };
    const after = view.waiters.at(-1);
    if (!view.more || !after) return undefined;
    view = await services.gates.look(gate, { limit: pageSize.brief, after });
  }
}

const anyBelow = (count: number): number =>
  count <= 1 ? 0 : Number.parseInt(crypto.randomUUID().slice(0, 8), 16) % count;

/** Free slots, and those whose lease is over. */
function roomIn(parts: GateView["parts"], rule: LimitRule, now: number): number {
  if (slotPartsOf(rule) === 0) return 0;
  const caps = capsOf(rule, parts, now);
  return caps.reduce((sum, cap, part) => sum + Math.max(0, cap - liveIn(parts[part] ?? emptyPart(), now)), 0);
}

/** Whether a waiter waits no more, or is held by a pause that does not hold the whole line: then it is taken off. */
async function hasWaiterLeft(
  services: HandingOver,
  gate: GateName,
  waiter: Waiter,
  job: Job | undefined,
): Promise<boolean> {
  const now = services.clock.now();
  const pauses = await services.pauses.recent();
  const waits = job && isStillWaiting(job, waiter) && (!holding(pauses, job, now) || isPaused(pauses, gate, now));
  if (!waits) await services.gates.leave(gate, waiter);
  return !waits;
}

/** The limits that have called a job which gets a slot. The call of the same limit's rate stays what it is. */
function calledLimitsOf({ limit }: GateName, { rate }: LimitRule, { calls }: Waiter, now: number): Calls["limits"] {
  const own = rate && calls?.[limit];
  return { ...calls, [limit]: own ?? { at: now } };
}

const isHeld = (parts: GateView["parts"], job: string, now: number): boolean =>
  Object.values(parts).some(({ holders }) => (holders[job]?.lease ?? 0) >= now);

/** Gives a waiter a slot. False if none is free, or if another process serves it. */
async function giveSlot(
  { gates, clock }: HandingOver,
  ruled: RuledGate,
  { waiter, parts }: First,
  job: Job,
): Promise<boolean> {
  const { gate, rule } = ruled;
  const now = clock.now();
  const until = now + reservedMs;
  // In one part a job cannot have two slots. Of several, each of two givers would find one.
  const isSpread = slotPartsOf(rule) > 1 || parts[0]?.peak !== undefined;
  if (isSpread && !(await gates.reserve(gate, waiter, { now, until }))) return false;
  const slot = { lease: now + promisedMs, isGiven: true as const };
  const { taken } = await takeSlot(gates, ruled, { job: job.id, turn: attemptTurn(job), now, slot });
  if (taken.outcome === "taken") {
    // A slot that it had before and has not come for is given anew; one that it has got since was given by another process.
    return !taken.again || Object.values(parts).some(({ holders }) => holders[job.id] !== undefined);
  }
  // A process that frees one meanwhile sees the reservation, and passes the waiter by.
  if (isSpread) await gates.reserve(gate, waiter, { now: until + 1, until: 0 });
  return false;
}

/**
 * Frees orphaned slots, takes waiters off the line that wait no more, and sends the message again to those that have a slot and have
 * not come: looks at the first page of the line, and at further ones while there is something to do.
 */
async function repairLine(services: HandingOver, gate: GateName, rule: LimitRule): Promise<void> {
  let view = await services.gates.look(gate, { limit: pageSize.thorough });
  const { parts } = view;
  await freeOrphaned(services, gate, view);
  for (let page = 0; page < tidyPages; page++) {
    const jobs = await jobsById(
      services.jobs,
      view.waiters.map(({ job }) => job),
    );
    let done = 0;
    for (const waiter of view.waiters) {
      const job = jobs.get(waiter.job);
      const now = services.clock.now();
      const isGone = await hasWaiterLeft(services, gate, waiter, job);
      const hasSlot = !isGone && isHeld(parts, waiter.job, now);
      if (hasSlot) await sendCalled(services, job as Job, calledLimitsOf(gate, rule, waiter, now));
      if (isGone || hasSlot) done++;
    }
    const after = view.waiters.at(-1);
    if (done === 0 || !view.more || !after) return;
    view = await services.gates.look(gate, { limit: pageSize.thorough, after });
  }
}

/** Frees the slots whose jobs are over, were moved, or are paused, and those whose leases are over. */
async function freeOrphaned(services: HandingOver, gate: GateName, { parts }: GateView): Promise<void> {
  const pauses = await services.pauses.recent();
  const held = Object.entries(parts).flatMap(([part, { holders }]) =>
    Object.entries(holders).map(([job, holder]) => ({ part: { ...gate, part: Number(part) }, job, holder })),
  );
  for (let first = 0; first < held.length; first += 100) {
    const some = held.slice(first, first + 100);
    const jobs = await jobsById(
      services.jobs,
      some.map(({ job }) => job),
    );
    const now = services.clock.now();
    for (const { part, job, holder } of some) {
      const of = jobs.get(job);
      const isOver = holder.lease < now || isOrphaned(holder, of, now);
      if (!isOver && !(of && isHeldForLong(pauses, of, now))) continue;
      await services.gates.drop(part, job, holder);
    }
  }
}

/** Whether a pause has held a waiting job for so long that every consumer knows: none claims it with the slot that it has. */
const isHeldForLong = (pauses: readonly Pause[], job: Job, now: number): boolean => {
  const pause = isWaiting(job) ? holding(pauses, job, now) : undefined;
  return pause !== undefined && pause.since + pauseKnownMs < now;
};
