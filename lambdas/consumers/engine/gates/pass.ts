import { calendarsOf } from "../../../core/catalog/calendars.ts";
import { fairGroupOf, type Job, jobMessageOf } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { isSeriesOver } from "../../../core/job/series.ts";
import { claimable, isWaitNoted, withWait } from "../../../core/job/transitions.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { TransientError } from "../../../core/kernel/errors.ts";
import {
  type Ask,
  attemptTurn,
  emptyPart,
  type GateItem,
  type GateItemState,
  type GateName,
  hasReserved,
  isOnePart,
  orderOf,
  ratePartFor,
  slotPartsOf,
  type Taken,
} from "../../../core/limits/gate.ts";
import { aheadMs, bucketsOf, paceOf, startAfter } from "../../../core/limits/gcra.ts";
import { type Calls, uncalled } from "../../../core/limits/pump.ts";
import { eventOfJob, isInCatalog } from "../../../core/operations/kept-event.ts";
import { type RuledGate, rulesOf } from "../../../core/operations/limit-rules.ts";
import { gatesOfJob, markGate } from "../../../core/operations/lines.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { handOverSlots, promisedMs, takeSlot } from "../../../core/operations/slots.ts";
import type { Gates, Waiter } from "../../../core/ports/gates.ts";
import type { Admit } from "../context.ts";
import { leaseMarginMs } from "../lease.ts";
import { type Admission, freeGiven, type HeldSlot, notHandedOver, refuseGiven, releaseSlots } from "./leave.ts";

/**
 * Behind the pauses, and before the claim: a job that waits for its limits holds no lease. It is read first, because a message does not
 * name its gates. What its claim only ends, or puts off, spends no slot or start, and must not wait for one.
 */
export const gates: Admit = async (entering) => {
  const { services, engine, message, calls } = entering;
  const before = entering.pass?.slots ?? [];
  entering.pass = undefined;
  const job = message.gated && (await services.jobs.get(message.job_id));
  // Of a job of another type, whose message came to the wrong queue, nothing is freed.
  if (!job || (engine.type !== undefined && job.type !== engine.type)) return undefined;
  const now = services.clock.now();
  const isOver =
    claimable(job, message, now) !== "yes" || isSeriesOver(job, now, calendarsOf(services.catalog, job.product));
  if (isOver || !isInCatalog(job, await eventOfJob(services, job))) {
    if (calls) await refuseGiven(services, job, message);
    return undefined;
  }
  entering.pass = await passGates(services, job, { leaseMs: leaseMarginMs + job.timeout_ms, calls, before });
  return entering.pass ? undefined : "left";
};

/** What a message brings to the gates of its job. */
interface Arriving {
  /** The lease of the claim that follows, in milliseconds. */
  leaseMs: number;
  /** The limits that have called the job. */
  calls?: Calls | undefined;
  /** The slots that the same consumer has taken already, too long ago. */
  before: readonly HeldSlot[];
}

/** A slot outlasts the lease of the claim by this, for clocks that differ and for what comes between the two. */
const slackMs = 10_000;
/** Gates that answer this slowly would use up the slack: they are asked again. */
export const slowMs = 4000;
const tries = 3;
/** A called job that has come too early so often stands in line again. */
const mostReturns = 4;

/**
 * Takes what the limits of a job ask for: slots and starts. Undefined if the job has to wait. It then stands in a line, or its message
 * comes again, so this message may be dropped. Throws what the ports throw. What was taken by then stays taken, until the message comes
 * again or the leases end.
 */
async function passGates(
  services: ConsumerServices,
  job: Job,
  arriving: Arriving,
  round = 0,
): Promise<Admission | undefined> {
  const began = services.clock.now();
  const ruled = await rulesOf(services, job);
  const passing = newPassing(services, job, arriving, began);
  const { pass } = passing;
  const behind = ruled.length > 1 ? await lineAhead(services, passing, ruled) : undefined;
  if (behind) return joinLine(services, passing, behind);
  let startsAt = began;
  for (const one of ruled) {
    const taken = await takeGate(services, passing, one);
    if (taken.outcome === "early" && isCalledBy(passing, one)) return sendBack(services, passing, one, taken);
    if (taken.outcome !== "taken")
      return joinLine(services, passing, { ...one, state: taken.state, why: taken.outcome });
    startsAt = Math.max(startsAt, taken.startsAt);
  }
  const left = startsAt - services.clock.now();
  if (left > 0) await services.clock.sleep(left);
  if (services.clock.now() - began <= slowMs) return pass;
  if (round >= tries) throw new TransientError("SLOW", "the gates of a job answer too slowly");
  return passGates(services, job, { ...arriving, before: pass.slots }, round + 1);
}

