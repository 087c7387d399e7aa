import type { Calls } from "../flow/calls.ts";
import { emptyPart, type GateName } from "../flow/gate.ts";
import type { LimitRule } from "../flow/limit-rule.ts";
import { capsOf, liveIn, slotPartsOf } from "../flow/parts.ts";
import { isForsaken, turnOf } from "../flow/turn.ts";
import { isWaiting, type Job } from "../job/job.ts";
import { holding, type Pause, settleMs } from "../job/pause.ts";
import type { GateView, Waiter } from "../ports/gates.ts";
import type { Pauses } from "../ports/pauses.ts";
import type { JobQueue, JobStore, Log } from "../ports/ports.ts";
import { isPaused, isStillWaiting, sendCalled } from "./lines.ts";
import type { Marking } from "./mark-gate.ts";
import { takeSlot } from "./take-slot.ts";

export interface HandingOver extends Marking {
  /** What stands in line and is paused meanwhile. */
  pauses: Pick<Pauses, "recent">;
  jobs: Pick<JobStore, "getMany">;
  queue: JobQueue;
  log: Log;
}

/** A slot that was given waits this long for its job, in milliseconds. The job renews it when its message arrives. */
export const givenMs = 60_000;
/** Whoever has reserved a waiter gives it a slot within this, in milliseconds. */
const reservedMs = 5000;

/** Waiters that are read at a time, by a release and by the reconciler. */
const pageSize = { brief: 25, thorough: 75 };
/** Mostly one page is read. A line of jobs that were cancelled by a process that died takes several. */
const rounds = 20;
const jobsAtOnce = 10;

export interface HandedOver {
  /** The waiters that were read and still wait. */
  waiting: number;
  /** When the first of them stood in line, epoch milliseconds. */
  oldest?: number;
  /** The job that the caller runs itself. */
  chained?: Chained;
}

/** A job that was given a slot, and that got no message: whoever freed the slot runs it. */
export interface Chained {
  job: Job;
  /** The limits that have called it. */
  limits: Calls["limits"];
}

export interface HandingOverOptions {
  /** For the reconciler: also frees slots that belong to nobody, and sends the message again to jobs that have not come for theirs. */
  thorough?: boolean;
  /** Whether the caller runs a job itself, which saves the message and its lag. */
  mayRun?: (job: Job) => boolean;
}

/**
 * Gives the free slots of a gate to the first of its line, and sends the messages of those jobs. A waiter leaves the line only once
 * its job has been claimed, so that whatever is lost on the way is repeated. Where the limit has a rate too, slots go only to those
 * whom that has called: others could not start with them.
 */
export async function handOver(
  services: HandingOver,
  gate: GateName,
  rule: LimitRule,
  { thorough = false, mayRun }: HandingOverOptions = {},
): Promise<HandedOver> {
  const limit = thorough ? pageSize.thorough : pageSize.brief;
  let view = await services.gates.look(gate, { limit });
  if (thorough && (await freeForsaken(services, gate, view))) view = await services.gates.look(gate, { limit });
  const { parts } = view;
  const pauses = view.waiters.length > 0 ? await services.pauses.recent() : [];
  const now = services.clock.now();
  const room = isPaused(pauses, gate, now) ? 0 : roomIn(parts, rule, now);
  const serving: Serving = { gate, rule, parts, room, thorough, pauses, ...(mayRun && { mayRun }) };
  const done: HandedOver = { waiting: 0 };
  for (let round = 0; round < rounds; round++) {
    await servePage(services, serving, view.waiters, done);
    const after = view.waiters.at(-1);
    if (!view.more || !after || serving.room <= 0) return done;
    view = await services.gates.look(gate, { limit, after });
  }
  return done;
}

interface Serving {
  gate: GateName;
  rule: LimitRule;
  parts: GateView["parts"];
  /** How many slots are free, as far as is known. */
  room: number;
  thorough: boolean;
  pauses: readonly Pause[];
  mayRun?: (job: Job) => boolean;
}

/** Free slots, and those whose lease is over. */
function roomIn(parts: GateView["parts"], rule: LimitRule, now: number): number {
  if (slotPartsOf(rule) === 0) return 0;
  const caps = capsOf(rule, parts, now);
  return caps.reduce((sum, cap, part) => sum + Math.max(0, cap - liveIn(parts[part] ?? emptyPart(), now)), 0);
}

/** Serves a page of waiters. Reads no more jobs than may get a slot, unless all of them are to be looked at. */
async function servePage(
  services: HandingOver,
  serving: Serving,
  waiters: readonly Waiter[],
  done: HandedOver,
): Promise<void> {
  for (let from = 0; from < waiters.length; ) {
    const isIdle = serving.room <= 0 && !serving.thorough;
    const size = serving.thorough || isIdle ? waiters.length : Math.max(1, Math.min(jobsAtOnce, serving.room));
    const some = waiters.slice(from, from + size);
    from += some.length;
    const jobs = isIdle ? undefined : await jobsOf(services, some);
    for (const waiter of some) {
      if (jobs && (await serve(services, serving, { waiter, job: jobs.get(waiter.job), done })) === "gone") continue;
      done.waiting++;
      done.oldest = Math.min(done.oldest ?? waiter.since, waiter.since);
    }
  }
}

