import { isFinished, type Job } from "../../../core/job/job.ts";
import type { JobError } from "../../../core/job/job-error.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import { attemptTurn, type GateItem, type GateName, isOfAttempt } from "../../../core/limits/gate.ts";
import { type RuledGate, ruleAt } from "../../../core/operations/limit-rules.ts";
import { gatesOfJob } from "../../../core/operations/lines.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { type Chained, handOverSlots } from "../../../core/operations/slots.ts";
import type { Recorded } from "../attempt-policy.ts";

/** A slot that a job holds while it runs. */
export interface HeldSlot extends RuledGate {
  part: GateItem;
  lease: number;
  /** The job had it before its message came: it was given to it. */
  again: boolean;
  /** Another consumer of the same attempt may be about to claim the job with it, so only the end of the attempt frees it. */
  shared?: true;
}

export interface Admission {
  job: Job;
  turn: string;
  slots: HeldSlot[];
  /** The gates in whose lines the job may stand: it leaves them once it is claimed. */
  lines: GateName[];
  /** When the gates were asked, epoch milliseconds. */
  askedAt: number;
  /** Why the attempt fails once it is claimed. */
  refusal?: JobError;
}

/** Frees a slot, if the job still has it, and hands it over to the first who waits for it. */
async function freeGateSlot(
  services: ConsumerServices,
  part: GateItem,
  { job, turn, lease }: { job: string; turn: string; lease?: number },
  mayRun?: (job: Job) => boolean,
): Promise<Chained | undefined> {
  const freed = await services.gates.release(part, job, turn, lease);
  const { part: number, ...gate } = part;
  if (!freed || !(number === 0 ? freed.line : (await services.gates.firsts([gate]))[0]?.line)) return undefined;
  // The attempt may have begun under other numbers.
  const rule = (await ruleAt(services, gate)) ?? {};
  return handOverSlots(services, gate, rule, defined({ mayRun }));
}

/**
 * Frees the slots of a job and hands them over to those that wait for them. `own`: only those that no other consumer of the same
 * attempt had before or has taken over since, because it may have passed all gates and be about to claim the job. Returns the jobs
 * that the caller runs itself.
 */
export async function releaseSlots(
  services: ConsumerServices,
  { job, turn, slots }: Pick<Admission, "job" | "turn" | "slots">,
  whose?: "own",
  mayRun?: (job: Job) => boolean,
): Promise<Chained[]> {
  const next: Chained[] = [];
  for (const { part, lease, shared } of slots) {
    if (whose && shared) continue;
    const held = { job: job.id, turn, ...defined({ lease: whose && lease }) };
    const chained = await freeGateSlot(services, part, held, mayRun);
    if (chained) next.push(chained);
  }
  return next;
}

/** Frees the slots of an attempt that does not start here. What another consumer of it has taken over since stays. */
export async function giveBackSlots(of: { services: ConsumerServices; pass?: Admission | undefined }): Promise<void> {
  await leaveGates(of.services, of.pass, "own");
  of.pass = undefined;
}

/** Frees the slots of an attempt that has ended. Returns the jobs that got them and that the caller runs, as `mayRun` allows. */
export const endPass = (
  services: ConsumerServices,
  pass: Admission | undefined,
  recorded: Recorded | undefined,
  mayRun: (job: Job) => boolean,
): Promise<Chained[]> => leaveGates(services, pass, pass && mayBeTakenOver(pass, recorded) ? "own" : undefined, mayRun);

/** The slots that a claimed job holds, as its gates have them: for a process that has not passed them itself. */
export async function passOf({ gates, clock }: ConsumerServices, job: Job): Promise<Admission | undefined> {
  if (!job.gates) return undefined;
  // Its claim has raised the count since.
  const turn = attemptTurn({ ...job, claims: job.claims - 1 });
  const slots = await Promise.all(
    gatesOfJob(job).map(async (gate) =>
      Object.entries(await gates.parts(gate)).flatMap(([part, { holders }]): HeldSlot[] => {
        const own = holders[job.id];
        if (own?.turn !== turn) return [];
        return [{ gate, rule: {}, part: { ...gate, part: Number(part) }, lease: own.lease, again: true }];
      }),
    ),
  );
  return { job, turn, slots: slots.flat(), lines: [], askedAt: clock.now() };
}

/**
 * Whether another consumer may have taken the slots over: it has taken over the claim, or it makes the next decision of a feature,
 * which is another claim of the same turn. No other consumer needs the slots of an attempt that has ended.
 */
const mayBeTakenOver = ({ turn }: Admission, recorded: Recorded | undefined): boolean =>
  recorded === undefined || (!isFinished(recorded.next) && attemptTurn(recorded.next) === turn);

/**
 * A failure is logged and fails nothing. The slots of an attempt that is over are found by the reconciler if others wait for them,
 * and end with their leases otherwise.
 */
async function leaveGates(
  services: ConsumerServices,
  pass: Admission | undefined,
  whose?: "own",
  mayRun?: (job: Job) => boolean,
): Promise<Chained[]> {
  if (!pass || pass.slots.length === 0) return [];
  try {
    return await releaseSlots(services, pass, whose, mayRun);
  } catch (error) {
    notHandedOver(services)(error);
    return [];
  }
}

/** What is free and was handed over to nobody is found by the reconciler, within a minute. */
export const notHandedOver =
  ({ log }: Pick<ConsumerServices, "log">) =>
  (error: unknown): void =>
    log.warn("a slot was not handed over; the reconciler does it", traceOf(error));

/** Frees a slot that was given to a job and that nobody has taken. */
export async function freeGiven(
  services: ConsumerServices,
  gate: GateName,
  job: string,
  isFor: (turn: string) => boolean,
): Promise<void> {
  for (const [part, { holders }] of Object.entries(await services.gates.parts(gate))) {
    const own = holders[job];
    if (!own?.given || !isFor(own.turn)) continue;
    await freeGateSlot(services, { ...gate, part: Number(part) }, { job, turn: own.turn, lease: own.lease });
  }
}

/**
 * Hands on the slots that limits have given to a job, once the message comes that was to bring it and the job does not wait any more:
 * it was cancelled or moved meanwhile. Also that of a limit which has not called it this time: it has kept that one while it stood in the line
 * of another.
 */
export async function refuseGiven(
  services: ConsumerServices,
  job: Job,
  { run, attempt }: Pick<Job, "run" | "attempt">,
): Promise<void> {
  for (const gate of gatesOfJob(job))
    await freeGiven(services, gate, job.id, (turn) => isOfAttempt(turn, { run, attempt }));
}
