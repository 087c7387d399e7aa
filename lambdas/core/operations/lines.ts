import { fairGroupOf, isWaiting, type Job, jobMessageOf } from "../job/job.ts";
import { isHolding, type Pause } from "../job/pause.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { type GateName, type LineMark, orderOf } from "../limits/gate.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import { type Calls, isOverdue, tickBounds } from "../limits/pump.ts";
import type { Clock } from "../ports/clock.ts";
import type { Gates, Waiter } from "../ports/gates.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Ticks } from "../ports/ticks.ts";
import { type Ruling, ruleAt } from "./limit-rules.ts";

/** The gates at which a job may stand in line: all that it was made with, also of limits that have left the catalog. */
export const gatesOfJob = ({ product, env, gates = [] }: Pick<Job, "product" | "env" | "gates">): GateName[] =>
  gates.map(({ limit, key }) => ({ product, env, limit, key }));

/** The jobs of at most 100 ids that exist, by id. */
export async function jobsById(jobs: Pick<JobStore, "getMany">, ids: readonly string[]): Promise<Map<string, Job>> {
  if (ids.length === 0) return new Map();
  return new Map((await jobs.getMany([...ids])).map((job) => [job.id, job]));
}

/** Whether a waiter is about the attempt for which its job waits now. */
export const isStillWaiting = (job: Job, { run, attempt, due_at }: Waiter): boolean =>
  isWaiting(job) && job.run === run && job.attempt === attempt && job.due_at === due_at;

/** A job may stand in a line once its time has come. */
export const mayStand = (job: Job, now: number): boolean =>
  job.gates !== undefined && isWaiting(job) && job.due_at <= now;

/** Takes a job that does not wait any more, or for another time, off the lines of its gates. No other job is called for it. */
export async function leaveLines({ gates }: { gates: Gates }, job: Job): Promise<void> {
  const at = { job: job.id, order: orderOf(job) };
  await Promise.all(gatesOfJob(job).map((gate) => gates.leave(gate, at)));
}

/** Whether a pause holds all that passes a gate, and not only some of it. */
export const isPaused = (pauses: readonly Pause[], gate: GateName, now: number): boolean =>
  pauses.some(
    (pause) =>
      isHolding(pause, now) &&
      pause.event === undefined &&
      pause.product === gate.product &&
      (pause.env ?? gate.env) === gate.env &&
      (pause.limit ?? gate.limit) === gate.limit &&
      (pause.key ?? gate.key) === gate.key,
  );

/** Sends the message of a job that its gates have called. */
export const sendCalled = (
  { queue, clock }: { queue: JobQueue; clock: Clock },
  job: Job,
  limits: Calls["limits"],
): Promise<void> =>
  queue.send(job.type, jobMessageOf(job), {
    delaySeconds: 0,
    group: fairGroupOf(job),
    calls: { limits, visible: clock.now() },
  });

const atOnce = 10;

/**
 * The jobs of some that stand in a line, by their ids, with the gates: they need no other message. The gates are marked where a crash
 * has prevented that, so that they are called.
 */
export async function linedJobs(
  services: Ruling & Marking,
  jobs: readonly Job[],
): Promise<ReadonlyMap<string, GateName>> {
  const now = services.clock.now();
  const found = await inParallel(
    atOnce,
    jobs.filter((job) => mayStand(job, now)),
    async (job) => [job.id, await waitingLineOf(services, job)] as const,
  );
  return new Map(found.flatMap(([id, gate]) => (gate ? [[id, gate] as const] : [])));
}

async function waitingLineOf(services: Ruling & Marking, job: Job): Promise<GateName | undefined> {
  const at = { job: job.id, order: orderOf(job) };
  for (const gate of gatesOfJob(job)) {
    const waiter = await services.gates.waiter(gate, at);
    if (!waiter || !isStillWaiting(job, waiter)) continue;
    const [first] = await services.gates.firsts([gate]);
    await markGate(services, { gate, rule: (await ruleAt(services, gate)) ?? {} }, first?.line);
    return gate;
  }
  return undefined;
}

export interface Marking {
  gates: Gates;
  ticks: Ticks;
  clock: Clock;
}

/** Others may write the mark at the same time; then it is looked at again. */
const rounds = 10;

/** Whether the line of a limit needs ticks: where it has a rate, or has left the catalog and lets everybody go. */
export const hasPump = ({ concurrency, rate }: LimitRule): boolean => rate !== undefined || concurrency === undefined;

/** A line that a job has come to stand in. */
interface Standing {
  gate: GateName;
  rule: LimitRule;
  /** How late the message came that brought the job, in milliseconds: what a pump that has called nobody yet knows of the lag. */
  lag?: number;
}

/**
 * Marks a gate once a job stands in its line, so that newcomers go behind them, and sends a tick where the line has a pump and none
 * is under way. Mostly there is nothing to write: the mark that was `seen` is fresh.
 */
export async function markGate(
  services: Marking,
  { gate, rule, lag }: Standing,
  seen: LineMark | undefined,
): Promise<void> {
  let before = seen;
  for (let round = 0; round < rounds; round++) {
    const now = services.clock.now();
    const isFresh = before !== undefined && before.emptyAt === undefined;
    const needsTick = hasPump(rule) && (!isFresh || isOverdue(before as LineMark, now));
    if (isFresh && !needsTick) return;
    if (needsTick ? await wakePump(services, gate, before, lag) : await refreshed(services, gate, before)) return;
    before = (await services.gates.firsts([gate]))[0]?.line;
  }
}

const refreshed = ({ gates }: Marking, gate: GateName, before: LineMark | undefined): Promise<boolean> =>
  gates.mark(gate, { id: crypto.randomUUID(), ...withoutEmptyAt(before) }, before);

/** Promises a tick and sends it. False if the mark has changed: then another process does. */
async function wakePump(
  { gates, ticks, clock }: Marking,
  gate: GateName,
  before: LineMark | undefined,
  lag?: number,
): Promise<boolean> {
  const now = clock.now();
  const by = crypto.randomUUID();
  const seen = lag !== undefined && before?.lagCount === undefined ? { lagSum: lag, lagCount: 1 } : {};
  const next = { id: crypto.randomUUID(), ...seen, ...withoutEmptyAt(before), nextCall: now, promised: by };
  if (!(await gates.mark(gate, next, before))) return false;
  await ticks.send([{ ...gate, by, visible: now }], now);
  return true;
}

/**
 * Has the pump of a line look at it soon, since its numbers may have changed. Where a tick is about to come it does that: another one in its
 * place would come a lag later. A tick that works at this moment may have read the numbers before: it begins again when it finds the
 * mark changed, and where it has changed the mark first, another one comes.
 */
export async function hurryPump(services: Marking, gate: GateName, seen: LineMark | undefined): Promise<void> {
  let before = seen;
  for (let round = 0; round < rounds; round++) {
    const now = services.clock.now();
    const soon = now + tickBounds.leastMs;
    const isNear = before?.nextCall !== undefined && before.nextCall <= soon && !isOverdue(before, now);
    if (isNear ? await refreshed(services, gate, before) : await wakePump(services, gate, before)) return;
    before = (await services.gates.firsts([gate]))[0]?.line;
  }
}

/** What stays of a mark that a newcomer writes. */
const withoutEmptyAt = ({ id, nextCall, promised, lag, lagSum, lagCount, isTooLong }: Partial<LineMark> = {}) =>
  defined({ id, nextCall, promised, lag, lagSum, lagCount, isTooLong });
