import { TransientError, traceOf } from "../errors.ts";
import type { Ask, GatePart, Taken } from "../flow/gate.ts";
import { horizonMs } from "../flow/gcra.ts";
import { isOnePart, partsOf, rateAsk, ratePartFor, slotPartsFor, slotsOf } from "../flow/parts.ts";
import { hasReserved, orderOf, turnOf } from "../flow/turn.ts";
import type { Job } from "../job/job.ts";
import { JobError } from "../job/job-error.ts";
import { latestStartOf } from "../job/series.ts";
import { isNoted, postponed, withWait } from "../job/transitions.ts";
import type { JobStore } from "../ports/ports.ts";
import { given } from "../schema/given.ts";
import { type Dispatching, dispatch } from "./dispatch.ts";
import { givenMs, type HandingOver, handOver } from "./hand-over.ts";
import { type RuledGate, type Ruling, rulesOf } from "./limit-rules.ts";

export interface PassingGates extends HandingOver, Dispatching, Ruling {
  jobs: JobStore;
  /** Whether jobs note that they begin to wait for a slot, since somebody wants the event. Default: no, which saves the write. */
  notesWaits?: boolean;
}

/** A slot that a job holds while it runs. */
export interface HeldSlot extends RuledGate {
  part: GatePart;
  lease: number;
  /** The job had it before: it may still be on the waiting list. */
  again: boolean;
  /** Another consumer of the same attempt may be about to claim the job with it, so only the end of the attempt frees it. */
  shared?: true;
}

export interface Pass {
  job: Job;
  turn: string;
  slots: HeldSlot[];
  /** When the gates were asked, epoch milliseconds. */
  askedAt: number;
  /** Why the attempt fails once it is claimed. */
  refusal?: JobError;
  /** The run would start too late: it is skipped once it is claimed. */
  isTooLate?: true;
  /** The gates were not asked, because the job was not to be claimed or only to be ended: nothing may start. */
  isUnasked?: true;
}

/** A slot outlasts the lease of the claim by this, for clocks that differ and for what comes between the two. */
const slackMs = 10_000;
/** Gates that answer this slowly would use up the slack: they are asked again. */
const slowMs = 4000;
/** A start this near is waited for in process, since the delays of queues are whole seconds. */
const nearMs = 1000;
const tries = 3;

/**
 * Takes what the limits of a job ask for: slots and starts. Undefined if the job has to wait; it is then on a waiting list, or
 * dispatched for the start that a rate has given it, and its message may be dropped. `leaseMs` is the lease of the claim that
 * follows; `before` are the slots that the same consumer has taken already. Throws what the ports throw: what was taken stays taken, until the message comes again or the leases end.
 */
export async function passGates(
  services: PassingGates,
  job: Job,
  leaseMs: number,
  { round = 0, before = [] }: { round?: number; before?: readonly HeldSlot[] } = {},
): Promise<Pass | undefined> {
  const began = services.clock.now();
  const pass: Pass = { job, turn: turnOf(job), slots: [], askedAt: began };
  let startsAt = began;
  let last: RuledGate | undefined;
  const rates: string[] = [];
  for (const ruled of await rulesOf(services, job)) {
    const taken = await takeGate(services, pass, ruled, { leaseMs, before });
    if (taken.outcome === "full") return await refused(services, pass, ruled);
    if (taken.outcome === "beyond")
      return latestOf(job) < began + horizonMs ? { ...pass, isTooLate: true } : { ...pass, refusal: tooFar(ruled) };
    if (ruled.rule.rate) rates.push(ruled.gate.limit);
    if (taken.startsAt > startsAt) [startsAt, last] = [taken.startsAt, ruled];
  }
  const left = startsAt - services.clock.now();
  if (last && left > nearMs) return await later(services, pass, { startsAt, last, rates });
  if (left > 0) await services.clock.sleep(left);
  if (services.clock.now() - began <= slowMs) return pass;
  if (round >= tries) throw new TransientError("SLOW", "the gates of a job answer too slowly");
  return passGates(services, job, leaseMs, { round: round + 1, before: pass.slots });
}

interface Claiming {
  /** The lease of the claim that follows. */
  leaseMs: number;
  before: readonly HeldSlot[];
}

/** Whether a pass is so old that a slot of it could end before a claim that is made now, or its start no longer be on time. */
export const isStale = ({ askedAt }: Pass, now: number): boolean => now - askedAt > 2 * slowMs;

/** Takes the slot and the start that one limit asks for, in one write where both are in one item. */
async function takeGate(services: PassingGates, pass: Pass, ruled: RuledGate, claiming: Claiming): Promise<Taken> {
  const { job, turn } = pass;
  const { gate, rule } = ruled;
  const { gates, clock } = services;
  const now = clock.now();
  const asking = { job: job.id, turn, now, latest: latestOf(job) };
  const rate = hasReserved(job, gate.limit, rule, now) ? {} : rateAsk(rule);
  if (rule.concurrency === undefined) {
    return rate.rate ? gates.take(ratePartFor(gate, rule, job.id), { ...asking, ...rate }) : nothingTaken(now);
  }
  const both = isOnePart(rule) ? rate : {};
  const lease = now + claiming.leaseMs + slackMs;
  const taken = await takeSlot(services, pass, ruled, { ...asking, ...both, lease, before: claiming.before });
  if (taken.outcome !== "taken" || isOnePart(rule) || !rate.rate) return taken;
  return gates.take(ratePartFor(gate, rule, job.id), { ...asking, ...rate });
}

