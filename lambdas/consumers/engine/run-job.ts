import { turnOf } from "../../core/flow/turn.ts";
import { isFinished, isWaiting, type Job, type JobMessage, messageOf, tenantOf } from "../../core/job/job.ts";
import { attemptMeasured } from "../../core/job/measures.ts";
import { mayHaveCrashed, snoozed } from "../../core/job/transitions.ts";
import { dispatchFollowUps } from "../../core/operations/change-job.ts";
import type { ExecuteWithServices } from "../../core/operations/execution.ts";
import { jobFields, loggingOf, messageFields } from "../../core/operations/log-fields.ts";
import { type Admitted, type Memory, memoryOf } from "../../core/operations/memory.ts";
import type { Pass } from "../../core/operations/pass-gates.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Log } from "../../core/ports/ports.ts";
import { lazy } from "../../core/schema/lazy.ts";
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

type Attempting = Pick<RunJobOptions, "health"> & {
  policy: AttemptPolicy;
  random: number;
  room: Admitted;
};

/** Few jobs have a cache tag. */
const loadCache = lazy(() => import("../../core/operations/cached-result.ts"));

const endless = memoryOf(Number.POSITIVE_INFINITY);

/** Takes one message to its end. Resolves when the message may be deleted; throws when it has to be delivered again. */
export async function runJob(
  all: ConsumerServices,
  execute: ExecuteWithServices,
  message: JobMessage,
  options: RunJobOptions = {},
): Promise<void> {
  const { memory = endless, company = anyCompany, random = Math.random, policy = defaultPolicy, health } = options;
  const claimed = await claimJob(loggingOf(all, messageFields(message)), message, options);
  if (!claimed) return;
  const { job } = claimed;
  const services = loggingOf(all, jobFields(job));
  const leave = await company.enter(mayHaveCrashed(job));
  if (!leave) return requeue(services, claimed, policy, requeues.alone);
  try {
    const room = memory.admit(job);
    if (!room) return await requeue(services, claimed, policy, requeues.memory);
    await runClaimed(services, execute, claimed, { policy, room, random: random(), health }).finally(room.leave);
  } finally {
    leave();
  }
}

async function runClaimed(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  claimed: ClaimedJob,
  options: Attempting,
): Promise<void> {
  const { policy } = options;
  const { pass } = claimed;
  const takeBack = (error: unknown) =>
    error instanceof NotStarted ? giveBack(services, claimed, policy, error) : Promise.reject(error);
  const job = await noteStart(services, claimed.job).catch((cause) => takeBack(new NotStarted("unnoted", { cause })));
  if (!job) return leaveGates(services, pass, "own");
  const caching = job.cache === undefined ? undefined : (await loadCache()).cachingOf(services, job.cache);
  const insisting = whileClaimed(services, job);
  const transition = await attempt(services, execute, job, { ...options, pass, caching, insisting }).catch(takeBack);
  const recorded = await record(services, job, transition, policy, insisting);
  // Before the follow-ups: the next attempt may need the slot.
  await leaveGates(services, pass, pass && mayBeTakenOver(pass, recorded) ? "own" : undefined);
  if (!recorded) return;
  report(services.log, recorded.ended);
  // Record first, then dispatch. If a crash comes between the two, the reconciler dispatches.
  await Promise.all([
    dispatchFollowUps(services, recorded.next),
    policy.onRecorded(services, recorded),
    caching?.keep(recorded.ended),
  ]);
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
): Promise<void> {
  const { job } = claimed;
  if (!(await snooze(services, claimed, policy))) return;
  services.log.info(`job sent back: ${why}`);
  await services.queue.send(job.type, messageOf(job), { delaySeconds, group: tenantOf(job) });
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