interface AdmissionInProgress {
  pass: Admission;
  calls: Calls;
  leaseMs: number;
  before: readonly HeldSlot[];
  /** How late the message of a called job came, in milliseconds. */
  lag?: number;
  /** The limits whose lines have no other job before the job. */
  first: Set<string>;
}

function newPassing(
  { clock }: ConsumerServices,
  job: Job,
  { leaseMs, calls = uncalled, before }: Arriving,
  askedAt: number,
): AdmissionInProgress {
  // One that was sent back comes as late as before, and one that is run by a chain has no message.
  const isFirst = calls.visible > 0 && calls.returns === undefined;
  const lag = isFirst ? Math.max(0, clock.now() - calls.visible) : undefined;
  const lines = gatesOfJob(job).filter(({ limit }) => calls.limits[limit] !== undefined);
  return {
    pass: { job, turn: attemptTurn(job), slots: [], lines, askedAt },
    ...{ calls, leaseMs, before, first: new Set<string>() },
    ...defined({ lag }),
  };
}

const isCalledBy = ({ calls }: AdmissionInProgress, { gate }: RuledGate): boolean =>
  calls.limits[gate.limit] !== undefined;

type Behind = RuledGate & { state: GateItemState; why: "line" | "full" | "early" };

/**
 * The gate in whose line a job has to stand, as far as can be seen before anything is taken: a slot of another limit would be idle
 * with it, and the start of another rate be lost.
 */
async function lineAhead(
  services: ConsumerServices,
  passing: AdmissionInProgress,
  ruled: readonly RuledGate[],
): Promise<Behind | undefined> {
  const { job, askedAt } = passing.pass;
  const rated = ruled.filter(
    (one) => one.rule.rate && !isCalledBy(passing, one) && !hasReserved(job, one.gate.limit, one.rule, askedAt),
  );
  if (rated.length === 0) return undefined;
  const states = await services.gates.firsts(rated.map(({ gate }) => gate));
  for (const [i, one] of rated.entries()) {
    const state = states[i] as GateItemState;
    const { rate } = one.rule;
    if (rate && bucketsOf(rate) === 1 && startAfter(state, askedAt, paceOf(rate)) > askedAt + aheadMs) {
      return { ...one, state, why: "early" };
    }
    if (state.line && !(await isFirstIn(services, passing, one))) return { ...one, state, why: "line" };
  }
  return undefined;
}

/** Whether nobody in the line of a gate stands before the job. */
async function isFirstIn(
  { gates }: ConsumerServices,
  { pass, first }: AdmissionInProgress,
  { gate }: RuledGate,
): Promise<boolean> {
  const { id } = pass.job;
  const order = orderOf(pass.job);
  const { waiters } = await gates.line(gate, { limit: 1 });
  const [head] = waiters;
  const isFirst = !head || head.job === id || head.order > order || (head.order === order && head.job > id);
  if (!isFirst) return false;
  first.add(gate.limit);
  if (head?.job === id) pass.lines.push(gate);
  return true;
}

/** Takes the slot and the start that one limit asks for. Where others stand in line, the job passes if they stand behind it. */
async function takeGate(services: ConsumerServices, passing: AdmissionInProgress, ruled: RuledGate): Promise<Taken> {
  const taken = await takeOnce(services, passing, ruled);
  if (taken.outcome !== "line" || passing.first.has(ruled.gate.limit)) return taken;
  return (await isFirstIn(services, passing, ruled)) ? takeOnce(services, passing, ruled) : taken;
}

