import { isFinished, isWaiting, type Job, type JobMessage, messageOf, tenantOf } from "../../core/job/job.ts";
import { attemptMeasured } from "../../core/job/measures.ts";
import { mayHaveCrashed, snoozed } from "../../core/job/transitions.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { lazy } from "../../core/kernel/lazy.ts";
import { turnOf } from "../../core/limits/gate.ts";
import { dispatchFollowUps } from "../../core/operations/change-job.ts";
import type { ExecuteWithServices } from "../../core/operations/execution.ts";
import { jobFields, loggingOf, messageFields } from "../../core/operations/log-fields.ts";
import { type Admitted, type Memory, memoryOf } from "../../core/operations/memory.ts";
import type { Pass } from "../../core/operations/pass-gates.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Chained } from "../../core/operations/slots.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Log } from "../../core/ports/log.ts";
import { attempt, NotStarted } from "./attempt.ts";
import { type AttemptPolicy, defaultPolicy, type Recorded } from "./attempt-policy.ts";
import { type ClaimedJob, type ClaimOptions, claimJob } from "./claim-job.ts";
import { anyCompany, type Company } from "./company.ts";
import { leaveGates } from "./gates.ts";
import { noteStart } from "./note-start.ts";
import { record } from "./record.ts";
import type { TargetHealth } from "./target-health.ts";
import { forSeconds, whileClaimed } from "./while-claimed.ts";

export interface RunJobOptions extends ClaimOptions {
  /** In [0, 1): the jitter of the backoff. Default: a fresh random number. */
  random?: (() => number) | undefined;
  /** The memory that the jobs of a batch share. Default: without end. */
  memory?: Memory | undefined;
  /** Who runs in this process. Default: every job runs beside every other one. */
  company?: Company | undefined;
  /** What the process knows of the targets of groups, loaded once a job needs it. Default: nothing. */
  health?: (() => Promise<TargetHealth>) | undefined;
}

type Attempting = Pick<ChainingOptions, "health" | "mayRun"> & {
  policy: AttemptPolicy;
  random: number;
  room: Admitted;
};

/** Few jobs have a cache tag. */
const loadCache = lazy(() => import("../../core/operations/cached-result.ts"));

const endless = memoryOf(Number.POSITIVE_INFINITY);

/**
 * Takes one message to its end, and then the jobs that get the slots which are freed thereby: they start at once, and not when a
 * message would come. Resolves when the message may be deleted; throws when it has to be delivered again.
 */
export async function runJob(
  all: ConsumerServices,
  execute: ExecuteWithServices,
  message: JobMessage,
  options: RunJobOptions = {},
): Promise<void> {
  const mayRun = chainingOf(all.clock, options);
  const chaining = { ...options, mayRun };
  await runAll(all, execute, await runOne(all, execute, message, chaining), chaining);
}

/** Runs jobs that have no message, one for each slot that was freed, and then those that get their slots. */
async function runAll(
  all: ConsumerServices,
  execute: ExecuteWithServices,
  chained: readonly Chained[],
  options: ChainingOptions,
): Promise<void> {
  await Promise.all(
    chained.map(async (one) => runAll(all, execute, await runNext(all, execute, one, options), options)),
  );
}

/** How long after its message came a consumer takes on another job, in milliseconds: its function has that much more time than attempts. */
const chainMs = 20_000;

/** Whether a consumer runs a job itself that gets a slot from it: one of its own type, while there is time. */
function chainingOf({ now }: Clock, { type }: RunJobOptions): (job: Job) => boolean {
  const until = now() + chainMs;
  return (job) => job.type === type && now() < until;
}

/** Runs a job that has no message. What fails here sends it one. */
async function runNext(
  all: ConsumerServices,
  execute: ExecuteWithServices,
  { job, limits }: Chained,
  options: ChainingOptions,
): Promise<Chained[]> {
  try {
    return await runOne(all, execute, messageOf(job), { ...options, calls: { limits, visible: 0 } });
  } catch (error) {
    const { log, queue, clock } = loggingOf(all, jobFields(job));
    log.error("a job that got the slot of another one has failed to run; it gets a message", traceOf(error));
    const calls = { limits, visible: clock.now() };
    await queue.send(job.type, messageOf(job), { delaySeconds: 0, group: tenantOf(job), calls });
    return [];
  }
}

type ChainingOptions = RunJobOptions & { mayRun: (job: Job) => boolean };

async function runOne(
  all: ConsumerServices,
  execute: ExecuteWithServices,
  message: JobMessage,
  options: ChainingOptions,
): Promise<Chained[]> {
  const { memory = endless, company = anyCompany, random = Math.random, policy = defaultPolicy } = options;
  const claimed = await claimJob(loggingOf(all, messageFields(message)), message, options);
  if (!claimed) return [];
  const { job } = claimed;
  const services = loggingOf(all, jobFields(job));
  const leave = await company.enter(mayHaveCrashed(job));
  if (!leave) return requeue(services, claimed, policy, requeues.alone);
  try {
    const room = memory.admit(job);
    if (!room) return await requeue(services, claimed, policy, requeues.memory);
    const { health, mayRun } = options;
    const attempting = { policy, room, random: random(), health, mayRun };
    return await runClaimed(services, execute, claimed, attempting).finally(room.leave);
  } finally {
    leave();
  }
}