interface Served {
  waiter: Waiter;
  job: Job | undefined;
  done: HandedOver;
}

async function serve(
  services: HandingOver,
  serving: Serving,
  { waiter, job, done }: Served,
): Promise<"gone" | "waits"> {
  const { gate, rule, parts, thorough, pauses, mayRun } = serving;
  const now = services.clock.now();
  const isLeft = !job || !isStillWaiting(job, waiter) || (holding(pauses, job, now) && !isPaused(pauses, gate, now));
  if (isLeft) {
    await services.gates.leave(gate, waiter);
    return "gone";
  }
  const own = rule.rate && waiter.calls?.[gate.limit];
  const limits = { ...waiter.calls, [gate.limit]: own ?? { at: now } };
  if (isHeld(parts, job.id, now)) {
    if (thorough) await sendCalled(services, job, limits);
    return "waits";
  }
  const mayHave = rule.rate === undefined || own !== undefined;
  if (serving.room <= 0 || !mayHave) return "waits";
  const given = await giveSlot(services, serving, waiter, job);
  serving.room = given === "full" ? 0 : serving.room - (given === "given" ? 1 : 0);
  if (given !== "given") return "waits";
  if (!done.chained && mayRun?.(job)) done.chained = { job, limits };
  else await sendCalled(services, job, limits);
  return "waits";
}

const isHeld = (parts: GateView["parts"], job: string, now: number): boolean =>
  Object.values(parts).some(({ holders }) => (holders[job]?.lease ?? 0) >= now);

/** How often to look again for a slot that was freed while the waiter was reserved. */
const looks = 3;

/** `taken`: somebody else serves the waiter, or it has left the line. */
async function giveSlot(
  services: HandingOver,
  serving: Serving,
  waiter: Waiter,
  job: Job,
): Promise<"given" | "full" | "taken"> {
  const { gates, clock } = services;
  const { gate, rule, parts } = serving;
  // In one part a job cannot have two slots. Of several, each of two givers would find one.
  const isSpread = slotPartsOf(rule) > 1 || parts[0]?.peak !== undefined;
  if (!isSpread) return takeFor(services, serving, job);
  for (let look = 0; look < looks; look++) {
    const now = clock.now();
    const until = now + reservedMs;
    if (!(await gates.reserve(gate, waiter, { now, until }))) return "taken";
    const given = await takeFor(services, serving, job);
    if (given !== "full") return given;
    // Whoever has freed a slot meanwhile saw the reservation, and passed the waiter by.
    await gates.reserve(gate, waiter, { now: until + 1, until: 0 });
    if (roomIn(await gates.parts(gate), rule, clock.now()) === 0) return "full";
  }
  return "full";
}

async function takeFor(
  { gates, clock }: HandingOver,
  { gate, rule, parts }: Serving,
  job: Job,
): Promise<"given" | "full" | "taken"> {
  const now = clock.now();
  const slot = { lease: now + givenMs, isGiven: true as const };
  const { taken } = await takeSlot(gates, { gate, rule }, { job: job.id, turn: turnOf(job), now, slot });
  if (taken.outcome !== "taken") return "full";
  // A slot that it had before and has not come for is given anew; one that it has got since was given by somebody else.
  const before = Object.values(parts).some(({ holders }) => holders[job.id] !== undefined);
  return taken.again && !before ? "taken" : "given";
}

async function jobsOf({ jobs }: HandingOver, waiters: readonly Waiter[]): Promise<Map<string, Job>> {
  if (waiters.length === 0) return new Map();
  return new Map((await jobs.getMany(waiters.map(({ job }) => job))).map((job) => [job.id, job]));
}

/** Frees the slots whose jobs are over, were moved, or are paused, and those whose leases are. Answers whether there were any. */
async function freeForsaken(services: HandingOver, gate: GateName, { parts }: GateView): Promise<boolean> {
  const pauses = await services.pauses.recent();
  const held = Object.entries(parts).flatMap(([part, { holders }]) =>
    Object.entries(holders).map(([job, holder]) => ({ part: { ...gate, part: Number(part) }, job, holder })),
  );
  let freed = false;
  for (let first = 0; first < held.length; first += 100) {
    const some = held.slice(first, first + 100);
    const jobs = new Map((await services.jobs.getMany(some.map(({ job }) => job))).map((job) => [job.id, job]));
    const now = services.clock.now();
    for (const { part, job, holder } of some) {
      const of = jobs.get(job);
      const isOver = holder.lease < now || isForsaken(holder, of, now);
      if (!isOver && !(of && isHeldForLong(pauses, of, now))) continue;
      await services.gates.drop(part, job, holder);
      freed = true;
    }
  }
  return freed;
}

/** Whether a pause has held a waiting job for so long that every consumer knows: nobody claims it with the slot that it has. */
const isHeldForLong = (pauses: readonly Pause[], job: Job, now: number): boolean => {
  const pause = isWaiting(job) ? holding(pauses, job, now) : undefined;
  return pause !== undefined && pause.since + settleMs < now;
};