/** The latest start that is of use to a job. */
const latestOf = (job: Job): number => latestStartOf({ ...job, claims: job.claims + 1 });

const nothingTaken = (now: number): Taken => ({ outcome: "taken", startsAt: now, again: false });

type SlotAsking = Pick<Ask, "job" | "turn" | "now" | "latest" | "rate"> & {
  lease: number;
  before: readonly HeldSlot[];
};

async function takeSlot(services: PassingGates, pass: Pass, ruled: RuledGate, ask: SlotAsking): Promise<Taken> {
  const { lease, before, ...asking } = ask;
  for (const part of slotPartsFor(ruled.gate, ruled.rule, ask.job)) {
    const slot = { lease, limit: slotsOf(ruled.rule, part.part), ...given({ from: ownLease(before, part) }) };
    const taken = await services.gates.take(part, { ...asking, slot });
    if (taken.outcome === "full") continue;
    if (taken.outcome === "taken")
      pass.slots.push({ ...ruled, part, lease, again: taken.again, ...given({ shared: taken.shared }) });
    return taken;
  }
  return { outcome: "full" };
}

const ownLease = (before: readonly HeldSlot[], { limit, key, part }: GatePart): number | undefined =>
  before.find((held) => !held.shared && held.gate.limit === limit && held.gate.key === key && held.part.part === part)
    ?.lease;

const tooFar = ({ gate }: RuledGate): JobError =>
  new JobError(
    "RATE_LIMITED",
    `The rate of the limit ${gate.limit} has no start within ${horizonMs / 3_600_000} hours for this key.`,
    { retryable: false },
  );

/**
 * Stands in line and gives back what was taken. A slot that became free meanwhile is handed over at last, because whoever freed it
 * may have seen an empty list.
 */
async function refused(services: PassingGates, pass: Pass, { gate, rule }: RuledGate): Promise<undefined> {
  const { id, run, attempt, due_at, product } = pass.job;
  services.log.measure("job waits for a limit", { values: { refused: 1 }, of: { limit: gate.limit, product } });
  const waiter = { job: id, run, attempt, due_at, order: orderOf(pass.job), since: services.clock.now() };
  // Where somebody else has changed the job meanwhile, it does not wait in this state.
  if (services.notesWaits && !isNoted(pass.job, gate))
    await services.jobs.replace(withWait(pass.job, gate, waiter.since));
  await services.gates.lineUp(gate, waiter, partsOf(rule));
  // Its slots of other gates would be handed over to itself as long as it stands on their lists.
  await leaveLists(services, pass);
  await releaseSlots(services, pass, "own");
  await handOver(services, gate, rule);
  return undefined;
}

interface Later {
  startsAt: number;
  /** The gate with the latest start. */
  last: RuledGate;
  /** The limits whose rates have given a start. */
  rates: string[];
}

/**
 * Moves a job to the start that was reserved for it. It keeps its slots if the start is near. Otherwise it keeps those of limits
 * that have a rate too: whoever got such a slot instead would have to wait for a later start.
 */
async function later(services: PassingGates, pass: Pass, { startsAt, last, rates }: Later): Promise<undefined> {
  const { job, turn } = pass;
  const now = services.clock.now();
  const isNear = startsAt - now <= givenMs;
  const kept = pass.slots.filter(({ rule }) => isNear || rule.rate);
  const lease = startsAt + givenMs;
  for (const held of kept.filter((slot) => slot.lease < lease && !slot.shared)) {
    const slot = { lease, limit: slotsOf(held.rule, held.part.part), isGiven: true as const, from: held.lease };
    await services.gates.take(held.part, { job: job.id, turn, now, slot });
    held.lease = lease;
  }
  const { limit, key } = last.gate;
  const moved = postponed(job, { turn, until: startsAt, since: now, gate: { limit, key }, limits: rates }, now);
  const isMoved = (await services.jobs.replace(moved)) === "replaced";
  await leaveLists(services, pass);
  // If somebody has changed the job meanwhile, they have dispatched it again if it is to run.
  await releaseSlots(
    services,
    { ...pass, slots: pass.slots.filter((slot) => !isMoved || !kept.includes(slot)) },
    "own",
  );
  if (isMoved) await dispatch(services, moved);
  return undefined;
}

/** Takes a job that has what it waited for off the lists on which it stood. */
export async function leaveLists({ gates }: Pick<HandingOver, "gates">, { job, slots }: Pass): Promise<void> {
  for (const { gate, again } of slots) if (again) await gates.leave(gate, { job: job.id, order: orderOf(job) });
}

/**
 * Frees the slots of a job and hands them over to those that wait for them. `own`: only those that no other consumer of the same
 * attempt had before or has taken over since, because it may have passed all gates and be about to claim the job.
 */
async function releaseSlots(services: HandingOver, { job, turn, slots }: Pass, whose?: "own"): Promise<void> {
  for (const { gate, part, rule, lease, shared } of slots) {
    if (whose && shared) continue;
    const freed = await services.gates.release(part, job.id, turn, whose && lease);
    if (freed?.waiting) await handOver(services, gate, rule);
  }
}

/**
 * The same at the end of an attempt: a failure is logged and fails nothing. The slots of an attempt that is over are found by the
 * reconciler if somebody waits for them, and end with their leases otherwise.
 */
export async function leaveGates(services: HandingOver, pass: Pass | undefined, whose?: "own"): Promise<void> {
  if (!pass || pass.slots.length === 0) return;
  try {
    await releaseSlots(services, pass, whose);
  } catch (error) {
    services.log.warn("a slot was not handed over; the reconciler does it", traceOf(error));
  }
}