async function runClaimed(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  claimed: ClaimedJob,
  options: Attempting,
): Promise<Chained[]> {
  const { policy, mayRun } = options;
  const { pass } = claimed;
  const takeBack = (error: unknown) =>
    error instanceof NotStarted ? giveBack(services, claimed, policy, error) : Promise.reject(error);
  const job = await noteStart(services, claimed.job).catch((cause) => takeBack(new NotStarted("unnoted", { cause })));
  if (!job) {
    await leaveGates(services, pass, "own");
    return [];
  }
  const caching = job.cache === undefined ? undefined : (await loadCache()).cachingOf(services, job.cache);
  const insisting = whileClaimed(services, job);
  const transition = await attempt(services, execute, job, { ...options, pass, caching, insisting }).catch(takeBack);
  const recorded = await record(services, job, transition, policy, insisting);
  // Before the follow-ups: the next attempt may need the slot.
  const whose = pass && mayBeTakenOver(pass, recorded) ? "own" : undefined;
  const next = await leaveGates(services, pass, whose, mayRun);
  if (!recorded) return next;
  report(services.log, recorded.ended);
  // Record first, then dispatch. If a crash comes between the two, the reconciler dispatches.
  await Promise.all([
    dispatchFollowUps(services, recorded.next),
    policy.onRecorded(services, recorded),
    caching?.keep(recorded.ended),
  ]);
  return next;
}

/**
 * Whether another consumer may have taken the slots over: it has taken over the claim, or it makes the next decision of a feature,
 * which is another claim of the same turn. Nobody else needs the slots of an attempt that has ended, whoever renewed them.
 */
const mayBeTakenOver = ({ turn }: Pass, recorded: Recorded | undefined): boolean =>
  recorded === undefined || (!isFinished(recorded.next) && turnOf(recorded.next) === turn);

/** Snoozes a job under whose claim nothing has started, so that the claim does not count as a crash, and throws why. */
async function giveBack(
  services: ConsumerServices,
  claimed: ClaimedJob,
  policy: AttemptPolicy,
  why: NotStarted,
): Promise<never> {
  await snooze(services, claimed, policy);
  throw why.cause ?? why;
}

/** Why a job cannot run beside the others of its batch, and when it comes again. */
const requeues = {
  memory: { why: "the others of its batch leave no memory for its input", delaySeconds: 0 },
  alone: { why: "it or another job of its batch may have crashed a process, and runs alone", delaySeconds: 2 },
};

/**
 * Sends a job back to its queue: another process or a later batch takes it. The first job of a batch always has room, so that every
 * batch ends at least one.
 */
async function requeue(
  services: ConsumerServices,
  claimed: ClaimedJob,
  policy: AttemptPolicy,
  { why, delaySeconds }: (typeof requeues)["memory"],
): Promise<Chained[]> {
  const { job } = claimed;
  if (!(await snooze(services, claimed, policy))) return [];
  services.log.info(`job sent back: ${why}`);
  await services.queue.send(job.type, messageOf(job), { delaySeconds, group: tenantOf(job) });
  return [];
}

/** How long to try each write: where it fails, the job only waits until its lease ends. */
const snoozeSeconds = 3;

async function snooze(
  services: ConsumerServices,
  { job, pass }: ClaimedJob,
  policy: AttemptPolicy,
): Promise<Recorded | undefined> {
  const insisting = forSeconds(services.clock, snoozeSeconds);
  const recorded = await record(services, job, (of) => snoozed(of, services.clock.now()), policy, insisting);
  // Meanwhile another consumer may have claimed the same attempt.
  await leaveGates(services, pass, "own");
  return recorded;
}

/**
 * Writes one log line per attempt, which is its measurement as well: logs are billed by the byte. The line names the
 * request too, because nothing else says which job a request made.
 */
function report(log: Log, ended: Job): void {
  if (ended.snoozes && isWaiting(ended)) {
    const { type, product, due_at, snoozes } = ended;
    log.measure(
      "attempt put off by its provider",
      { values: { snoozed: 1 }, of: { type, product } },
      { due_at, ...snoozes },
    );
    return;
  }
  const attempt = ended.attempts.at(-1);
  if (ended.status === "running" || !attempt) {
    log.debug("parked");
    return;
  }
  const code = attempt.error && { code: attempt.error.code };
  const { status, request_id } = ended;
  log.measure("attempt ended", attemptMeasured(ended, attempt), { status, ...code, ...(request_id && { request_id }) });
}