async function takeOnce(
  { gates, clock }: ConsumerServices,
  passing: AdmissionInProgress,
  ruled: RuledGate,
): Promise<Taken> {
  const { pass, calls, lag, leaseMs, before } = passing;
  const { gate, rule } = ruled;
  const now = clock.now();
  const call = calls.limits[gate.limit];
  const isCalled = call !== undefined || passing.first.has(gate.limit);
  const asking = { job: pass.job.id, turn: pass.turn, now, isCalled };
  const start: Pick<Ask, "rate" | "lag"> =
    rule.rate && !hasReserved(pass.job, gate.limit, rule, now)
      ? { rate: paceOf(rule.rate), ...defined({ lag: call && lag }) }
      : {};
  // A call that names no bucket is for the first one.
  const bucket = call && (call.bucket ?? 0);
  const takeStart = () => takeBehindLine(gates, ratePartFor(gate, rule, pass.job.id, bucket), { ...asking, ...start });
  if (slotPartsOf(rule) === 0) return start.rate ? takeStart() : { outcome: "taken", startsAt: now, again: false };
  const lease = now + leaseMs + slackMs + fraction();
  const from = before.find((held) => !held.shared && isSameGate(held.gate, gate))?.lease;
  const both = isOnePart(rule) ? start : {};
  const { taken, part, withRate } = await takeSlot(gates, ruled, {
    ...asking,
    ...both,
    slot: { lease, ...defined({ from }) },
  });
  if (taken.outcome !== "taken") return taken;
  pass.slots.push({ ...ruled, part, lease, again: taken.again, ...defined({ shared: taken.shared }) });
  if (taken.again && !pass.lines.some((line) => isSameGate(line, gate))) pass.lines.push(gate);
  return start.rate && !withRate ? takeStart() : taken;
}

/**
 * Takes a start of the item of a gate that has it. The line is noted in the first item only, so another one of a fast rate is asked once
 * that was looked at. What is refused says what the first one has: who then joins the line goes by that.
 */
async function takeBehindLine(gates: Gates, part: GateItem, ask: Ask): Promise<Taken> {
  if (part.part === 0) return gates.take(part, ask);
  const first = async () => (await gates.firsts([part]))[0] ?? emptyPart();
  const seen = ask.isCalled ? undefined : await first();
  if (seen?.line) return { outcome: "line", state: seen };
  const taken = await gates.take(part, ask);
  return taken.outcome === "taken" ? taken : { ...taken, state: seen ?? (await first()) };
}

/**
 * A part of a millisecond, at random. A consumer knows its slot by the lease, and two with duplicates of a message may ask in the same
 * millisecond. It is never none of it, since a slot that was given has the lease of a whole one. So many parts are exact in a number of
 * this size.
 */
const fraction = (): number => (1 + (Number.parseInt(crypto.randomUUID().slice(0, 4), 16) % 1023)) / 1024;

const isSameGate = (a: GateName, b: GateName): boolean => a.limit === b.limit && a.key === b.key;

/**
 * Puts the job into the line of a gate, off all others, and gives back what was taken. A slot that became free meanwhile is handed
 * over at last, since the consumer that freed it may have seen an empty line.
 */
async function joinLine(
  services: ConsumerServices,
  passing: AdmissionInProgress,
  { gate, rule, state, why }: Behind,
): Promise<Admission | undefined> {
  const { pass } = passing;
  const { job } = pass;
  if (state.line?.isTooLong && why !== "full") return { ...pass, refusal: lineTooLong(gate) };
  services.log.measure("job waits for a limit", {
    values: { refused: 1 },
    of: { limit: gate.limit, product: job.product },
  });
  const waiter = newWaiter(passing, gate, rule.rate !== undefined && why !== "full", services.clock.now());
  // Where the job has been changed meanwhile, it does not wait in this state.
  if (services.notesWaits && !isWaitNoted(job, gate)) await services.jobs.replace(withWait(job, gate, waiter.since));
  await services.gates.stand(gate, waiter);
  await leaveOthers(services, passing, gate);
  await markGate(services, { gate, rule, ...defined({ lag: lagOfNewcomer(passing) }) }, state.line);
  // The slots that it has of earlier limits wait with it for one of this, for a minute in all, and for no rate.
  await keepSlots(services, pass, (slot) => (rule.rate ? undefined : givenAt(passing, slot) + promisedMs));
  // The job stands in line: its message, if it came again, would only bring another one to it.
  if (slotPartsOf(rule) > 0) await handOverSlots(services, gate, rule).catch(notHandedOver(services));
  return undefined;
}

/** What is less is no lag, but what messages take; and a job that is later was held up by something else than its queue. Milliseconds. */
const lagMs = { least: 2000, most: 30_000 } as const;

