import type { GateName } from "../flow/gate.ts";
import type { LimitRule } from "../flow/limit-rule.ts";
import { slotPartsFor, slotPartsOf, slotsOf } from "../flow/parts.ts";
import { isForsaken, turnOf } from "../flow/turn.ts";
import { isWaiting, type Job, messageOf, tenantOf } from "../job/job.ts";
import { holding, type Pause, settleMs } from "../job/pause.ts";
import type { Gates, GateView, Waiter } from "../ports/gates.ts";
import type { Pauses } from "../ports/pauses.ts";
import type { Clock, JobQueue, JobStore, Log } from "../ports/ports.ts";

export interface HandingOver {
  gates: Gates;
  /** What waits for a limit and is paused meanwhile. */
  pauses: Pick<Pauses, "recent">;
  jobs: Pick<JobStore, "getMany">;
  queue: JobQueue;
  clock: Clock;
  log: Log;
}

/** A slot that was given waits this long for its job, in milliseconds. The job renews it when its message arrives. */
export const givenMs = 60_000;

/** Waiters that are read at a time, by a release and by the reconciler. */
const pageSize = { brief: 25, thorough: 75 };
/** A round reads one page. A list of jobs that were cancelled meanwhile takes several. */
const rounds = 20;

export interface HandedOver {
  given: number;
  /** The waiters that were read and still wait. */
  waiting: number;
  /** When the first of them lined up, epoch milliseconds. */
  oldest?: number;
}

/**
 * Gives the free slots of a gate to the head of its waiting list, and sends the messages of those jobs. A waiter leaves the list
 * only once its job has been claimed, so that whatever is lost on the way is repeated, or once a pause holds it: a slot would be
 * idle with it, and the end of the pause sends another message. `thorough` is for the reconciler: it also frees slots that belong
 * to nobody any more, and sends the message again to jobs that were given a slot and have not come.
 */
export async function handOver(
  services: HandingOver,
  gate: GateName,
  rule: LimitRule,
  { thorough = false } = {},
): Promise<HandedOver> {
  const limit = thorough ? pageSize.thorough : pageSize.brief;
  let view = await services.gates.look(gate, { limit });
  if (thorough && (await freeForsaken(services, gate, view))) view = await services.gates.look(gate, { limit });
  const { parts } = view;
  const room = roomIn(parts, rule, services.clock.now());
  const pauses = view.waiters.length > 0 ? await services.pauses.recent() : [];
  const serving: Serving = { gate, rule, parts, room, thorough, pauses };
  const done: HandedOver = { given: 0, waiting: 0 };
  for (let round = 0; round < rounds; round++) {
    await servePage(services, serving, view.waiters, done);
    const after = view.waiters.at(-1);
    if (!view.more || !after) {
      if (done.waiting === 0) await unmark(services, gate, parts);
      return done;
    }
    if (serving.room <= 0) return done;
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
}

/** Free slots, and those whose lease is over. Without a concurrency nothing holds anybody back. */
function roomIn(parts: GateView["parts"], rule: LimitRule, now: number): number {
  if (rule.concurrency === undefined) return Number.POSITIVE_INFINITY;
  return Array.from({ length: slotPartsOf(rule) }, (_, part) => {
    const live = Object.values(parts[part]?.holders ?? {}).filter(({ lease }) => lease >= now).length;
    return Math.max(0, slotsOf(rule, part) - live);
  }).reduce((sum, free) => sum + free, 0);
}

/** Serves a page of waiters. Reads no more jobs than may get a slot, unless all of them are to be looked at. */
async function servePage(services: HandingOver, serving: Serving, waiters: readonly Waiter[], done: HandedOver) {
  for (let from = 0; from < waiters.length; ) {
    const some = waiters.slice(from, serving.thorough ? undefined : from + Math.max(1, Math.min(10, serving.room)));
    from += some.length;
    const isIdle = serving.room <= 0 && !serving.thorough;
    const jobs = isIdle ? undefined : await jobsOf(services, some);
    for (const waiter of some) {
      const isGone = jobs && (await serve(services, serving, waiter, jobs.get(waiter.job))) === "gone";
      if (isGone) continue;
      done.waiting++;
      done.oldest = Math.min(done.oldest ?? waiter.since, waiter.since);
    }
    if (isIdle) return;
  }

  async function serve(of: HandingOver, to: Serving, waiter: Waiter, job: Job | undefined): Promise<"gone" | "waits"> {
    if (!job || !isStillWaiting(job, waiter) || holding(to.pauses, job, of.clock.now())) {
      await of.gates.leave(to.gate, waiter);
      return "gone";
    }
    if (isHeld(to.parts, job.id, of.clock.now())) {
      if (to.thorough) await send(of, job);
    } else if (to.room > 0) {
      const isGiven = await giveSlot(of, to.gate, to.rule, job);
      to.room = isGiven ? to.room - 1 : 0;
      if (isGiven) {
        await send(of, job);
        done.given++;
      }
    }
    return "waits";
  }
}

const isStillWaiting = (job: Job, { run, attempt, due_at }: Waiter): boolean =>
  isWaiting(job) && job.run === run && job.attempt === attempt && job.due_at === due_at;

const isHeld = (parts: GateView["parts"], job: string, now: number): boolean =>
  Object.values(parts).some(({ holders }) => (holders[job]?.lease ?? 0) >= now);

async function giveSlot({ gates, clock }: HandingOver, gate: GateName, rule: LimitRule, job: Job): Promise<boolean> {
  // A limit that has lost its concurrency holds nobody back: the message alone is enough.
  if (rule.concurrency === undefined) return true;
  for (const part of slotPartsFor(gate, rule, job.id)) {
    const now = clock.now();
    const slot = { lease: now + givenMs, limit: slotsOf(rule, part.part), isGiven: true as const };
    const { outcome } = await gates.take(part, { job: job.id, turn: turnOf(job), now, slot });
    if (outcome === "taken") return true;
  }
  return false;
}

const send = ({ queue }: HandingOver, job: Job): Promise<void> =>
  queue.send(job.type, messageOf(job), { delaySeconds: 0, group: tenantOf(job) });

async function jobsOf({ jobs }: HandingOver, waiters: readonly Waiter[]): Promise<Map<string, Job>> {
  if (waiters.length === 0) return new Map();
  return new Map((await jobs.getMany(waiters.map(({ job }) => job))).map((job) => [job.id, job]));
}

/** Frees the slots whose jobs are over, were moved, or are paused. Answers whether there were any. */
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
      if (!isForsaken(holder, of, now) && !(of && isHeldForLong(pauses, of, now))) continue;
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

/** Nobody waits: newcomers take slots again without standing in line. */
async function unmark({ gates }: HandingOver, gate: GateName, parts: GateView["parts"]): Promise<void> {
  for (const [part, { waiting }] of Object.entries(parts)) {
    if (waiting !== undefined) await gates.unmark({ ...gate, part: Number(part) }, waiting);
  }
}