/** How late the queue has brought a job that was not called. */
function lagOfNewcomer({ pass: { job, askedAt }, calls }: AdmissionInProgress): number | undefined {
  const late = askedAt - job.due_at;
  return calls === uncalled && late >= lagMs.least && late <= lagMs.most ? late : undefined;
}

/** When the job got a slot: now, unless it was given to it. */
const givenAt = ({ pass, calls }: AdmissionInProgress, { gate }: HeldSlot): number =>
  calls.limits[gate.limit]?.at ?? pass.askedAt;

function newWaiter(
  { pass: { job }, calls }: AdmissionInProgress,
  gate: GateName,
  isForRate: boolean,
  since: number,
): Waiter {
  const { run, attempt, due_at, id } = job;
  // A rate that has called the job need not call it again: it takes its start as soon as it has the slot. One for which it stands here does.
  const { [gate.limit]: own, ...others } = calls.limits;
  return {
    job: id,
    run,
    attempt,
    due_at,
    order: orderOf(job),
    since,
    calls: own && !isForRate ? { ...others, [gate.limit]: own } : others,
  };
}

/** A job stands in one line at a time. Slots that other limits have given to it, and that it has not come to take, go to others. */
async function leaveOthers(
  services: ConsumerServices,
  { pass, calls }: AdmissionInProgress,
  gate: GateName,
): Promise<void> {
  const { job, turn } = pass;
  const at = { job: job.id, order: orderOf(job) };
  const taken = new Set(pass.slots.map((slot) => slot.gate.limit));
  for (const other of gatesOfJob(job)) {
    const stood = calls.limits[other.limit] !== undefined || pass.lines.some((line) => isSameGate(line, other));
    if (isSameGate(other, gate) || !stood) continue;
    await services.gates.leave(other, at);
    if (!taken.has(other.limit)) await freeGiven(services, other, job.id, (its) => its === turn);
  }
}

const lineTooLong = ({ limit }: GateName): JobError =>
  new JobError("RATE_LIMITED", `More than a day's jobs wait for the limit ${limit} with this key.`, {
    retryable: true,
  });

/** Sends the message of a called job that came before its start, with the delay to that. Nothing of the line is written. */
async function sendBack(
  services: ConsumerServices,
  passing: AdmissionInProgress,
  ruled: RuledGate,
  { startsAt, state }: { startsAt: number; state: GateItemState },
): Promise<Admission | undefined> {
  const { pass, calls } = passing;
  const { job } = pass;
  const returns = (calls.returns ?? 0) + 1;
  if (returns > mostReturns) return joinLine(services, passing, { ...ruled, state, why: "early" });
  const now = services.clock.now();
  const lag = state.line?.lag ?? 0;
  const due = Math.max(startsAt, calls.limits[ruled.gate.limit]?.at ?? 0);
  const isNear = due - now <= 2000 + 2 * lag;
  // It would give back its slots, and as the first in their lines get them again with another message, and so on.
  if (!isNear && pass.slots.length > 0) return joinLine(services, passing, { ...ruled, state, why: "early" });
  await keepSlots(services, pass, () => due + lag + promisedMs);
  const hasSlots = pass.slots.length > 0;
  const delaySeconds = Math.min(900, Math.max(1, Math.floor((due - now - (hasSlots ? lag : 0)) / 1000)));
  const visible = now + delaySeconds * 1000;
  await services.queue.send(job.type, jobMessageOf(job), {
    delaySeconds,
    group: fairGroupOf(job),
    calls: { ...calls, visible, returns },
  });
  return undefined;
}

/** Keeps slots of a job that has to wait until the times that are given for them, and frees the others. */
async function keepSlots(
  services: ConsumerServices,
  { job, turn, slots }: Admission,
  untilOf: (slot: HeldSlot) => number | undefined,
): Promise<void> {
  const now = services.clock.now();
  const freed: HeldSlot[] = [];
  for (const held of slots) {
    const lease = untilOf(held) ?? 0;
    const slot = { lease, isGiven: true as const, from: held.lease };
    if (lease <= now) freed.push(held);
    else if (!held.shared) await takeSlot(services.gates, held, { job: job.id, turn, now, slot });
  }
  await releaseSlots(services, { job, turn, slots: freed }, "own");
}
